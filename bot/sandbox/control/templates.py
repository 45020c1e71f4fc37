"""WhatsApp's templates as Meta's people see them: which there are, and what is decided about one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from starlette.requests import Request
from starlette.routing import Route

from bot.sandbox.control.calls import read_body, refusals, route
from bot.sandbox.whatsapp.templates import Status

if TYPE_CHECKING:
    from bot.sandbox.world import World

_STATES: tuple[Status, ...] = get_args(Status)
_LONGEST_NAME = 512


def routes(world: World) -> list[Route]:
    """The calls under /world/templates."""
    board = Board(world)
    return [route("GET", "/world/templates", board.listing), route("POST", "/world/templates", board.decide)]


class Board:
    """Carries each call to WhatsApp."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def listing(self, _request: Request) -> list[dict[str, Any]]:
        told = (template.as_json() for template in self._world.whatsapp.templates.listing())
        return [{name: one[name] for name in ("name", "language", "category", "status")} for one in told]

    async def decide(self, request: Request) -> dict[str, int]:
        """All languages of a name, or one; how many those were."""
        said = await read_body(request)
        name, language = said.text("name", _LONGEST_NAME), said.maybe_text("language", 35)
        status = said.choice("status", _STATES)
        with refusals("there is no such template"):
            return {"decided": self._world.whatsapp.decide(name, language, status)}
