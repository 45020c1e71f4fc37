"""What payment services tell of money that came in: who paid, and what they kept of it, which goes into the books."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

import structlog
from sqlalchemy import select, update

from services.clock import Clock
from services.orders import Order, Orders
from services.payments import PaymentError, Received
from services.storage import Storage
from services.storage.app import orders

log = structlog.get_logger()

#: A fee that is not known after this time is asked for no more.
ASKED_FOR = timedelta(days=7)
#: Payments asked about in one round, and seconds between two of them.
BATCH, BETWEEN = 50, 0.2


class Tells(Protocol):
    """A payment method that can tell about a payment what a paper and the books need."""

    async def received(self, payment: str) -> Received:
        """What it knows. Raises PaymentError."""


class Receipts:
    """Asks the method by which an order was paid."""

    def __init__(self, app: Storage, orders_: Orders, methods: Mapping[str, Tells], clock: Clock) -> None:
        self._app = app
        self._orders = orders_
        self._methods = methods
        self._clock = clock

    async def of(self, order: Order) -> Received:
        """What is known of an order's payment; nothing where there is nobody to ask. Raises PaymentError."""
        method = self._methods.get(order.method or "")
        if method is None or order.reference is None:
            return Received()
        received = await method.received(order.reference)
        if received.fee is not None:
            values = {"fee": received.fee.minor, "fee_currency": received.fee.currency}
            await self._app.transaction(
                lambda connection: connection.execute(
                    update(orders).where(orders.c.id == order.id).values(values)
                )
            )
        return received

    async def learn_fees(self) -> int:
        """Ask for fees that were not known when the order was paid; how many orders were asked about."""
        since = self._clock.now() - ASKED_FOR
        wanted = await self._app.read(
            lambda connection: list(
                connection.execute(
                    select(orders.c.id)
                    .where(
                        orders.c.paid_at > since,
                        orders.c.fee.is_(None),
                        orders.c.reference.is_not(None),
                        orders.c.method.in_(list(self._methods)),
                    )
                    .order_by(orders.c.paid_at)
                    .limit(BATCH)
                ).scalars()
            )
        )
        for number in wanted:
            order = await self._orders.get(number)
            try:
                if order is not None:
                    await self.of(order)
            except PaymentError as error:
                log.info("fee not known yet", order=number, reason=error.reason)
            await asyncio.sleep(BETWEEN)
        return len(wanted)
