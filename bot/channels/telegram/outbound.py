"""What we say, as Telegram would have it: each message becomes calls of its Bot API."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from bot.channels import shortened, split, utf16
from bot.conversation.channel import Way
from bot.conversation.messages import (
    Advert,
    Button,
    File,
    Invoice,
    Link,
    Menu,
    Message,
    Notice,
    Photo,
    Progress,
    Question,
    Relay,
    Text,
)

# In UTF-16 code units: https://core.telegram.org/bots/api#sendmessage, #sendphoto
MOST_TEXT, MOST_CAPTION = 4096, 1024
#: https://core.telegram.org/bots/api#sendinvoice
MOST_TITLE, MOST_DESCRIPTION = 32, 255
MOST_PHOTO_BYTES = 10_000_000
#: Written nowhere, enforced all the same, as is the size of the whole keyboard: 10 kB of JSON are refused.
MOST_BUTTONS, MOST_KEYBOARD_BYTES = 100, 9_000
#: So many buttons stay below that however they are written.
_LIGHT = 16
#: A phone shows about 40 characters across; longer labels are cut by the app itself.
ROW, LONGEST_LABEL = 40, 64
#: All labels at most this long: so many buttons stand side by side.
_ABREAST = ((8, 3), (12, 2))
_MIME = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
#: Stands where Telegram wants words and we have none.
_ELLIPSIS = "…"

Keyboard = list[list[dict[str, str]]]


@dataclass(frozen=True)
class Upload:
    """A file that goes along with a call."""

    content: bytes
    name: str
    mime: str


class Call(NamedTuple):
    """One call of the Bot API: its method, its fields as JSON, its files by the field that they fill."""

    method: str
    fields: dict[str, Any]
    files: Mapping[str, Upload] = MappingProxyType({})


def outbound(message: Message, way: Way) -> list[Call]:
    """The calls that say it, in their order. A message without visible words is no call."""
    match message:
        case Text(body):
            return _words(body, [], way)
        case Menu(body, buttons, in_place):
            calls = _words(body, _keyboards(buttons, way), way)
            return _in_place(calls, way.pressed) if in_place else calls
        case Question(body, buttons=buttons):
            return _words(body, _keyboards(buttons, way), way)
        case Progress(body=body):
            return _in_place(_words(body, [], way), way.changes)
        case Link(body, label, url, buttons):
            first, *rest = _keyboards(buttons, way) or [[]]
            return _words(body, [[[{"text": _label(label, ""), "url": url}], *first], *rest], way)
        case Invoice():
            return [_invoice(message, way)]
        case Photo(png, body, name, buttons):
            return _file(Upload(png, name, "image/png"), body, _keyboards(buttons, way), way)
        case File(content, name, mime, body):
            return _file(Upload(content, name, mime), body, [], way, "document")
        case Relay(body, content, mime, name) if content:
            return _file(Upload(content, name, mime), body, [], way)
        case Relay(body):
            return _words(body, [], way)
        case Notice(message=free):
            return outbound(free, way)
        case Advert(body=body, footer=footer, stop=stop):
            return _words(f"{body}\n\n{footer}", _keyboards((stop,), way), way)


def as_json(value: Any) -> bytes:
    """The value as it goes out; half a character, which some texts hold, becomes "?"."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _words(body: str, keyboards: Sequence[Keyboard], way: Way) -> list[Call]:
    """The words in as many messages as they need, the keyboard under the last, further keyboards below."""
    parts = [part for part in split(body, MOST_TEXT, utf16) if _visible(part)]
    if keyboards and not parts:
        parts = [_ELLIPSIS]
    texts = parts + [_ELLIPSIS] * (len(keyboards) - 1)
    below = [None] * (len(texts) - len(keyboards)) + list(keyboards)
    return [
        Call(
            "sendMessage",
            {
                "chat_id": int(way.address.id),
                "text": text,
                "link_preview_options": {"is_disabled": True},
                **_markup(keyboard),
            },
        )
        for text, keyboard in zip(texts, below, strict=True)
    ]


def _invoice(invoice: Invoice, way: Way) -> Call:
    """Stars have one price and no payment provider: https://core.telegram.org/bots/payments-stars"""
    title = shortened(invoice.title, MOST_TITLE, utf16)
    return Call(
        "sendInvoice",
        {
            "chat_id": int(way.address.id),
            "title": title,
            "description": shortened(invoice.description, MOST_DESCRIPTION, utf16),
            "payload": invoice.payload,
            "provider_token": "",
            "currency": "XTR",
            "prices": [{"label": title, "amount": invoice.stars}],
            # Without it, whoever gets a forwarded copy could pay it.
            "start_parameter": "invoice",
        },
    )


def _in_place(calls: list[Call], message: str | None) -> list[Call]:
    """The first of the calls changes a message that is there: the one whose button was pressed, for example."""
    if not calls or message is None or not message.isdecimal():
        return calls
    first, *rest = calls
    return [Call("editMessageText", {"message_id": int(message), **first.fields}), *rest]


def _file(
    upload: Upload, body: str, keyboards: Sequence[Keyboard], way: Way, field: str | None = None
) -> list[Call]:
    """The file with the words as its caption; words that are too long for one follow, with the buttons."""
    field = field or _best_field(upload)
    words = body.strip()
    caption = next(iter(split(words, MOST_CAPTION, utf16)), "")
    rest = words[len(caption) :]
    under, below = (None, keyboards) if _visible(rest) else (next(iter(keyboards), None), keyboards[1:])
    fields = {
        "chat_id": int(way.address.id),
        **({"caption": caption} if _visible(caption) else {}),
        **_markup(under),
    }
    mime = upload.mime if _MIME.fullmatch(upload.mime) else "application/octet-stream"
    named = Upload(upload.content, _safe(upload.name), mime)
    return [Call(f"send{field.title()}", fields, {field: named}), *_words(rest, below, way)]


def _best_field(upload: Upload) -> str:
    picture = upload.mime in _PICTURES and len(upload.content) <= MOST_PHOTO_BYTES
    return "photo" if picture else "document"


def _keyboards(buttons: Sequence[Button], way: Way) -> list[Keyboard]:
    """The buttons in rows, and the rows in as many keyboards as Telegram's limits make of them."""
    keys = [
        {"text": _label(button.label, button.detail), "callback_data": way.seal(button.action)}
        for button in buttons
    ]
    width = _width(buttons, keys)
    keyboards: list[Keyboard] = []
    count = weight = 0
    for start in range(0, len(keys), width):
        row = keys[start : start + width]
        heavier = 0 if len(keys) <= _LIGHT else len(as_json(row))
        if not keyboards or count + len(row) > MOST_BUTTONS or weight + heavier > MOST_KEYBOARD_BYTES:
            keyboards.append([])
            count = weight = 0
        keyboards[-1].append(row)
        count, weight = count + len(row), weight + heavier
    return keyboards


def _width(buttons: Iterable[Button], keys: Iterable[Mapping[str, str]]) -> int:
    """How many buttons stand in a row."""
    if any(button.detail for button in buttons):
        return 1
    longest = max((len(key["text"]) for key in keys), default=0)
    return next((width for most, width in _ABREAST if longest <= most), 1)


def _label(label: str, detail: str) -> str:
    both = f"{label} · {detail}"
    words = both if detail and len(both) <= ROW else shortened(label, LONGEST_LABEL)
    return words if _visible(words) else _ELLIPSIS


def _markup(keyboard: Keyboard | None) -> dict[str, Any]:
    return {"reply_markup": {"inline_keyboard": keyboard}} if keyboard else {}


def _visible(text: str) -> bool:
    """Whether there is anything to see; Telegram refuses a text that consists of blanks and controls."""
    return any(unicodedata.category(char)[0] not in "ZC" and char != "\u2800" for char in text)


def _safe(name: str) -> str:
    """A file's name as it may stand in a header; the end is kept, because it tells the kind."""
    return "".join(char for char in name if char.isprintable() and char not in '"\\/')[-60:] or "file"
