"""The shop's own people: the staff chat as its members use it, and the mails that the shop sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.routing import Route

from bot.sandbox.control.calls import name_in, read_body, read_query, refusals, route
from bot.sandbox.control.screens import show

if TYPE_CHECKING:
    from bot.sandbox.world import World


def routes(world: World) -> list[Route]:
    """The calls under /world/staff, and /world/mail."""
    desk = Desk(world)
    return [
        route("POST", "/world/staff/{member}/say", desk.say),
        route("POST", "/world/staff/{member}/press", desk.press),
        route("GET", "/world/staff/screen", desk.screen),
        route("GET", "/world/mail", desk.mail),
    ]


class Desk:
    """Carries each call to the staff chat or the mailbox."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def say(self, request: Request) -> None:
        member = name_in(request, "member")
        said = await read_body(request)
        text, reply_to, topic = said.text("text"), said.maybe_id("reply_to"), said.maybe_id("topic")
        with refusals("there is no such message or topic in the staff chat"):
            await self._world.telegram.staff_say(member, text, reply_to, topic)

    async def press(self, request: Request) -> None:
        member = name_in(request, "member")
        label = (await read_body(request)).text("label")
        with refusals("no message in the staff chat shows a button with that label"):
            await self._world.telegram.staff_press(member, label)

    async def screen(self, request: Request) -> dict[str, Any]:
        shown = await show(self._world.telegram.staff_screen(), read_query(request), self._world.here)
        shown["messages"] = [{"topic": None, **message} for message in shown["messages"]]
        return shown

    async def mail(self, _request: Request) -> list[dict[str, Any]]:
        return self._world.mailbox.as_json()
