"""What people make at Telegram: groups and channels into which they bring the bot, games at BotFather."""

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
_LONGEST_DESCRIPTION = 512


def routes(world: World) -> list[Route]:
    """The calls under /world/chats and /world/games."""
    chats = Chats(world)
    return [route("POST", "/world/chats", chats.make), route("POST", "/world/games", chats.add_game)]


class Chats:
    """Carries each call to Telegram."""

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

    async def add_game(self, request: Request) -> None:
        said = await read_body(request)
        name, title = said.text("short_name", LONGEST_NAME), said.text("title", _LONGEST_TITLE)
        with refusals():
            await self._world.telegram.add_game(name, title, said.text("description", _LONGEST_DESCRIPTION))
