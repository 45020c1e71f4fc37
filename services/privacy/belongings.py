"""Which rows are whose: the one definition of ownership that export, preview and erasure share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, literal, or_, select

from services.storage.app import (
    APP,
    cases,
    chats,
    consents,
    customers,
    devices,
    dispatches,
    items,
    leases,
    orders,
    purchases,
    wordings,
)
from services.storage.legal import LEGAL


def mine(table: Table, customer: str) -> ColumnElement[bool] | None:
    """The condition for a customer's rows of an app table; None where a row belongs to nobody."""
    my_orders = select(orders.c.id).where(orders.c.customer_id == customer)
    my_items = select(items.c.id).where(items.c.order_id.in_(my_orders))
    my_chats = select(chats.c.id).where(chats.c.customer_id == customer)
    if table is customers:
        return customers.c.id == customer
    if table is dispatches:
        return or_(dispatches.c.chat_id.in_(my_chats), dispatches.c.about.in_(my_items))
    if table is leases:
        my_leases = select(literal("chat:").concat(chats.c.id)).where(chats.c.customer_id == customer)
        return leases.c.name.in_(my_leases)
    if table is wordings:
        return wordings.c.digest.in_(select(consents.c.digest).where(consents.c.customer_id == customer))
    if table in (purchases, devices):
        return table.c.item_id.in_(my_items)
    if "customer_id" in table.c:
        return table.c.customer_id == customer
    if "order_id" in table.c:
        return table.c.order_id.in_(my_orders)
    if "case_id" in table.c:
        return table.c.case_id.in_(select(cases.c.id).where(cases.c.customer_id == customer))
    if "chat" in table.c:
        return table.c.chat.in_(my_chats)
    return None


def rows_of(connection: Connection, table: Table, customer: str) -> Sequence[Mapping[Any, Any]]:
    """A customer's rows of an app table, in the order of its key."""
    where = mine(table, customer)
    if where is None:
        return ()
    return connection.execute(select(table).where(where).order_by(*table.primary_key)).mappings().all()


def count_of(connection: Connection, table: Table, customer: str) -> int:
    """How many rows of an app table are a customer's."""
    where = mine(table, customer)
    if where is None:
        return 0
    return connection.execute(select(func.count()).select_from(table).where(where)).scalar_one()


def tables() -> tuple[Table, ...]:
    """The app's tables in which rows belong to somebody."""
    return tuple(table for table in APP.sorted_tables if mine(table, "") is not None)


def held_tables() -> tuple[Table, ...]:
    """The tables of what the law keeps; their rows belong to orders."""
    return tuple(table for table in LEGAL.sorted_tables if "order_id" in table.c)


def orders_of(connection: Connection, customer: str) -> list[str]:
    """The numbers of a customer's orders."""
    return list(connection.execute(select(orders.c.id).where(orders.c.customer_id == customer)).scalars())
