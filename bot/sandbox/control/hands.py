"""What a traveller does with a phone, and what its screen shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from starlette.requests import Request
from starlette.routing import Route

from bot.sandbox.control.calls import name_in, read_body, read_query, route, wrong
from bot.sandbox.control.screens import show
from bot.sandbox.phones import Kind, NoSuchButton, Phones

if TYPE_CHECKING:
    from bot.sandbox.world import World

_KINDS: tuple[Kind, ...] = get_args(Kind)
_CHANGES = ("number", "username", "recycled")


def routes(world: World) -> list[Route]:
    """The calls under /world/phones."""
    hands = Hands(world)
    phone = "/world/phones/{channel}/{traveller}"
    return [
        route("GET", "/world/phones", hands.travellers),
        route("GET", f"{phone}/screen", hands.screen),
        route("POST", f"{phone}/say", hands.say),
        route("POST", f"{phone}/press", hands.press),
        route("POST", f"{phone}/send", hands.send),
        route("POST", f"{phone}/edit", hands.edit),
        route("POST", f"{phone}/open", hands.open),
        route("POST", f"{phone}/block", hands.block),
        route("POST", f"{phone}/unblock", hands.unblock),
        route("POST", f"{phone}/identity", hands.identity),
        route("POST", f"{phone}/pay", hands.pay),
    ]


class Hands:
    """Carries each call to the phones of its channel."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def travellers(self, _request: Request) -> dict[str, list[str]]:
        return {channel: phones.travellers() for channel, phones in self._world.phones.items()}

    async def screen(self, request: Request) -> dict[str, Any]:
        phones, traveller = self._held(request)
        return await show(phones.screen(traveller), read_query(request), self._world.here)

    async def say(self, request: Request) -> None:
        phones, traveller = self._held(request)
        said = await read_body(request)
        text, language = said.text("text"), said.maybe_text("language", 35)
        try:
            await phones.say(traveller, text, language)
        except ValueError as refusal:
            wrong(str(refusal))

    async def press(self, request: Request) -> None:
        phones, traveller = self._held(request)
        label = (await read_body(request)).text("label")
        try:
            await phones.press(traveller, label)
        except NoSuchButton:
            wrong("no message on the screen shows a button with that label", 404)

    async def send(self, request: Request) -> None:
        phones, traveller = self._held(request)
        kind = (await read_body(request)).choice("kind", _KINDS)
        await phones.send(traveller, next(known for known in _KINDS if known == kind))

    async def edit(self, request: Request) -> None:
        phones, traveller = self._held(request)
        text = (await read_body(request)).text("text")
        try:
            await phones.edit(traveller, text)
        except LookupError:
            wrong("the traveller has written nothing that could be edited", 404)
        except ValueError as refusal:
            wrong(str(refusal))

    async def open(self, request: Request) -> None:
        phones, traveller = self._held(request)
        link = (await read_body(request)).text("link")
        try:
            await phones.open(traveller, link)
        except ValueError as refusal:
            wrong(str(refusal))

    async def block(self, request: Request) -> None:
        phones, traveller = self._held(request)
        await read_body(request)
        phones.block(traveller, True)

    async def unblock(self, request: Request) -> None:
        phones, traveller = self._held(request)
        await read_body(request)
        phones.block(traveller, False)

    async def identity(self, request: Request) -> None:
        phones, traveller = self._held(request)
        change = (await read_body(request)).choice("change", _CHANGES)
        try:
            await phones.change_identity(traveller, change)
        except ValueError as refusal:
            wrong(str(refusal))

    async def pay(self, request: Request) -> None:
        _, traveller = self._held(request)
        if request.path_params["channel"] != "telegram":
            wrong("only Telegram has Stars to pay with", 404)
        await read_body(request)
        try:
            await self._world.telegram.pay_stars(traveller)
        except LookupError:
            wrong("there is no Stars invoice on that screen", 404)
        except ValueError as refusal:
            wrong(str(refusal), 409)

    def _held(self, request: Request) -> tuple[Phones, str]:
        phones = self._world.phones.get(request.path_params["channel"])
        if phones is None:
            wrong(f"channel must be one of: {', '.join(self._world.phones)}", 404)
        return phones, name_in(request, "traveller")
