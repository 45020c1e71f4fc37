"""The control interface under /world: holding the phones, standing at Stripe's side, moving the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from bot.sandbox.control import books, gatherings, hands, staff, templates, weather
from bot.sandbox.control.calls import route, wrong

if TYPE_CHECKING:
    from bot.sandbox.world import World


class Control:
    """Everything that a test or the page may ask of the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._routes = [
            *hands.routes(world),
            *staff.routes(world),
            *gatherings.routes(world),
            *templates.routes(world),
            *books.routes(world),
            *weather.routes(world),
            route("GET", "/world/media/{key}", self._media),
        ]

    def routes(self) -> list[Route]:
        """The calls, and a last one that refuses what is none of them."""
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        refusals = [route(method, "/world/{rest:path}", self._no_such_call) for method in methods]
        return [*self._routes, *refusals]

    async def _media(self, request: Request) -> Response:
        file = self._world.media.get(request.path_params["key"])
        if file is None:
            wrong("there is no such file", 404)
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        if not file.mime.startswith(_SHOWN):
            # What a stranger sent must not run as a page of this address.
            headers["Content-Security-Policy"] = "sandbox"
        return Response(file.content, media_type=file.mime, headers=headers)

    async def _no_such_call(self, request: Request) -> None:
        known: list[BaseRoute] = [*self._routes]
        if any(call.matches(request.scope)[0] is Match.PARTIAL for call in known):
            wrong("this call does not take that method", 405)
        wrong("there is no such call", 404)


_SHOWN = ("image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf")
