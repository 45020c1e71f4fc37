"""Files at the Graph: uploaded, described, fetched for a few minutes under a signed address, deleted."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_bytes
from time import time
from typing import TYPE_CHECKING, Any

from bot.sandbox.media import MOST_FILES, File
from bot.sandbox.whatsapp import ids
from bot.sandbox.whatsapp.errors import INVALID, UPLOAD, NoSuchObject, Refused

if TYPE_CHECKING:
    from bot.sandbox.world import World

_MB = 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"
#: What may be uploaded, how it is sent, and up to which size in bytes.
ACCEPTED: dict[str, tuple[str, int]] = {
    "image/jpeg": ("image", 5 * _MB),
    "image/png": ("image", 5 * _MB),
    "image/webp": ("sticker", 500 * 1024),
    "application/pdf": ("document", 100 * _MB),
    "application/msword": ("document", 100 * _MB),
    "application/vnd.ms-excel": ("document", 100 * _MB),
    "application/vnd.ms-powerpoint": ("document", 100 * _MB),
    f"{_OFFICE}.wordprocessingml.document": ("document", 100 * _MB),
    f"{_OFFICE}.spreadsheetml.sheet": ("document", 100 * _MB),
    f"{_OFFICE}.presentationml.presentation": ("document", 100 * _MB),
    "text/plain": ("document", 100 * _MB),
    "audio/aac": ("audio", 16 * _MB),
    "audio/amr": ("audio", 16 * _MB),
    "audio/mp4": ("audio", 16 * _MB),
    "audio/mpeg": ("audio", 16 * _MB),
    "audio/ogg": ("audio", 16 * _MB),
    "video/3gp": ("video", 16 * _MB),
    "video/mp4": ("video", 16 * _MB),
}
LARGEST = 100 * _MB
#: An upload is a file and three short fields.
LARGEST_UPLOAD = LARGEST + 64 * 1024
KEPT = timedelta(days=30)
#: Seconds for which the address of a file is good.
ADDRESS_GOOD = 300
_MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


@dataclass(frozen=True)
class Upload:
    """A file by its Graph id; the bytes lie in the world's own store under `key`."""

    id: str
    key: str
    since: datetime


class Shelf:
    """The files of this business."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._uploads: dict[str, Upload] = {}
        self._secret = token_bytes(16)

    def put(self, content: bytes, mime: str, name: str) -> Upload:
        """Keep a file; the oldest goes when there are too many."""
        key = self._world.media.put(content, mime, name)
        upload = Upload(ids.object_id(), key, self._world.clock.now())
        self._uploads[upload.id] = upload
        if len(self._uploads) > MOST_FILES:
            del self._uploads[next(iter(self._uploads))]
        return upload

    def file(self, media_id: str) -> tuple[Upload, File] | None:
        """The file, or None when it is unknown, deleted or older than thirty days."""
        upload = self._uploads.get(media_id)
        if upload is None or self._world.clock.now() - upload.since > KEPT:
            return None
        file = self._world.media.get(upload.key)
        return (upload, file) if file else None

    def delete(self, media_id: str) -> bool:
        """False when there was none."""
        return self._uploads.pop(media_id, None) is not None

    def describe(self, media_id: str, method: str = "GET") -> dict[str, Any]:
        """What the Graph tells of a file; NoSuchObject when there is none."""
        found = self.file(media_id)
        if found is None:
            raise NoSuchObject(method, media_id)
        file = found[1]
        return {
            "url": self.address(media_id),
            "mime_type": file.mime,
            "sha256": sha256(file.content).hexdigest(),
            "file_size": len(file.content),
            "id": media_id,
            "messaging_product": "whatsapp",
        }

    def address(self, media_id: str) -> str:
        """Where the bytes can be fetched for five minutes, with the token."""
        until = str(int(time()) + ADDRESS_GOOD)
        seal = self._seal(media_id, until)
        return f"{self._world.here}/whatsapp/attachments?mid={media_id}&ext={until}&hash={seal}"

    def fetch(self, query: Mapping[str, str]) -> File | None:
        """The file behind such an address, or None when the address is wrong or too old."""
        media_id, until = query.get("mid", ""), query.get("ext", "")
        genuine = hmac.compare_digest(query.get("hash", "").encode(), self._seal(media_id, until).encode())
        if not genuine or int(until) < time():
            return None
        found = self.file(media_id)
        return found[1] if found else None

    def _seal(self, media_id: str, until: str) -> str:
        return hmac.new(self._secret, f"{media_id} {until}".encode(), sha256).hexdigest()[:32]


def check_upload(content: bytes, mime: str) -> None:
    """Refused unless this is a kind and a size that may be sent."""
    accepted = ACCEPTED.get(mime.split(";", maxsplit=1)[0].strip())
    if accepted is None:
        raise Refused(INVALID, "Param file must be a file with one of the types: " + ", ".join(ACCEPTED))
    kind, largest = accepted
    if not content or len(content) > largest:
        raise Refused(UPLOAD, f"File size of {kind} must be between 1 and {largest} bytes.")
    if not content.startswith(_MAGIC.get(mime, b"")):
        raise Refused(UPLOAD, f"The file is not what its type {mime} says.")
