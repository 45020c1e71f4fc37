"""Copies a store while the bot works on it: one transaction that sees one moment, table after table.

Run by a process of its own beside the bot. What the durable engine holds is left out: the orders are the truth,
and work that was begun again from an older day would buy twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, column, create_engine, make_url, select
from sqlalchemy import table as sql_table

from services.backups.rows import as_line
from services.backups.sealed_file import Head, write
from services.storage.sqlite import well_behaved

#: Rows fetched at once.
PAGE = 1_000


@dataclass(frozen=True)
class Written:
    """A finished backup."""

    path: Path
    size: int
    rows: int


def back_up(store: str, url: str, tables: MetaData, folder: Path, master: bytes) -> Written:
    """Copy "app", "legal" or "vault" into a new file in `folder`. Blocks for as long as it takes."""
    now = datetime.now(UTC)
    path = folder / f"miio-{store}-{now:%Y%m%dT%H%M%SZ}.backup"
    folder.mkdir(parents=True, exist_ok=True)
    engine = reading(url)
    try:
        with engine.connect() as connection:
            revision: str = connection.execute(
                select(column("version_num")).select_from(sql_table(f"{store}_version"))
            ).scalar_one()
            head = Head(store, now.isoformat(timespec="seconds"), revision, os.urandom(16).hex())
            counted = _Counted()
            size = write(path, head, master, counted.of(_lines(connection, tables)))
            return Written(path, size, counted.rows)
    finally:
        engine.dispose()


def reading(url: str) -> Engine:
    """An engine whose connections see one moment and change nothing."""
    parsed = make_url(url)
    if parsed.drivername.startswith("sqlite"):
        engine = create_engine(parsed.set(drivername="sqlite"), execution_options={"reading": True})
        well_behaved(engine)
        return engine
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return create_engine(parsed, execution_options=options)


class _Counted:
    """Lines on their way, counted; at the end how many there were and their hash, so that a copy proves itself."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = sha256()

    def of(self, lines: Iterator[tuple[bool, bytes]]) -> Iterator[bytes]:
        for is_row, line in lines:
            self.rows += is_row
            self._hash.update(line)
            yield line
        yield as_line({"rows": self.rows, "sha256": self._hash.hexdigest()})


def _lines(connection: Connection, tables: MetaData) -> Iterator[tuple[bool, bytes]]:
    """(is a row, line): the name of a table with its columns, then its rows, parents before children."""
    for table in tables.sorted_tables:
        columns = [column.name for column in table.columns]
        yield False, as_line({"table": table.name, "columns": columns})
        rows: Any = connection.execution_options(yield_per=PAGE).execute(select(table))
        for row in rows:
            yield True, as_line(list(row))
