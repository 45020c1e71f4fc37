"""The file of a message: uploaded before, or fetched from a link while the message waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.media import File
from bot.sandbox.whatsapp.content import FileWanted
from bot.sandbox.whatsapp.errors import VALUE, Refused
from bot.sandbox.whatsapp.media import ACCEPTED, Shelf, check_upload
from bot.sandbox.whatsapp.screens import Attached

if TYPE_CHECKING:
    from bot.sandbox.world import World

PATIENCE = aiohttp.ClientTimeout(total=5)
_PICTURES = frozenset({"image", "sticker"})


class CannotFetch(Exception):
    """Nothing that could be sent was found at the link."""


class Attachments:
    """Finds files."""

    def __init__(self, world: World, shelf: Shelf) -> None:
        self._world = world
        self._shelf = shelf

    def check(self, wanted: FileWanted) -> None:
        """Refused when an uploaded file is not there or cannot be sent in this way."""
        if wanted.link:
            return
        found = self._shelf.file(wanted.id)
        if found is None:
            raise Refused(VALUE, "Media id is not known, was deleted or is older than 30 days")
        kind, _ = ACCEPTED[found[1].mime.split(";")[0].strip()]
        if wanted.kind not in {kind, "document"}:
            raise Refused(VALUE, f"Media is a {kind}, and cannot be sent as {wanted.kind}")

    async def find(self, wanted: FileWanted) -> Attached:
        """The file; CannotFetch when a link leads nowhere."""
        if wanted.link:
            file = await self._fetched(wanted)
            key = self._world.media.put(file.content, file.mime, file.name)
        else:
            found = self._shelf.file(wanted.id)
            if found is None:
                raise CannotFetch
            key, file = found[0].key, found[1]
        return Attached(key, file, wanted.kind in _PICTURES, wanted.name or file.name)

    async def _fetched(self, wanted: FileWanted) -> File:
        try:
            async with aiohttp.ClientSession(timeout=PATIENCE) as http, http.get(wanted.link) as answer:
                mime = answer.content_type
                kind, largest = ACCEPTED.get(mime, ("", 0))
                if answer.status != 200 or wanted.kind not in {kind, "document"}:
                    raise CannotFetch
                content = await _read(answer.content, largest + 1)
            check_upload(content, mime)
        except (aiohttp.ClientError, TimeoutError, Refused, ValueError) as cause:
            raise CannotFetch from cause
        return File(content, mime, wanted.link.rpartition("/")[2].partition("?")[0] or wanted.kind)


async def _read(stream: aiohttp.StreamReader, most: int) -> bytes:
    """Up to `most` bytes."""
    content = bytearray()
    while len(content) < most and (more := await stream.read(most - len(content))):
        content += more
    return bytes(content)
