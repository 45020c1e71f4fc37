"""What is looked after for Stars from time to time: payments nobody heard of, orders nobody paid, an old rate."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy import Connection, exists, select, update

from services.checkout import LINK_LIVES
from services.clock import Clock
from services.money import STARS, Money
from services.news import Alarm, CheckoutExpired, Voice
from services.orders import Orders
from services.payments.stars import StarBank, Transfer
from services.prices import Prices
from services.stars import Came, StarSales
from services.storage import Storage
from services.storage.app import checkouts, marks, orders
from services.storage.upsert import insert_new

log = structlog.get_logger()

#: How many lines of the account at Telegram were looked at.
SEEN = "stars:seen"
#: Pages of the account, and orders, in one round.
MOST_PAGES, BATCH = 20, 200

#: A traveller's Telegram id → the chat that we know it by.
ChatOf = Callable[[int], str]


class StarSweeps:
    """Three jobs; each may run in several processes at the same time."""

    def __init__(
        self,
        app: Storage,
        orders_: Orders,
        sales: StarSales,
        prices: Prices,
        bank: StarBank,
        chat_of: ChatOf,
        clock: Clock,
        voice: Voice,
    ) -> None:
        self._app = app
        self._orders = orders_
        self._sales = sales
        self._prices = prices
        self._bank = bank
        self._chat_of = chat_of
        self._clock = clock
        self._voice = voice

    async def reconcile(self) -> int:
        """Go through what is new in the account at Telegram; how many lines. Finds payments whose update was lost.

        Raises PaymentError.
        """
        looked = 0
        for _ in range(MOST_PAGES):
            skip = await self._seen()
            found = await self._bank.transfers(skip)
            for one in found:
                await self._follow(one)
            await self._have_seen(skip + len(found))
            looked += len(found)
            if not found:
                break
        return looked

    async def close_unpaid(self) -> int:
        """Orders for Stars that nobody paid in time, and that have no link to pay; how many there were."""
        limit = self._clock.now() - LINK_LIVES
        payable = exists().where(
            checkouts.c.order_id == orders.c.id, checkouts.c.state.in_(("new", "open", "pending"))
        )
        wanted = (
            select(orders.c.id, orders.c.chat_id)
            .where(
                orders.c.state == "awaiting_payment",
                orders.c.stars.is_not(None),
                orders.c.placed_at < limit,
                ~payable,
            )
            .limit(BATCH)
        )
        rows = await self._app.read(lambda connection: connection.execute(wanted).all())
        for row in rows:
            if await self._orders.closed(row.id, "expired", "invoice_unused") and row.chat_id is not None:
                await self._voice.tell(row.chat_id, CheckoutExpired(row.id), f"expired:{row.id}")
        return len(rows)

    async def watch_rate(self) -> None:
        """Warn before the rate ends, and when it has: then Stars are not offered."""
        for warning in self._prices.star_warnings(self._clock.now()):
            await self._voice.alarm(Alarm(warning.cause, str(warning.since)))

    async def _follow(self, transfer: Transfer) -> None:
        if transfer.back:
            await self._sales.went_back(transfer.charge, Money(transfer.stars, STARS))
            return
        if not transfer.payer:
            return
        came = Came(
            transfer.invoice,
            transfer.charge,
            Money(transfer.stars, STARS),
            transfer.payer,
            self._chat_of(transfer.payer),
        )
        if await self._sales.came(came, live=False) == "begun":
            log.warning("a payment in Stars came without its update", order=transfer.invoice)

    async def _seen(self) -> int:
        found = await self._app.read(
            lambda connection: connection.execute(select(marks.c.value).where(marks.c.name == SEEN)).scalar()
        )
        return int(found or 0)

    async def _have_seen(self, count: int) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> None:
            if insert_new(connection, marks, name=SEEN, value=str(count), at=now):
                return
            row = connection.execute(select(marks.c.value).where(marks.c.name == SEEN)).one()
            if int(row.value) < count:
                connection.execute(
                    update(marks)
                    .where(marks.c.name == SEEN, marks.c.value == row.value)
                    .values(value=str(count), at=now)
                )

        await self._app.transaction(work)
