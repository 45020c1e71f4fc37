"""Files with the ids that Telegram gives them, kept so that a bot can send them again or fetch them."""

from __future__ import annotations

import asyncio
import mimetypes
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from bot.sandbox.media import Media
from bot.sandbox.telegram import pictures
from bot.sandbox.telegram.calls import Json, Upload
from bot.sandbox.telegram.errors import ApiError, bad

#: https://core.telegram.org/bots/api#sending-files and #getfile
LARGEST_PHOTO = 10 * 1024 * 1024
LARGEST_FILE = 50 * 1024 * 1024
LARGEST_DOWNLOAD = 20 * 1024 * 1024
#: The longest side of a file's small picture, in pixels.
THUMBNAIL = 320
#: The ids of the oldest files are forgotten when there are more.
MOST_IDS = 20_000
#: How ids of each kind begin, and where such files lie.
_KINDS = {
    "photo": ("AgACAgQAAx", "photos"),
    "document": ("BQACAgQAAx", "documents"),
    "voice": ("AwACAgQAAx", "voice"),
    "sticker": ("CAACAgQAAx", "stickers"),
}


@dataclass(frozen=True)
class StoredFile:
    """One file id. `shown` is what a message says of the file; a smaller copy of a photo has a `size`, and no `length`."""

    kind: str
    key: str
    path: str
    length: int
    name: str | None
    mime: str
    shown: Any
    size: tuple[int, int] | None = None


class Files:
    """The files that passed through Telegram, by id."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, str] = {}
        self._count = 0

    async def photo(self, upload: Upload) -> list[Json]:
        """Keep a picture; returns its sizes as a message shows them."""
        if len(upload.content) > LARGEST_PHOTO:
            size = len(upload.content)
            raise bad(
                f"file of size {size} bytes is too big for a photo; the maximum size is {LARGEST_PHOTO} bytes"
            )
        developed = await asyncio.to_thread(pictures.developed, _filled(upload))
        key = self._media.put(developed.jpeg, "image/jpeg", "photo.jpg")
        sizes: list[Json] = []
        for smaller in developed.sizes[:-1]:
            path = self._path("photo", ".jpg")
            ids = self._keep(StoredFile("photo", key, path, 0, None, "image/jpeg", sizes, smaller))
            sizes.append(ids | {"width": smaller[0], "height": smaller[1]})
        width, height = developed.sizes[-1]
        length, path = len(developed.jpeg), self._path("photo", ".jpg")
        ids = self._keep(StoredFile("photo", key, path, length, None, "image/jpeg", sizes))
        sizes.append(ids | {"width": width, "height": height, "file_size": length})
        return sizes

    async def document(self, upload: Upload, thumbnail: Upload | None = None) -> Json:
        """Keep a file as it is; returns what a message shows of it.

        A picture gets a thumbnail made of itself, whatever came along; other files get the one that came.
        """
        mime = mimetypes.guess_type(upload.name)[0] or upload.mime or "application/octet-stream"
        facts: Json = {"file_name": upload.name, "mime_type": mime}
        picture = upload if mime.startswith("image/") else thumbnail
        small = await self._thumbnail(picture) if picture else None
        return self.other("document", upload, mime, facts | ({"thumbnail": small} if small else {}))

    async def _thumbnail(self, picture: Upload) -> Json | None:
        try:
            sizes = await self.photo(picture)
        except ApiError:
            return None  # what cannot be drawn has no thumbnail
        return next((size for size in sizes if max(size["width"], size["height"]) == THUMBNAIL), sizes[-1])

    def other(self, kind: str, upload: Upload, mime: str, facts: Json) -> Json:
        """Keep a voice message, a sticker or a document, with what its kind tells of it."""
        content = _filled(upload)
        if len(content) > LARGEST_FILE:
            raise bad("file is too big")
        key = self._media.put(content, mime, upload.name)
        shown: Json = facts | {"file_size": len(content)}
        path = self._path(kind, mimetypes.guess_extension(mime) or "")
        shown.update(self._keep(StoredFile(kind, key, path, len(content), upload.name, mime, shown)))
        return shown

    def find(self, file_id: str) -> StoredFile | None:
        """The file with that id."""
        return self._by_id.get(file_id)

    def url(self, file_id: str) -> str | None:
        """Where the page finds it."""
        found = self._by_id.get(file_id)
        return self._media.url(found.key) if found else None

    async def content(self, file: StoredFile) -> bytes | None:
        """Its bytes; None when the world no longer has them."""
        found = self._media.get(file.key)
        if found is None or file.size is None:
            return found.content if found else None
        return await asyncio.to_thread(pictures.shrunk, found.content, file.size)

    async def at(self, path: str) -> tuple[bytes, str] | None:
        """The bytes and the type of the file at a path that getFile told."""
        found = self._by_id.get(self._by_path.get(path, ""))
        content = await self.content(found) if found else None
        return (content, found.mime) if found and content is not None else None

    def _path(self, kind: str, suffix: str) -> str:
        self._count += 1
        return f"{_KINDS[kind][1]}/file_{self._count}{suffix}"

    def _keep(self, file: StoredFile) -> Json:
        """Give the file its ids."""
        file_id = _KINDS[file.kind][0] + token_urlsafe(36)
        self._by_id[file_id] = file
        self._by_path[file.path] = file_id
        if len(self._by_id) > MOST_IDS:
            oldest = self._by_id.pop(next(iter(self._by_id)))
            self._by_path.pop(oldest.path, None)
        return {"file_id": file_id, "file_unique_id": f"AQAD{token_urlsafe(8)}"}


def _filled(upload: Upload) -> bytes:
    if not upload.content:
        raise bad("file must be non-empty")
    return upload.content
