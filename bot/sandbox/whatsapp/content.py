"""What may be in a message: every kind the shop can send, with the limits of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.phones import Button
from bot.sandbox.whatsapp.errors import UNSUPPORTED, VALUE, Refused
from bot.sandbox.whatsapp.fields import (
    Fields,
    number,
    optional_text,
    part,
    parts,
    text,
    web_address,
)

TEXT, CAPTION, FILE_NAME = 4096, 1024, 240
MOST_CONTACTS = 257

MediaKind = Literal["image", "document", "video", "audio", "sticker"]
MEDIA_KINDS: tuple[MediaKind, ...] = ("image", "document", "video", "audio", "sticker")


@dataclass(frozen=True)
class FileWanted:
    """A file that a message carries: uploaded before (`id`) or to be fetched (`link`)."""

    kind: MediaKind
    id: str = ""
    link: str = ""
    name: str = ""


@dataclass(frozen=True)
class Content:
    """A checked message, as the phone will show it."""

    text: str = ""
    header: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    file: FileWanted | None = None
    category: str = "service"
    #: What the page draws of a list, and whatever else only the page wants.
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reaction:
    """A thumb under a message; an empty emoji takes it away."""

    message_id: str
    emoji: str


def plain(kind: str, body: Fields) -> Content | Reaction:
    """Everything but interactive messages and templates; Refused when a limit is broken."""
    holder = part(body, kind) if kind in _KINDS else {}
    match kind:
        case "text":
            return Content(text(holder, "body", TEXT, "Text body"))
        case "image" | "document" | "video" | "audio" | "sticker":
            caption = optional_text(holder, "caption", CAPTION, "Caption")
            if caption and kind in {"audio", "sticker"}:
                raise Refused(VALUE, f"{kind} cannot have a caption")
            return Content(caption, file=file_wanted(kind, holder))
        case "location":
            place = f"{_degrees(holder, 'latitude', 90)}, {_degrees(holder, 'longitude', 180)}"
            named = (optional_text(holder, name, 1_000, f"Location {name}") for name in ("name", "address"))
            return Content("\n".join(filter(None, (*named, place))))
        case "contacts":
            return Content("\n".join(_card(one) for one in parts(body, "contacts", MOST_CONTACTS)))
        case "reaction":
            emoji = optional_text(holder, "emoji", 16, "Reaction emoji")
            return Reaction(text(holder, "message_id", 512, "Reaction message_id"), emoji)
    raise Refused(UNSUPPORTED, f"Message type {kind!r} is not supported")


def file_wanted(kind: MediaKind, holder: Fields) -> FileWanted:
    """The id or the link of a file, never both."""
    name = optional_text(holder, "filename", FILE_NAME, "Document filename")
    media_id, link = holder.get("id"), holder.get("link")
    if (media_id is None) == (link is None):
        raise Refused(VALUE, f"{kind} needs either an id or a link")
    if link is not None:
        return FileWanted(kind, link=web_address(holder, "link", f"{kind} link"), name=name)
    return FileWanted(kind, id=str(media_id), name=name)


def _degrees(holder: Fields, name: str, most: int) -> float:
    return number(holder, name, -most, most, f"Location {name}")


def _card(one: Fields) -> str:
    name = text(part(one, "name", "contacts."), "formatted_name", 1_000, "Contact formatted_name")
    phones = one.get("phones")
    numbers = (
        [str(p.get("phone", "")) for p in phones if isinstance(p, dict)] if isinstance(phones, list) else []
    )
    return " ".join((name, *numbers))


_KINDS = frozenset((*MEDIA_KINDS, "text", "location", "reaction"))
