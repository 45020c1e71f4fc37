"""Telegram Stars, connected: the account at Telegram, the sales, the way back, and what is looked after."""

from __future__ import annotations

from collections.abc import Callable, Collection

from bot.channels.telegram import Telegram
from bot.conversation.channel import Channel
from bot.conversation.engine import Engine
from bot.conversation.events import Address, MayPay, PaidInChat, ReturnedInChat
from bot.jobs import Job
from bot.star_bank import TelegramStars
from bot.till import Till
from services.buyer_guard import BuyerGuard
from services.catalogue import Catalogue
from services.checkout import Checkouts
from services.clock import Clock, Waits
from services.customers import Customers
from services.durable import Durable
from services.news import Voice
from services.orders import Orders
from services.payments.stars import Stars
from services.prices import Prices
from services.refund_truth import RefundTruth
from services.sales_pause import SalesPause
from services.star_sweeps import StarSweeps
from services.stars import StarSales
from services.storage import Storage
from services.storage.sealing import Secrets


class StarCounter:
    """One for each bot. Without Telegram it has no customers."""

    def __init__(
        self,
        channel: Channel | None,
        app: Storage,
        orders: Orders,
        checkouts: Checkouts,
        catalogue: Catalogue,
        pauses: SalesPause,
        prices: Prices,
        people: Customers,
        guard: BuyerGuard,
        secrets: Secrets,
        durable: Durable,
        truth: RefundTruth,
        clock: Clock,
        waits: Waits,
        voice: Voice,
        chat_id: Callable[[Address], str],
    ) -> None:
        self._channel = channel if isinstance(channel, Telegram) else None
        self._people = people
        self._chat_id = chat_id
        bank = TelegramStars(self._channel)
        self.sales = StarSales(
            app,
            orders,
            checkouts,
            catalogue,
            pauses,
            prices,
            bank,
            guard,
            secrets,
            durable,
            truth,
            clock,
            waits,
            voice,
        )
        self.back = Stars(bank, orders.get, lambda customer: people.id_at("telegram", customer))
        self._sweeps = StarSweeps(
            app,
            orders,
            self.sales,
            prices,
            bank,
            lambda payer: chat_id(Address("telegram", str(payer))),
            clock,
            voice,
        )
        self._till: Till | None = None

    def open(self, engine: Engine, default_locale: str) -> None:
        """Refusals are worded by this engine from now on."""
        self._till = Till(self.sales, self._people, engine, self._chat_id, default_locale)

    async def deal(self, event: MayPay | PaidInChat | ReturnedInChat) -> None:
        """Answer the question, or book what happened. Raises TryAgain."""
        if self._till is None or self._channel is None:
            raise RuntimeError("nobody stands at the till")
        match event:
            case MayPay():
                await self._till.may_pay(self._channel, event)
            case PaidInChat():
                await self._till.paid(event)
            case ReturnedInChat():
                await self._till.returned(event)

    def jobs(self, methods: Collection[str]) -> list[Job]:
        """What was paid is looked after even where Stars are not taken any more."""
        if self._channel is None:
            return []
        jobs = [
            Job("reconcile stars", 300, self._sweeps.reconcile, due=True, floor=5),
            Job("unpaid stars", 300, self._sweeps.close_unpaid, due=True, floor=5),
        ]
        if "stars" in methods:
            jobs.append(Job("rate of stars", 3_600, self._sweeps.watch_rate, due=True, floor=30))
        return jobs
