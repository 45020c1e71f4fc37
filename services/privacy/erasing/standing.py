"""How things stand with a customer: what an erasure waits for, and what they should know before they ask for one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, or_, select

from services.storage.app import checkouts, esims, items, orders, refunds

Kind = Literal[
    "open_checkout",
    "payment_pending",
    "undelivered",
    "refund_pending",
    "refund_failed",
    "disputed",
    "active_esim",
]

#: An erasure goes on when these are over. For money on its way back, and for a dispute, only the payment is held.
WAITED_FOR = frozenset({"payment_pending", "undelivered"})
#: A line in one of these states has nothing left to lose.
OVER = ("exhausted", "expired", "deactivated", "recycled")


@dataclass(frozen=True)
class Fact:
    """Something to know before erasing. `subject`: the number of the order, or the id of the eSIM."""

    kind: Kind
    subject: str

    @property
    def waits(self) -> bool:
        """Whether an erasure would wait until this is over."""
        return self.kind in WAITED_FOR


def standing(connection: Connection, customer: str, now: datetime) -> list[Fact]:
    """Everything to know of a customer, at the shop's time."""
    found = [*_of_checkouts(connection, customer), *_of_items(connection, customer)]
    found += [*_of_refunds(connection, customer), *_of_orders(connection, customer)]
    found += _of_lines(connection, customer, now)
    return list(dict.fromkeys(found))


def _of_checkouts(connection: Connection, customer: str) -> Iterator[Fact]:
    rows = connection.execute(
        select(checkouts.c.order_id, checkouts.c.state)
        .join(orders, orders.c.id == checkouts.c.order_id)
        .where(orders.c.customer_id == customer, checkouts.c.state.in_(("open", "pending")))
    )
    for row in rows:
        yield Fact("payment_pending" if row.state == "pending" else "open_checkout", row.order_id)


def _of_items(connection: Connection, customer: str) -> Iterator[Fact]:
    rows = connection.execute(
        select(items.c.order_id, items.c.state)
        .join(orders, orders.c.id == items.c.order_id)
        .where(
            orders.c.customer_id == customer,
            orders.c.captured > 0,
            items.c.state.not_in(("delivered", "refunded")),
            # What a bank asks about is bought and handed over no more.
            or_(orders.c.disputed.is_(None), orders.c.disputed != "open"),
        )
    )
    for row in rows:
        yield Fact("refund_pending" if row.state == "refund_due" else "undelivered", row.order_id)


def _of_refunds(connection: Connection, customer: str) -> Iterator[Fact]:
    rows = connection.execute(
        select(refunds.c.order_id, refunds.c.state)
        .join(orders, orders.c.id == refunds.c.order_id)
        .where(orders.c.customer_id == customer, refunds.c.state.in_(("due", "pending", "failed")))
    )
    for row in rows:
        yield Fact("refund_failed" if row.state == "failed" else "refund_pending", row.order_id)


def _of_orders(connection: Connection, customer: str) -> Iterator[Fact]:
    rows = connection.execute(
        select(orders.c.id).where(orders.c.customer_id == customer, orders.c.disputed == "open")
    )
    for row in rows:
        yield Fact("disputed", row.id)


def _of_lines(connection: Connection, customer: str, now: datetime) -> Iterator[Fact]:
    rows = connection.execute(
        select(esims.c.id).where(
            esims.c.customer_id == customer,
            or_(esims.c.line_state.is_(None), esims.c.line_state.not_in(OVER)),
            or_(esims.c.expires_at.is_(None), esims.c.expires_at > now),
        )
    )
    for row in rows:
        yield Fact("active_esim", row.id)
