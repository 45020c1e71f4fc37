"""What people make at Telegram: groups and channels into which they bring the bot, games at BotFather."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.routing import Route

from bot.sandbox.control.calls import LONGEST_NAME, name_in, read_body, read_query, refusals, route, wrong
from bot.sandbox.control.screens import show
from bot.sandbox.telegram.chats import Chat, Kind

if TYPE_CHECKING:
    from bot.sandbox.world import World

_KINDS: tuple[Kind, ...] = ("supergroup", "forum", "channel")
_LONGEST_TITLE = 128
_LONGEST_DESCRIPTION = 512


def routes(world: World) -> list[Route]:
    """The calls under /world/chats and /world/games."""
    chats = Chats(world)
    return [
        route("POST", "/world/chats", chats.make),
        route("POST", "/world/chats/{chat}/say", chats.say),
        route("GET", "/world/chats/{chat}/screen", chats.screen),
        route("POST", "/world/games", chats.add_game),
    ]


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

    async def say(self, request: Request) -> None:
        said = await read_body(request)
        member, text = said.text("member", LONGEST_NAME), said.text("text")
        with refusals("there is no such group"):
            self._world.telegram.gatherings.say(self._chat(request), member, text)

    async def screen(self, request: Request) -> dict[str, Any]:
        """What stands there, and whether the bot is still `in` it."""
        with refusals("there is no such group or channel"):
            chat = self._chat(request)
        return await show(chat.screen, read_query(request), self._world.here) | {"in": chat.started}

    def _chat(self, request: Request) -> Chat:
        try:
            number = int(name_in(request, "chat"))
        except ValueError:
            wrong("chat is the number that making it has answered", 404)
        return self._world.telegram.gatherings.find(number)

    async def add_game(self, request: Request) -> None:
        said = await read_body(request)
        name, title = said.text("short_name", LONGEST_NAME), said.text("title", _LONGEST_TITLE)
        with refusals():
            await self._world.telegram.add_game(name, title, said.text("description", _LONGEST_DESCRIPTION))
