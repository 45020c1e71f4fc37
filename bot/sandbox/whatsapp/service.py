"""WhatsApp as the world has it: the Graph API on one side, the phones on the other."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute

from bot.sandbox.phones import Kind, Screen
from bot.sandbox.whatsapp.attachments import Attachments
from bot.sandbox.whatsapp.book import Book
from bot.sandbox.whatsapp.calls import Calls
from bot.sandbox.whatsapp.contact_book import ContactBook
from bot.sandbox.whatsapp.delivery import Deliveries
from bot.sandbox.whatsapp.files import Files
from bot.sandbox.whatsapp.graph import Graph
from bot.sandbox.whatsapp.hand import Hand
from bot.sandbox.whatsapp.line import Line
from bot.sandbox.whatsapp.media import Shelf
from bot.sandbox.whatsapp.pen import Pen
from bot.sandbox.whatsapp.reach import Reach
from bot.sandbox.whatsapp.reviews import Reviews
from bot.sandbox.whatsapp.statuses import Statuses
from bot.sandbox.whatsapp.template_calls import TemplateCalls
from bot.sandbox.whatsapp.templates import Status, Templates

if TYPE_CHECKING:
    from bot.sandbox.world import World


class WhatsApp:
    """Puts its parts together. The phone side is that of `bot.sandbox.phones.Phones`."""

    def __init__(self, world: World) -> None:
        self.templates = Templates()
        self._clock = world.clock
        self._book = Book()
        self._line = Line(world)
        self._deliveries = Deliveries(world, self._line)
        self._statuses = Statuses(world, self._deliveries)
        shelf = Shelf(world)
        self._hand = Hand(Pen(world, self._book, self._deliveries), self._book, shelf)
        self._calls = Calls(world, self._book, self.templates, Attachments(world, shelf), self._statuses)
        self._reviews = Reviews(world, self.templates, self._deliveries)
        about = TemplateCalls(world, self.templates, self._reviews)
        contacts = ContactBook(world, self._book)
        self._graph = Graph(
            self._calls, Files(world, shelf), about, self.templates, contacts, self._line.address
        )

    def unhurried(self) -> None:
        """Nobody is told to send more slowly."""
        self._calls.rates_kept = False

    def may_reach(self, most: int) -> None:
        """The tier of the shop's portfolio: different people in 24 hours who did not write themselves."""
        self._calls.reach = Reach(most)

    def routes(self) -> list[BaseRoute]:
        """Everything under /whatsapp."""
        return self._graph.routes()

    async def start(self) -> None:
        """Webhooks begin to leave."""
        await self._line.start()
        await self._deliveries.start()

    async def stop(self) -> None:
        """No more webhooks."""
        self._reviews.stop()
        await self._deliveries.stop()
        await self._line.stop()

    async def registered(self) -> bool:
        """Meta's handshake with the bot's webhook address, made now: right token, challenge returned."""
        return await self._line.handshake()

    def held_back(self) -> int:
        """Messages and statuses that the bot has not acknowledged yet."""
        return self._deliveries.waiting

    @property
    def metered(self) -> Counter[str]:
        """Messages that Meta meters, by category."""
        return self._statuses.metering.ever

    @property
    def metering(self) -> dict[str, Any]:
        """What this month has cost so far, as counts."""
        return self._statuses.metering.as_json()

    def window(self, traveller: str) -> dict[str, Any]:
        """Whether free-form messages reach this chat now, and until when; `until` null: nobody has written yet."""
        phone = self._book.phone(traveller)
        until = phone.open_until
        return {"open": phone.open_at(self._clock.now()), "until": until and until.isoformat()}

    def decide(self, name: str, language: str | None, status: Status) -> int:
        """Meta decides about a template, in all its languages or in one; LookupError when there is none."""
        found = self.templates.named(name, language)
        if not found:
            raise LookupError(name)
        for template in found:
            self._reviews.decide(template, status)
        return len(found)

    def prefer(self, traveller: str, *, news: bool) -> None:
        """Stop the shop's advertising in WhatsApp's own settings, or allow it again; the shop hears of it."""
        self._hand.prefer(self._book.phone(traveller), news=news)

    async def say(self, traveller: str, text: str, language: str | None = None) -> None:
        """The language chooses the country of a number that was never used before."""
        self._hand.say(self._book.phone(traveller, language), text)

    async def press(self, traveller: str, label: str) -> None:
        """A reply button, a row of a list, a button of a template."""
        self._hand.press(self._book.phone(traveller), label)

    async def send(self, traveller: str, kind: Kind) -> None:
        """A real file, a place, somebody's card."""
        self._hand.send(self._book.phone(traveller), kind)

    async def edit(self, traveller: str, text: str) -> None:
        """The newest text that the traveller wrote; ValueError when there is none."""
        self._hand.edit(self._book.phone(traveller), text)

    async def open(self, traveller: str, link: str) -> None:
        """https://wa.me/<the shop's number>?text=…; ValueError for any other."""
        self._hand.open(self._book.phone(traveller), link)

    def block(self, traveller: str, blocked: bool) -> None:
        """What the shop sends is accepted and fails afterwards."""
        self._book.phone(traveller).blocked = blocked

    async def change_identity(self, traveller: str, change: str) -> None:
        """number, username or recycled; ValueError for anything else."""
        self._hand.change_identity(self._book.phone(traveller), change)

    def screen(self, traveller: str) -> Screen:
        """Looking at it is what turns delivered into read."""
        phone = self._book.phone(traveller)
        self._statuses.looked_at(phone)
        return phone.screen

    def travellers(self) -> list[str]:
        """In the order of their first use."""
        return self._book.travellers()

    async def redeliver(self, last: int, times: int) -> int:
        """The last webhook bodies again, many at once, each signed anew."""
        return await self._deliveries.redeliver(last, times)
