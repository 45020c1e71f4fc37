"""Groups and channels of Telegram, made by a traveller who brings the bot into them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.routing import Route

from bot.sandbox.control.calls import LONGEST_NAME, read_body, refusals, route
from bot.sandbox.telegram.chats import Kind

if TYPE_CHECKING:
    from bot.sandbox.world import World

_KINDS: tuple[Kind, ...] = ("supergroup", "forum", "channel")
_LONGEST_TITLE = 128


def routes(world: World) -> list[Route]:
    """The call under /world/chats."""
    return [route("POST", "/world/chats", Chats(world).make)]


class Chats:
    """Carries the call to Telegram."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def make(self, request: Request) -> dict[str, Any]:
        """`rights`, such as can_pin_messages, make the bot an administrator; other `bots` always are."""
        said = await read_body(request)
        kind, title = said.choice("kind", _KINDS), said.text("title", _LONGEST_TITLE)
        owner, username = said.text("owner", LONGEST_NAME), said.maybe_text("username", LONGEST_NAME)
        members, bots, rights = (said.names(name) for name in ("members", "bots", "rights"))
        with refusals():
            chat = self._world.telegram.gatherings.make(
                kind, title, owner, username, members, bots, frozenset(rights)
            )
        return {"id": chat.id}
