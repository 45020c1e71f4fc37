"""The calls about files: upload, describe, fetch, delete; each can be struck by a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.whatsapp.errors import NoSuchObject
from bot.sandbox.whatsapp.faulty import Faulty
from bot.sandbox.whatsapp.media import Shelf
from bot.sandbox.whatsapp.uploads import read_away, uploaded

if TYPE_CHECKING:
    from bot.sandbox.world import World


class Files:
    """What the shop does with its shelf."""

    def __init__(self, world: World, shelf: Shelf) -> None:
        self._world = world
        self._shelf = shelf
        self._faulty = Faulty(world)

    async def upload(self, request: Request) -> Response:
        """A file in, its id out."""
        if answer := await self._struck(request):
            return answer
        return JSONResponse({"id": self._shelf.put(*await uploaded(request)).id})

    async def describe(self, request: Request, media_id: str) -> Response:
        """Where its bytes are, and what they are."""
        return await self._struck(request) or JSONResponse(self._shelf.describe(media_id))

    async def fetch(self, request: Request) -> Response:
        """The bytes."""
        if answer := await self._struck(request):
            return answer
        file = self._shelf.fetch(request.query_params)
        if file is None:
            return Response(status_code=404)
        return Response(file.content, media_type=file.mime)

    async def delete(self, request: Request, media_id: str) -> Response:
        """Gone for the shop; a phone that shows it goes on showing it."""
        if answer := await self._struck(request):
            return answer
        if not self._shelf.delete(media_id):
            raise NoSuchObject("DELETE", media_id)
        return JSONResponse({"success": True})

    async def _struck(self, request: Request) -> Response | None:
        self._world.calls["whatsapp media"] += 1
        fault = self._faulty.at_media()
        if fault is None:
            return None
        await read_away(request)
        return await self._faulty.answer(fault)
