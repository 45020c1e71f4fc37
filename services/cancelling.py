"""What is paid and not in its buyer's hands is cancelled, because they want to be forgotten: the money goes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from sqlalchemy import Connection, or_, select

from services.orders.book import StartWith
from services.storage import Storage
from services.storage.app import items, orders

#: Why it was not delivered.
WHY = "buyer_erased"
#: Nothing was bought for these, or what was bought could not be handed over.
_IDLE = ("waiting", "needs_person")


class Refunding(Protocol):
    """The refunds, as far as cancelling needs them."""

    @property
    def due(self) -> Callable[[str, str, Sequence[str]], Awaitable[str]]:
        """Note that an item's money goes back, from one of these states; the refund's key, "" when it does not."""

    @property
    def due_unless_bought(self) -> Callable[[str, str], Awaitable[str]]:
        """The same for an item that is being bought, unless it has its line by now."""


class Cancelling:
    """Each item by itself. Repeats change nothing; what is being bought just now ends by itself unless forced."""

    def __init__(self, app: Storage, refunds: Refunding, start: StartWith) -> None:
        self._app = app
        self._refunds = refunds
        self._start = start

    async def cancel(self, customer: str, by_force: bool) -> None:
        """All of a customer. Nothing that a bank asks about: there the bank decides who gets the money."""
        states = (*_IDLE, "refund_due", *(("buying",) if by_force else ()))
        rows = await self._app.read(
            lambda connection: connection.execute(
                select(items.c.id, items.c.state)
                .join(orders, orders.c.id == items.c.order_id)
                .where(
                    orders.c.customer_id == customer,
                    orders.c.captured > 0,
                    or_(orders.c.disputed.is_(None), orders.c.disputed != "open"),
                    items.c.state.in_(states),
                    # What the bank did not take is for a person.
                    or_(items.c.reason.is_(None), items.c.reason != "refund_failed"),
                )
            ).all()
        )
        for row in rows:
            if row.state == "buying":
                key = await self._refunds.due_unless_bought(row.id, WHY)
            else:
                key = await self._refunds.due(row.id, WHY, _IDLE)
            if key:
                await self._app.transaction(lambda connection, key=key: self._go(connection, key))  # type: ignore[misc]

    def _go(self, connection: Connection, key: str) -> None:
        self._start(connection, "give_back", f"give-back-{key}"[:120], key)
