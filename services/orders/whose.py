"""Whose money it was: from a payment to the order that it paid."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from services.orders.book import SECOND
from services.storage.app import items, orders, refunds


@dataclass(frozen=True)
class Whose:
    """An order, and what of it the payment bought. `item` None: the order had been paid already."""

    order: str
    item: str | None
    #: The payment's number as it may be kept: empty once the buyer was erased.
    payment: str


def whose(connection: Connection, payment: str, noted: str | None) -> Whose | None:
    """The order of a payment; None when it is none of ours.

    `noted` is the order that was noted with the payment when it was asked for: an erased buyer's order does not
    name its payment any more.
    """
    paid = connection.execute(select(orders.c.id).where(orders.c.reference == payment)).scalar()
    if paid is not None:
        return Whose(paid, _first_item(connection, paid), payment)
    second = connection.execute(
        select(refunds.c.order_id).where(refunds.c.key == f"{SECOND}{payment}")
    ).scalar()
    if second is not None:
        return Whose(second, None, payment)
    erased = connection.execute(
        select(orders.c.id).where(orders.c.id == noted, orders.c.customer_id.is_(None), orders.c.captured > 0)
    ).scalar()
    return None if erased is None else Whose(erased, _first_item(connection, erased), "")


def is_ours(connection: Connection, payment: str, noted: str | None) -> bool:
    """Whether the book knows of a payment."""
    return whose(connection, payment, noted) is not None


def _first_item(connection: Connection, order: str) -> str:
    """What the books subtract from one item of an order or from another sums up to the same."""
    first = select(items.c.id).where(items.c.order_id == order).order_by(items.c.id).limit(1)
    return str(connection.execute(first).scalar_one())
