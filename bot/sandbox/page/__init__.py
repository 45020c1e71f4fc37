"""The page with two phones, the shop's desk and the ledger: a few files, handed out as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from bot.sandbox.world import World

_HERE = Path(__file__).parent
_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Page:
    """Serves the files beside this one, and no other."""

    def __init__(self, _world: World) -> None:
        self._files = {
            file.name: (file.read_bytes(), _KINDS[file.suffix])
            for file in sorted(_HERE.iterdir())
            if file.suffix in _KINDS
        }

    def routes(self) -> list[Route]:
        """The page, and its parts under /page."""
        return [Route("/", self._index), Route("/favicon.ico", self._icon), Route("/page/{name}", self._part)]

    async def _index(self, _request: Request) -> Response:
        return self._file("index.html")

    async def _icon(self, _request: Request) -> Response:
        return self._file("icon.svg")

    async def _part(self, request: Request) -> Response:
        return self._file(request.path_params["name"])

    def _file(self, name: str) -> Response:
        found = self._files.get(name)
        if found is None:
            return Response("There is no such file.", 404, media_type="text/plain", headers=_HEADERS)
        content, kind = found
        return Response(content, media_type=kind, headers=_HEADERS)
