"""One message of a webhook → what happened in the chat: words, a button, or something that is not words."""

from __future__ import annotations

from typing import Literal

from bot.channels.whatsapp.fields import Fields, part, word
from bot.conversation.events import Attachment, Pressed, Said, Sent

_FileKind = Literal["photo", "document", "voice", "video", "sticker"]
_FILES: dict[str, _FileKind] = {
    "image": "photo",
    "document": "document",
    "audio": "voice",
    "video": "video",
    "sticker": "sticker",
}
#: A thumb, a message taken back, a changed number: nothing that wants an answer.
_SILENT = frozenset({"reaction", "revoke", "system"})


def event(message: Fields) -> Said | Pressed | Sent | None:
    """What happened; None for what changes nothing in the chat."""
    kind = word(message, "type")
    # An edited message is what it says now.
    return _told(message, kind) if kind != "edit" else _edited(part(part(message, "edit"), "message"))


def _edited(message: Fields) -> Said | Pressed | Sent | None:
    return _told(message, word(message, "type"))


def _told(message: Fields, kind: str) -> Said | Pressed | Sent | None:
    holder = part(message, kind)
    match kind:
        case "text" if word(holder, "body"):
            return Said(word(holder, "body"))
        case "interactive":
            reply = part(holder, word(holder, "type"))
            return Pressed(word(reply, "id")) if word(reply, "id") else Sent("other")
        case "button" if word(holder, "payload"):
            return Pressed(word(holder, "payload"))
        case "image" | "document" | "audio" | "video" | "sticker":
            return Sent(_FILES[kind], _file(holder, _FILES[kind]), word(holder, "caption"))
        case "location":
            return Sent("location")
        case "contacts":
            return Sent("contact")
        case _ if kind in _SILENT:
            return None
    return Sent("other")


def _file(holder: Fields, kind: _FileKind) -> Attachment | None:
    reference = word(holder, "id")
    if not reference:
        return None
    return Attachment(kind, reference, word(holder, "mime_type"), word(holder, "filename"))
