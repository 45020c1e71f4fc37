"""What a traveller does with a phone, and what its screen shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from starlette.requests import Request
from starlette.routing import Route

from bot.sandbox.control.calls import Fields, name_in, read_body, read_query, refusals, route, wrong
from bot.sandbox.control.screens import show
from bot.sandbox.phones import Kind, Phones

if TYPE_CHECKING:
    from bot.sandbox.world import World

_KINDS: tuple[Kind, ...] = get_args(Kind)
_CHANGES = ("number", "username", "recycled", "name")
#: Characters: https://core.telegram.org/constructor/user
_LONGEST_NAME = 64
#: Characters of the longest that is in use: https://www.rfc-editor.org/rfc/rfc5646#section-4.4.1
_LANGUAGE_TAG = 35


def routes(world: World) -> list[Route]:
    """The calls under /world/phones."""
    hands = Hands(world)
    phone = "/world/phones/{channel}/{traveller}"
    return [
        route("GET", "/world/phones", hands.travellers),
        route("GET", f"{phone}/screen", hands.screen),
        route("GET", f"{phone}/commands", hands.commands),
        route("GET", f"{phone}/window", hands.window),
        route("POST", f"{phone}/say", hands.say),
        route("POST", f"{phone}/forward", hands.forward),
        route("POST", f"{phone}/press", hands.press),
        route("POST", f"{phone}/send", hands.send),
        route("POST", f"{phone}/edit", hands.edit),
        route("POST", f"{phone}/open", hands.open),
        route("POST", f"{phone}/block", hands.block),
        route("POST", f"{phone}/unblock", hands.unblock),
        route("POST", f"{phone}/identity", hands.identity),
        route("POST", f"{phone}/marketing", hands.marketing),
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
        with refusals():
            screen = phones.screen(traveller)
        return await show(screen, read_query(request), self._world.here)

    async def commands(self, request: Request) -> dict[str, Any]:
        """The menu beside the line to write in; only Telegram has one."""
        _, traveller = self._held(request)
        if request.path_params["channel"] != "telegram":
            return {"commands": []}
        with refusals():
            return {"commands": self._world.telegram.commands(traveller)}

    async def window(self, request: Request) -> dict[str, Any]:
        """WhatsApp's 24 hours for free-form messages, by the shop's clock."""
        _, traveller = self._held(request)
        if request.path_params["channel"] != "whatsapp":
            wrong("only WhatsApp has such a window", 404)
        with refusals():
            return self._world.whatsapp.window(traveller)

    async def say(self, request: Request) -> None:
        phones, traveller = self._held(request)
        said = await read_body(request)
        text, language = said.text("text"), said.maybe_text("language", _LANGUAGE_TAG)
        with refusals():
            await phones.say(traveller, text, language)

    async def forward(self, request: Request) -> None:
        """A post of the public channel `channel`, passed on; WhatsApp shows a shop no sender of what is passed on."""
        _, traveller = self._held(request)
        said = await read_body(request)
        text, channel = said.text("text"), said.text("channel", _LONGEST_NAME)
        if request.path_params["channel"] != "telegram":
            wrong("only Telegram tells where something was passed on from", 404)
        with refusals():
            await self._world.telegram.forward(traveller, text, channel)

    async def press(self, request: Request) -> None:
        phones, traveller = self._held(request)
        label = (await read_body(request)).text("label")
        with refusals("no message on the screen shows a button with that label"):
            await phones.press(traveller, label)

    async def send(self, request: Request) -> None:
        phones, traveller = self._held(request)
        kind = (await read_body(request)).choice("kind", _KINDS)
        with refusals():
            await phones.send(traveller, kind)

    async def edit(self, request: Request) -> None:
        phones, traveller = self._held(request)
        text = (await read_body(request)).text("text")
        with refusals("the traveller has written nothing that could be edited"):
            await phones.edit(traveller, text)

    async def open(self, request: Request) -> None:
        phones, traveller = self._held(request)
        link = (await read_body(request)).text("link")
        with refusals():
            await phones.open(traveller, link)

    async def block(self, request: Request) -> None:
        phones, traveller = self._held(request)
        await read_body(request)
        with refusals():
            phones.block(traveller, True)

    async def unblock(self, request: Request) -> None:
        phones, traveller = self._held(request)
        await read_body(request)
        with refusals():
            phones.block(traveller, False)

    async def identity(self, request: Request) -> None:
        phones, traveller = self._held(request)
        said = await read_body(request)
        change = said.choice("change", _CHANGES)
        if change == "name":
            await self._rename(request, traveller, said)
            return
        with refusals():
            await phones.change_identity(traveller, change)

    async def _rename(self, request: Request, traveller: str, said: Fields) -> None:
        if request.path_params["channel"] != "telegram":
            wrong("only Telegram tells a name that its owner can change here")
        first, last = said.text("first_name", _LONGEST_NAME), said.maybe_text("last_name", _LONGEST_NAME)
        await self._world.telegram.rename(traveller, first, last)

    async def marketing(self, request: Request) -> None:
        """What the traveller lets WhatsApp pass of a shop's advertising: "stop" or "resume"."""
        _, traveller = self._held(request)
        wish = (await read_body(request)).choice("value", ("stop", "resume"))
        if request.path_params["channel"] != "whatsapp":
            wrong("only WhatsApp has such a setting", 404)
        with refusals():
            self._world.whatsapp.prefer(traveller, news=wish == "resume")

    async def pay(self, request: Request) -> None:
        _, traveller = self._held(request)
        if request.path_params["channel"] != "telegram":
            wrong("only Telegram has Stars to pay with", 404)
        await read_body(request)
        with refusals("there is no Stars invoice on that screen", 409):
            await self._world.telegram.pay_stars(traveller)

    def _held(self, request: Request) -> tuple[Phones, str]:
        phones = self._world.phones.get(request.path_params["channel"])
        if phones is None:
            wrong(f"channel must be one of: {', '.join(self._world.phones)}", 404)
        return phones, name_in(request, "traveller")
