"""The buttons under a message: what Telegram takes, what it refuses, and how a phone shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.phones import Button
from bot.sandbox.telegram import links
from bot.sandbox.telegram.calls import Json
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.formatting import units

MOST_BUTTONS = 100
MOST_IN_A_ROW = 8
LONGEST_DATA = 64
LONGEST_COPY = 256
_LOOKS = ("style", "icon_custom_emoji_id")
_OTHER_KINDS = ("keyboard", "remove_keyboard", "force_reply")


def read_markup(
    markup: Any, *, invoice: bool = False, edit: bool = False, private: bool = True
) -> Json | None:
    """The inline keyboard as Telegram echoes it; None for none, or for a keyboard of another kind."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" not in markup:
        if edit:
            raise bad("inline keyboard expected")
        _check_other(markup)
        return None
    rows = [[_button(button) for button in row] for row in _rows(markup["inline_keyboard"])]
    if sum(map(len, rows)) > MOST_BUTTONS or any(len(row) > MOST_IN_A_ROW for row in rows):
        raise bad("reply markup is too long")
    _check_places([button for row in rows for button in row], invoice=invoice, private=private)
    return {"inline_keyboard": rows} if rows else None


def seen_buttons(markup: Json | None) -> list[Button]:
    """The same keyboard as a phone shows it, from left to right and from top to bottom."""
    rows = markup["inline_keyboard"] if markup else []
    return [_seen(button) for row in rows for button in row]


def _rows(keyboard: Any) -> list[list[Any]]:
    if not isinstance(keyboard, list):
        raise bad('field "inline_keyboard" must be of type Array')
    if not all(isinstance(row, list) for row in keyboard):
        raise bad('field "inline_keyboard" must be an Array of Arrays')
    return [row for row in keyboard if row]


def _button(button: Any) -> Json:
    where = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad(f"{where}InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise bad(f'{where}Can\'t find field "text"')
    if not isinstance(button["text"], str):
        raise bad(f'{where}Field "text" must be of type String')
    if not button["text"].strip():
        raise bad("BUTTON_TEXT_INVALID")
    kind = next((kind for kind in _READERS if _filled(kind, button.get(kind))), None)
    if kind is None:
        raise bad(f"{where}Text buttons are unallowed in the inline keyboard")
    looks = {look: button[look] for look in _LOOKS if isinstance(button.get(look), str)}
    return {"text": button["text"], **looks, kind: _READERS[kind](button[kind])}


def _filled(kind: str, value: Any) -> bool:
    """Whether a field makes a button; an empty inline query does, an empty link does not."""
    return value is not None and value is not False and (value != "" or kind.startswith("switch_inline"))


def _url(value: Any) -> str:
    try:
        return links.checked(str(value))
    except links.LinkError as why:
        raise bad(f"inline keyboard button URL '{value}' is invalid: {why}") from None


def _data(value: Any) -> str:
    if not isinstance(value, str) or len(value.encode()) > LONGEST_DATA:
        raise bad("BUTTON_DATA_INVALID")
    return value


def _web_app(value: Any) -> Json:
    url = str(value.get("url", "")) if isinstance(value, dict) else ""
    if not url.lower().startswith("https://") or links.or_none(url) is None:
        raise bad(f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed")
    return {"url": links.checked(url)}


def _login(value: Any) -> Json:
    if not isinstance(value, dict) or not isinstance(value.get("url"), str):
        raise bad("can't parse inline keyboard button: Can't find field \"url\"")
    raise bad("BOT_DOMAIN_INVALID")  # no domain is linked to the sandbox's bot


def _copy(value: Any) -> Json:
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str) or not 0 < units(text) <= LONGEST_COPY:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    return {"text": text}


def _query(value: Any) -> str:
    if not isinstance(value, str):
        raise bad('can\'t parse inline keyboard button: Field "switch_inline_query" must be of type String')
    return value


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise bad("can't parse inline keyboard button: expected an Object")
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "url": _url,
    "callback_data": _data,
    "web_app": _web_app,
    "login_url": _login,
    "copy_text": _copy,
    "switch_inline_query": _query,
    "switch_inline_query_current_chat": _query,
    "switch_inline_query_chosen_chat": _object,
    "callback_game": _object,
    "pay": bool,
}


def _check_places(buttons: list[Json], *, invoice: bool, private: bool) -> None:
    """Some buttons exist only in some messages: Pay is the first of an invoice, web apps open in private."""
    for index, button in enumerate(buttons):
        misplaced = ("pay" in button and not (invoice and index == 0)) or "callback_game" in button
        if misplaced or ("web_app" in button and not private):
            raise bad("BUTTON_TYPE_INVALID")
    if invoice and buttons and "pay" not in buttons[0]:
        raise bad("REPLY_MARKUP_BUY_EMPTY")


def _check_other(markup: Json) -> None:
    for name in (
        "remove_keyboard",
        "force_reply",
        "resize_keyboard",
        "one_time_keyboard",
        "is_persistent",
        "selective",
    ):
        if not isinstance(markup.get(name, False), bool):
            raise bad(f'field "{name}" must be of type Boolean')
    if not isinstance(markup.get("keyboard", []), list):
        raise bad('field "keyboard" must be of type Array')
    if markup and not any(kind in markup for kind in _OTHER_KINDS):
        raise bad("object expected as reply markup")


def _seen(button: Json) -> Button:
    url = button.get("url") or button.get("web_app", {}).get("url")
    kind = next(kind for kind in _READERS if kind in button)
    return Button(button["text"], url, str(button.get("callback_data", "")), kind)
