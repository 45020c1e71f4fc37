"""The world, put together: five services, the phones, the mailbox, the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from bot.sandbox.airalo import Airalo
from bot.sandbox.clock import WorldClock
from bot.sandbox.control import Control
from bot.sandbox.faults import Faults
from bot.sandbox.keepgo import KeepGo
from bot.sandbox.ledger import Ledger
from bot.sandbox.mailbox import Mailbox
from bot.sandbox.media import Media
from bot.sandbox.outside import Outside
from bot.sandbox.page import Page
from bot.sandbox.phones import Phones
from bot.sandbox.stripe import Stripe
from bot.sandbox.telegram import Telegram
from bot.sandbox.whatsapp import WhatsApp
from bot.sandbox.wire import Wire


class World:
    """Holds what its services share. `here` and `bot` are base addresses without a trailing slash.

    `rates` False: the chat platforms never tell the bot to send more slowly. `reach`: how many people WhatsApp lets
    the shop write to unasked in 24 hours; None: as many as it likes.
    """

    def __init__(
        self,
        here: str,
        bot: str,
        smtp_port: int,
        outside: Outside | None = None,
        *,
        rates: bool = True,
        reach: int | None = None,
    ) -> None:
        self.here = here
        self.bot = bot
        self.clock = WorldClock()
        self.faults = Faults()
        self.media = Media()
        self.outside = outside or Outside()
        self.wire = Wire.from_environment()
        #: How often the bot called what: "keepgo line/create" → 3.
        self.calls: Counter[str] = Counter()
        self.ledger = Ledger(self)
        self.mailbox = Mailbox(self, smtp_port)
        self.keepgo = KeepGo(self)
        self.airalo = Airalo(self)
        self.wholesalers = (self.keepgo, self.airalo)
        self.stripe = Stripe(self)
        self.telegram = Telegram(self)
        self.whatsapp = WhatsApp(self)
        if reach is not None:
            self.whatsapp.may_reach(reach)
        if not rates:
            self.telegram.unhurried()
            self.whatsapp.unhurried()
        self.phones: dict[str, Phones] = {"telegram": self.telegram, "whatsapp": self.whatsapp}
        self.control = Control(self)
        self.page = Page(self)
        self._parts = (self.mailbox, *self.wholesalers, self.stripe, self.telegram, self.whatsapp)

    def app(self) -> Starlette:
        """Everything on one port."""
        rooms = (*self.wholesalers, self.stripe, self.telegram, self.whatsapp, self.control, self.page)
        routes = [route for room in rooms for route in room.routes()]
        return Starlette(routes=routes, lifespan=self._life)

    def held_back(self) -> int:
        """How many deliveries and commits the world still has up its sleeve; 0 when it is at rest."""
        services = (*self.wholesalers, self.stripe, self.telegram, self.whatsapp)
        return sum(service.held_back() for service in services)

    @asynccontextmanager
    async def _life(self, _app: Starlette) -> AsyncIterator[None]:
        for part in self._parts:
            await part.start()
        try:
            yield
        finally:
            for part in reversed(self._parts):
                await part.stop()
