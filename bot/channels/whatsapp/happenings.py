"""One message of a webhook → what happened in the chat: words, a button, or something that is not words."""

from __future__ import annotations

from bot.channels.whatsapp.fields import Fields, part, word
from bot.channels.whatsapp.kinds import FILES, SILENT, THINGS, FileKind
from bot.conversation.events import Attachment, Pressed, Said, Sent


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
        case "request_welcome":
            return Said("/start")  # the chat was opened, and nothing written yet
        case _ if kind in FILES:
            return Sent(FILES[kind], _file(holder, FILES[kind]), word(holder, "caption"))
        case _ if kind in SILENT:
            return None
    return Sent(THINGS.get(kind, "other"))


def _file(holder: Fields, kind: FileKind) -> Attachment | None:
    reference = word(holder, "id")
    if not reference:
        return None
    return Attachment(kind, reference, word(holder, "mime_type"), word(holder, "filename"))
