"""Whom a leak would touch (GDPR art. 33 and 34): who was in a store since a day, and what it held of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from sqlalchemy import Connection, select

from services.privacy.erasing.journal import Journal
from services.privacy.facts.belongings import count_of, held_tables, tables
from services.privacy.facts.registry import about
from services.storage import Stores
from services.storage.app import chats, customers, orders
from services.storage.vault import keys

Leaked = Literal["app", "legal", "vault", "backup"]
#: Whoever was erased lives on, sealed, in backups of that time.
BACKUPS_LIVE = timedelta(days=35)
#: Customers looked at together.
PAGE = 200


@dataclass(frozen=True)
class Touched:
    """Somebody whose data a leak would show. `erased`: since then; there is nobody to write to any more."""

    customer: str
    categories: tuple[str, ...]
    #: Channels on which they can be told.
    channels: tuple[str, ...] = ()
    erased: datetime | None = None


@dataclass(frozen=True)
class Report:
    """What a notice of a breach needs first: how many, and whose."""

    store: Leaked
    since: datetime
    touched: tuple[Touched, ...]
    #: Orders in the legal store whose buyers were erased: they name nobody but on their invoice.
    nobodys_orders: int = 0


class Affected:
    """Reads, and changes nothing."""

    def __init__(self, stores: Stores, journal: Journal) -> None:
        self._stores = stores
        self._journal = journal

    async def since(self, since: datetime, store: Leaked) -> Report:
        """Everybody of whom that store held something at any time since then."""
        gone_since = since - BACKUPS_LIVE if store == "backup" else since
        erased = [
            Touched(line.customer, (), (), line.done_at)
            async for line in self._journal.all("done", since=gone_since)
        ]
        if store == "legal":
            return await self._legal(since)
        if store == "vault":
            there = await self._stores.vault.read(
                lambda connection: connection.execute(select(keys.c.customer_id)).scalars().all()
            )
            return Report(store, since, (*(Touched(one, ("keys",)) for one in there), *erased))
        return Report(store, since, (*await self._living(), *erased))

    async def _living(self) -> list[Touched]:
        found: list[Touched] = []
        after = ""
        while page := await self._stores.app.read(partial(_page, after=after)):
            found += page
            after = page[-1].customer
        return found

    async def _legal(self, since: datetime) -> Report:
        held = await self._stores.legal.read(_orders_held)
        owners: dict[str, set[str]] = {}
        rows = await self._stores.app.read(
            lambda connection: connection.execute(
                select(orders.c.id, orders.c.customer_id).where(orders.c.captured > 0)
            ).all()
        )
        buyers = {row.id: row.customer_id for row in rows}
        for order, categories in held.items():
            if buyers.get(order):
                owners.setdefault(buyers[order], set()).update(categories)
        touched = tuple(Touched(one, tuple(sorted(what))) for one, what in sorted(owners.items()))
        return Report("legal", since, touched, sum(1 for order in held if not buyers.get(order)))


def _page(connection: Connection, after: str) -> list[Touched]:
    wanted = select(customers.c.id).where(customers.c.id > after).order_by(customers.c.id).limit(PAGE)
    return [_touched(connection, one) for one in connection.execute(wanted).scalars().all()]


def _touched(connection: Connection, customer: str) -> Touched:
    categories = {
        entry.category
        for table in tables()
        if count_of(connection, table, customer)
        for entry in about(table.name)
        if entry.purpose
    }
    spoken = connection.execute(select(chats.c.channel).where(chats.c.customer_id == customer)).scalars()
    return Touched(customer, tuple(sorted(categories)), tuple(sorted(set(spoken))))


def _orders_held(connection: Connection) -> dict[str, set[str]]:
    held: dict[str, set[str]] = {}
    for table in held_tables():
        categories = {entry.category for entry in about(table.name) if entry.purpose}
        numbers: Sequence[str] = connection.execute(select(table.c.order_id).distinct()).scalars().all()
        for number in numbers:
            held.setdefault(number, set()).update(categories)
    return held
