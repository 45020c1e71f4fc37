"""Files that go out: how each kind can be sent, and up to which size; what fits no kind is a document.

Kinds and sizes: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.conversation.messages import File, Message, Notice, Photo, Relay

Kind = Literal["image", "video", "audio", "sticker", "document"]

_MB = 1024 * 1024
_KINDS: dict[str, tuple[Kind, int]] = {
    "image/jpeg": ("image", 5 * _MB),
    "image/png": ("image", 5 * _MB),
    "image/webp": ("sticker", 100 * 1024),
    "audio/aac": ("audio", 16 * _MB),
    "audio/amr": ("audio", 16 * _MB),
    "audio/mp4": ("audio", 16 * _MB),
    "audio/mpeg": ("audio", 16 * _MB),
    "audio/ogg": ("audio", 16 * _MB),
    "video/3gp": ("video", 16 * _MB),
    "video/mp4": ("video", 16 * _MB),
}
_OFFICE = "application/vnd.openxmlformats-officedocument"
_DOCUMENTS = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        f"{_OFFICE}.wordprocessingml.document",
        f"{_OFFICE}.spreadsheetml.sheet",
        f"{_OFFICE}.presentationml.presentation",
        "text/plain",
    }
)
#: What the platform takes any other document for; its name still says what it is.
_ANY_DOCUMENT = "text/plain"
_OPUS = "audio/ogg; codecs=opus"


@dataclass(frozen=True)
class Upload:
    """A file to be stored at the platform before the message that shows it."""

    content: bytes
    mime: str
    name: str


def upload(message: Message, *, is_open: bool) -> Upload | None:
    """The file of a message, or None when it has none."""
    match message:
        case Photo(png=png, name=name):
            return Upload(png, "image/png", name)
        case File(content=content, name=name, mime=mime):
            return Upload(content, _accepted(mime), name)
        case Relay(content=bytes() as content, name=name, mime=mime):
            return Upload(content, _accepted(mime), name or "file")
        case Notice(message=inner) if is_open:
            return upload(inner, is_open=is_open)
    return None


def kind(mime: str, size: int) -> Kind:
    """How somebody's file is best shown; `size` in bytes."""
    shown, most = _KINDS.get(_base(mime), ("document", 0))
    return shown if size <= most else "document"


def _accepted(mime: str) -> str:
    base = _base(mime)
    if base == "audio/ogg":
        return _OPUS  # the only one that the platform plays
    return base if base in _KINDS or base in _DOCUMENTS else _ANY_DOCUMENT


def _base(mime: str) -> str:
    return mime.partition(";")[0].strip().lower()
