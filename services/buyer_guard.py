"""How much one buyer may order and try in a day, and when the card's bank shall ask its holder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from sqlalchemy import Connection, func, select

from services.clock import Clock
from services.money import Money
from services.orders import Order
from services.storage import Storage
from services.storage.app import customers, declines, orders
from services.storage.sealing import Secrets
from services.storage.upsert import insert_new

log = structlog.get_logger()

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Limits:
    """Settings of the shop. Amounts in main units of its currency; 0 switches a limit off."""

    #: Orders of one customer in 24 hours, paid or not.
    orders: int = 20
    #: What they come to, as far as they are paid or can still be paid.
    amount: Decimal = Decimal(500)
    #: From this price on the card's bank asks its holder (3-D Secure).
    secure_above: Decimal = Decimal(50)
    #: Declined cards after which there is a pause, and how long both last.
    declines: int = 5
    pause: timedelta = timedelta(hours=1)


class Held(Exception):
    """Not now: "orders", "amount" or "declines", and until when; "resting": until the buyer ends their pause."""

    def __init__(self, why: str, until: datetime) -> None:
        super().__init__(why)
        self.why = why
        self.until = until


class BuyerGuard:
    """Asked before every attempt to be paid, by whatever method."""

    def __init__(self, app: Storage, limits: Limits, secrets: Secrets, clock: Clock) -> None:
        self._app = app
        self._limits = limits
        self._secrets = secrets
        self._clock = clock

    def secure(self, total: Money) -> bool:
        """Whether the card's bank shall ask its holder."""
        return 0 < self._limits.secure_above <= total.decimal

    def check(self, connection: Connection, order: Order) -> None:
        """Inside the transaction that makes the attempt, so that two at once are counted. Raises Held."""
        if order.customer is None:
            return
        # Whoever asks twice at once is dealt with one after the other.
        resting = connection.execute(
            select(customers.c.paused_at).where(customers.c.id == order.customer).with_for_update()
        ).scalar()
        if resting is not None:
            raise Held("resting", self._clock.now())
        self._check_declines(connection, order.customer)
        self._check_orders(connection, order)

    async def paused(self, customer: str) -> datetime | None:
        """Until when a customer's cards rest; None when they do not."""
        return await self._app.read(lambda connection: self._paused(connection, customer))

    async def declined(self, customer: str, attempts: tuple[tuple[str, datetime], ...]) -> datetime | None:
        """Banks refused these attempts (id, when); until when there is a pause, if one begins with them."""

        def work(connection: Connection) -> datetime | None:
            there = connection.execute(
                select(customers.c.id).where(customers.c.id == customer).with_for_update()
            ).first()
            if there is None:
                return None
            for attempt, at in attempts:
                insert_new(
                    connection,
                    declines,
                    id=self._secrets.hash("decline", attempt),
                    customer_id=customer,
                    at=at,
                )
            return self._paused(connection, customer)

        return await self._app.transaction(work)

    def _check_declines(self, connection: Connection, customer: str) -> None:
        until = self._paused(connection, customer)
        if until is not None:
            raise Held("declines", until)

    def _check_orders(self, connection: Connection, order: Order) -> None:
        now = self._clock.now()
        # What an order was listed at counts, whatever it was paid in.
        total = func.coalesce(orders.c.listed_total, orders.c.total).label("total")
        currency = func.coalesce(orders.c.listed_currency, orders.c.currency).label("currency")
        others = select(orders.c.placed_at, orders.c.state, total, currency).where(
            orders.c.customer_id == order.customer, orders.c.placed_at > now - DAY, orders.c.id != order.id
        )
        made = connection.execute(others.order_by(orders.c.placed_at)).all()
        if self._limits.orders and len(made) >= self._limits.orders:
            raise Held("orders", made[0].placed_at + DAY)
        most = Money.of(self._limits.amount, order.total.currency)
        counted = [
            one for one in made if one.state in ("paid", "awaiting_payment") and one.currency == most.currency
        ]
        if most and sum(one.total for one in counted) + order.total.minor > most.minor:
            raise Held("amount", (counted[0].placed_at if counted else now) + DAY)

    def _paused(self, connection: Connection, customer: str) -> datetime | None:
        if not self._limits.declines:
            return None
        now = self._clock.now()
        since = now - self._limits.pause
        counted = connection.execute(
            select(func.count(), func.max(declines.c.at)).where(
                declines.c.customer_id == customer, declines.c.at > since
            )
        ).one()
        number, last = counted
        return last + self._limits.pause if number >= self._limits.declines else None
