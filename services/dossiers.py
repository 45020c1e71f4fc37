"""All that the book knows of one order, for whoever looks after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from services.money import Money
from services.orders import Order
from services.orders.book import read_order
from services.storage import Storage
from services.storage.app import esims, history, orders, refunds

#: Changes that are shown: the latest ones.
MOST_CHANGES = 12


@dataclass(frozen=True)
class Change:
    """One line of the history. `what`: the item, or the order itself."""

    at: datetime
    what: str
    was: str
    now: str
    why: str


@dataclass(frozen=True)
class Return:
    """One refund."""

    at: datetime
    amount: Money
    state: str
    why: str


@dataclass(frozen=True)
class Line:
    """What is known of an item's line, as it was measured last. Bytes; None: nobody says."""

    item: str
    state: str
    line_state: str | None
    used: int | None
    total: int | None
    measured_at: datetime | None


@dataclass(frozen=True)
class Dossier:
    """An order, its money and its story. Nothing in it says who bought."""

    order: Order
    disputed: str | None
    returns: tuple[Return, ...]
    lines: tuple[Line, ...]
    changes: tuple[Change, ...]


class Dossiers:
    """Reads."""

    def __init__(self, app: Storage) -> None:
        self._app = app

    async def of(self, number: str) -> Dossier | None:
        """The dossier of an order, or None where there is no such order."""
        return await self._app.read(lambda connection: _read(connection, number))


def _read(connection: Connection, number: str) -> Dossier | None:
    order = read_order(connection, number)
    if order is None:
        return None
    disputed = connection.execute(select(orders.c.disputed).where(orders.c.id == number)).scalar_one()
    went = connection.execute(
        select(refunds).where(refunds.c.order_id == number).order_by(refunds.c.at)
    ).all()
    lines = connection.execute(
        select(esims).where(esims.c.item_id.in_([item.id for item in order.items])).order_by(esims.c.item_id)
    ).all()
    changes = connection.execute(
        select(history).where(history.c.order_id == number).order_by(history.c.seq.desc()).limit(MOST_CHANGES)
    ).all()
    return Dossier(
        order,
        disputed,
        tuple(Return(row.at, Money(row.amount, row.currency), row.state, row.why) for row in went),
        tuple(
            Line(row.item_id, row.state, row.line_state, row.used_bytes, row.total_bytes, row.measured_at)
            for row in lines
        ),
        tuple(Change(row.at, row.item_id or number, row.was, row.now, row.why) for row in reversed(changes)),
    )
