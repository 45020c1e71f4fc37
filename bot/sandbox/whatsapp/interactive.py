"""Messages that can be pressed: reply buttons, a list, a link, a request for the place."""

from __future__ import annotations

from typing import Any

from bot.sandbox.phones import Button
from bot.sandbox.whatsapp.content import Content, FileWanted, file_wanted
from bot.sandbox.whatsapp.errors import MISSING, VALUE, Refused
from bot.sandbox.whatsapp.fields import Fields, all_different, optional_text, part, parts, text, web_address

BODY, LIST_BODY, HEADER, FOOTER = 1024, 4096, 60, 60
MOST_BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
MOST_SECTIONS, SECTION_TITLE, LIST_BUTTON = 10, 24, 20
MOST_ROWS, ROW_TITLE, ROW_DESCRIPTION, ROW_ID = 10, 24, 72, 200
LINK_LABEL = 20
SEND_LOCATION = "Send location"


def interactive(holder: Fields) -> Content:
    """The checked message; Refused when a limit is broken."""
    kind = text(holder, "type", 60, "interactive.type")
    longest = LIST_BODY if kind == "list" else BODY
    body = text(part(holder, "body", "interactive."), "text", longest, "Body text")
    action = part(holder, "action", "interactive.")
    header, file = _header(holder, kind)
    has_footer = holder.get("footer") is not None
    footer = text(part(holder, "footer"), "text", FOOTER, "Footer text") if has_footer else ""
    extra: dict[str, Any] = {}
    match kind:
        case "button":
            buttons = _replies(action)
        case "list":
            buttons, extra = _rows(action)
        case "cta_url":
            buttons = (_link(action),)
        case "location_request_message":
            if action.get("name") != "send_location":
                raise Refused(VALUE, "interactive.action.name must be send_location")
            buttons = (Button(SEND_LOCATION, kind="location"),)
        case _:
            raise Refused(VALUE, f"interactive.type {kind!r} is not supported")
    return Content(body, header, footer, buttons, file, extra=extra)


def _header(holder: Fields, kind: str) -> tuple[str, FileWanted | None]:
    if holder.get("header") is None:
        return "", None
    header = part(holder, "header")
    shape = text(header, "type", 60, "interactive.header.type")
    if shape == "text":
        return text(header, "text", HEADER, "Header text"), None
    if kind in {"list", "location_request_message"} or shape not in {"image", "document", "video"}:
        raise Refused(VALUE, f"Header type {shape!r} is not allowed for {kind}")
    match shape:
        case "image":
            return "", file_wanted("image", part(header, "image"))
        case "document":
            return "", file_wanted("document", part(header, "document"))
        case _:
            return "", file_wanted("video", part(header, "video"))


def _replies(action: Fields) -> tuple[Button, ...]:
    replies = [_reply(one) for one in parts(action, "buttons", MOST_BUTTONS, "action.")]
    titles = [text(reply, "title", BUTTON_TITLE, "Button title") for reply in replies]
    button_ids = [text(reply, "id", BUTTON_ID, "Button id") for reply in replies]
    all_different(titles, "button title")
    all_different(button_ids, "button id")
    return tuple(
        Button(title, data=data, kind="reply") for title, data in zip(titles, button_ids, strict=True)
    )


def _reply(one: Fields) -> Fields:
    if one.get("type") != "reply":
        raise Refused(VALUE, "Button type must be reply")
    return part(one, "reply", "buttons.")


def _rows(action: Fields) -> tuple[tuple[Button, ...], dict[str, Any]]:
    label = text(action, "button", LIST_BUTTON, "Button label")
    sections = parts(action, "sections", MOST_SECTIONS, "action.")
    buttons: list[Button] = []
    shown: list[dict[str, str]] = []
    for section in sections:
        headed = _section_title(section, len(sections))
        for row in parts(section, "rows", MOST_ROWS, "sections."):
            title = text(row, "title", ROW_TITLE, "Row title")
            description = optional_text(row, "description", ROW_DESCRIPTION, "Row description")
            buttons.append(Button(title, data=text(row, "id", ROW_ID, "Row id"), kind="row"))
            shown.append({"title": title, "description": description, "section": headed})
    if len(buttons) > MOST_ROWS:
        raise Refused(VALUE, f"Total row count exceed max allowed count: {MOST_ROWS}")
    all_different([button.data for button in buttons], "row id")
    return tuple(buttons), {"list": {"button": label, "rows": shown}}


def _section_title(section: Fields, sections: int) -> str:
    title = optional_text(section, "title", SECTION_TITLE, "Section title")
    if sections > 1 and not title:
        raise Refused(MISSING, "Section title is required when there is more than one section")
    return title


def _link(action: Fields) -> Button:
    if action.get("name") != "cta_url":
        raise Refused(VALUE, "interactive.action.name must be cta_url")
    given = part(action, "parameters", "action.")
    label = text(given, "display_text", LINK_LABEL, "Display text")
    return Button(label, url=web_address(given, "url", "Url"), kind="link")
