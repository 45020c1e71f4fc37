"""What must not be found in any file after an erasure: held in memory only, and for as long as the erasure lasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table, select

from services.privacy.facts.belongings import rows_of, tables
from services.privacy.facts.entries import Entry
from services.privacy.facts.registry import about
from services.storage import Stores
from services.storage.app import checkouts, disputes, orders, refunds
from services.storage.sealing import Broken, Erased, Sealer, Vault
from services.storage.vault import keys

#: Erasures whose traces are kept at once; beyond it the destroyed key is the proof.
MOST_ERASURES = 50
#: Traces of one erasure: every one is searched for in every file.
MOST = 200
#: Shorter text may be anybody's.
_LEAST = 8
#: Bytes of a sealed value that are searched for: the first ones are as random as the rest.
_FIRST = 256
#: A name is a word that others may have used; its sealed form is searched for instead.
_COMMON = frozenset({"name", "body"})
#: Numbers of the payment service, which stand there as they are.
_PAYMENT: tuple[Column[Any], ...] = (
    orders.c.reference,
    checkouts.c.session,
    checkouts.c.url,
    refunds.c.payment,
    refunds.c.reference,
    disputes.c.reference,
)


class Traces:
    """Collects them before rows go, from one step to the next. A killed process has none."""

    def __init__(self, stores: Stores, vault: Vault) -> None:
        self._stores = stores
        self._vault = vault
        self._kept: dict[str, set[bytes]] = {}

    async def collect(self, receipt: str, customer: str) -> None:
        """Remember what the stores hold of a customer now."""
        try:
            sealer = await self._vault.sealer(customer)
        except Erased:
            return
        if receipt not in self._kept and len(self._kept) >= MOST_ERASURES:
            return
        found = await self._stores.app.read(
            lambda connection: set(_limited(_of_app(connection, customer, sealer)))
        )
        wrapped = await self._stores.vault.read(
            lambda connection: connection.execute(
                select(keys.c.wrapped).where(keys.c.customer_id == customer)
            ).scalar_one_or_none()
        )
        kept = self._kept.setdefault(receipt, set())
        kept |= found | ({bytes(wrapped)} if wrapped else set())

    def add(self, receipt: str, more: set[bytes]) -> None:
        """Remember these as well."""
        if more and (receipt in self._kept or len(self._kept) < MOST_ERASURES):
            self._kept.setdefault(receipt, set()).update(more)

    def of(self, receipt: str) -> frozenset[bytes]:
        """What to search for."""
        return frozenset(self._kept.get(receipt, ()))

    def drop(self, receipt: str) -> None:
        """The erasure is over."""
        self._kept.pop(receipt, None)


def _of_app(connection: Connection, customer: str, sealer: Sealer) -> Iterator[bytes]:
    for table in tables():
        columns = _traced(table)
        if not columns:
            continue
        for row in rows_of(connection, table, customer):
            for entry in columns:
                yield from _of_value(entry, row, sealer)


def _traced(table: Table) -> list[Entry]:
    return [entry for entry in about(table.name) if entry.place or table.c[entry.column] in set(_PAYMENT)]


def _of_value(entry: Entry, row: Mapping[Any, Any], sealer: Sealer) -> Iterator[bytes]:
    value = row[entry.column]
    if not value:
        return
    if isinstance(value, str):
        yield value.encode()
        return
    yield bytes(value[:_FIRST])
    if entry.column in _COMMON or not entry.export:
        return
    place = entry.place.format_map(row)
    try:
        opened = sealer.open_json(value, place) if entry.export == "json" else sealer.words(value, place)
    except Broken:
        return
    yield from (word.encode() for word in _telling(opened) if len(word) >= _LEAST)


def _telling(opened: Any) -> list[str]:
    """Of a chat's state: the address. Else the words themselves."""
    if not isinstance(opened, dict):
        return [str(opened)]
    address = opened.get("address", {})
    return [value for name in ("id", "phone") if isinstance(value := address.get(name), str)]


def _limited(found: Iterator[bytes]) -> Iterator[bytes]:
    for _, one in zip(range(MOST), found, strict=False):
        yield one
