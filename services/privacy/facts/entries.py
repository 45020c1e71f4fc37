"""How the registry of personal data speaks of a column: what it is for, until when, who is told, what erasing does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import MetaData, Table

#: The policy's four categories, and what it does not name.
IDENTIFICATION, TRANSACTION, ESIM, NAVIGATION = "identification", "transaction", "esim", "navigation"
ADDENDUM = "addendum"
CATEGORIES = (IDENTIFICATION, TRANSACTION, ESIM, NAVIGATION, ADDENDUM)
NOT_PERSONAL = "not_personal"

#: Why the law allows it: GDPR 6(1) b, c, f, a.
CONTRACT, LAW, INTEREST, CONSENT = "contract", "law", "interest", "consent"

#: Who else may see it.
TELEGRAM, META, PROVIDER = "telegram", "meta", "provider"
PAYMENTS, MAIL, AUTHORITIES = "payments", "mail", "authorities"

Erasure = Literal["delete", "pseudonymize", "hold", "keep"]
#: How a value gets into an export: as it is, unsealed, unsealed JSON, an unsealed file in base64, unsealed while the
#: eSIM is unused; or not.
Export = Literal["plain", "words", "json", "file", "unused", ""]


@dataclass(frozen=True)
class Entry:
    """What the registry says of one column."""

    table: str
    column: str
    category: str
    purpose: str = ""
    basis: str = ""
    #: A key of PERIODS.
    keep: str = ""
    export: Export = ""
    #: Where a sealed value stands, with the row's columns in braces.
    place: str = ""
    erasure: Erasure = "keep"
    told: tuple[str, ...] = ()
    #: Why it is not personal, not exported, or kept.
    reason: str = ""


@dataclass(frozen=True)
class Use:
    """What several columns have in common."""

    category: str
    purpose: str
    basis: str
    keep: str
    erasure: Erasure
    told: tuple[str, ...] = ()
    reason: str = ""

    def of(self, table: Table, columns: str, *, hidden: str = "") -> tuple[Entry, ...]:
        """Columns that stand there as they are; `hidden` says why an export leaves them out."""
        how: Export = "" if hidden else "plain"
        return tuple(self._entry(table, column, how, hidden) for column in columns.split())

    def sealed(self, table: Table, columns: str, place: str, how: Export = "words") -> tuple[Entry, ...]:
        """Columns under a key; `place` is where they were sealed, "{column}" being their name."""
        return tuple(
            replace(self._entry(table, column, how, ""), place=place.replace("{column}", column))
            for column in columns.split()
        )

    def _entry(self, table: Table, column: str, export: Export, hidden: str) -> Entry:
        return Entry(
            table=table.name,
            column=column,
            category=self.category,
            purpose=self.purpose,
            basis=self.basis,
            keep=self.keep,
            export=export,
            erasure=self.erasure,
            told=self.told,
            reason=hidden or self.reason,
        )


def not_personal(table: Table, columns: str, why: str) -> tuple[Entry, ...]:
    """Columns that say nothing of anybody, and why that is so."""
    return tuple(Entry(table.name, column, NOT_PERSONAL, reason=why) for column in columns.split())


def gaps(entries: Iterable[Entry], stores: Mapping[str, MetaData]) -> list[str]:
    """What the registry and the stores' tables do not agree on, in sentences that say what to write where."""
    listed = [(entry.table, entry.column) for entry in entries]
    there = {
        (table.name, column.name): store
        for store, metadata in stores.items()
        for table in metadata.tables.values()
        for column in table.columns
    }
    missing = [
        f"{table}.{column} of the store '{store}' has no entry: add '{column}' to a line for {table} in "
        "services/privacy/facts/registry.py, under the use it serves (purpose, basis, period, export, erasure), or to "
        f"not_personal({store}.{table}, …) with the reason"
        for (table, column), store in there.items()
        if (table, column) not in listed
    ]
    stale = [
        f"{table}.{column} has an entry in services/privacy/facts/registry.py, but no such column: take the entry out"
        for table, column in listed
        if (table, column) not in there
    ]
    twice = [
        f"{table}.{column} has more than one entry in services/privacy/facts/registry.py: leave one"
        for table, column in sorted(set(listed))
        if listed.count((table, column)) > 1
    ]
    return missing + stale + twice
