"""Which rows are whose: the one definition of ownership that export, preview and erasure share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, func, literal, or_, select

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
    privacy_requests,
    purchases,
    wordings,
)
from services.storage.identity import doubts
from services.storage.legal import LEGAL


def mine(table: Table, customer: str | Select[tuple[str]]) -> ColumnElement[bool] | None:
    """The condition for a customer's rows of an app table, or several customers'; None where a row is nobody's."""

    def theirs(column: Column[Any]) -> ColumnElement[bool]:
        return column == customer if isinstance(customer, str) else column.in_(customer)

    my_orders = select(orders.c.id).where(theirs(orders.c.customer_id))
    my_items = select(items.c.id).where(items.c.order_id.in_(my_orders))
    my_chats = select(chats.c.id).where(theirs(chats.c.customer_id))
    if table is customers:
        return theirs(customers.c.id)
    if table is dispatches:
        return or_(dispatches.c.chat_id.in_(my_chats), dispatches.c.about.in_(my_items))
    if table is leases:
        my_leases = select(literal("chat:").concat(chats.c.id)).where(theirs(chats.c.customer_id))
        return leases.c.name.in_(my_leases)
    if table is wordings:
        return wordings.c.digest.in_(select(consents.c.digest).where(theirs(consents.c.customer_id)))
    if table in (purchases, devices):
        return table.c.item_id.in_(my_items)
    if table is doubts:
        return or_(theirs(doubts.c.customer_id), theirs(doubts.c.former))
    if "customer_id" in table.c:
        return theirs(table.c.customer_id)
    if "order_id" in table.c:
        return table.c.order_id.in_(my_orders)
    if "request_id" in table.c:
        my_requests = select(privacy_requests.c.id).where(theirs(privacy_requests.c.customer_id))
        return table.c.request_id.in_(my_requests)
    if "case_id" in table.c:
        return table.c.case_id.in_(select(cases.c.id).where(theirs(cases.c.customer_id)))
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
