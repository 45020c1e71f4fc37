"""How our SQLite connections behave: write-ahead log, full flushes, real transactions, erased means erased."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

#: How long a writer waits for another one, in milliseconds.
PATIENCE = 30_000

PRAGMAS = (
    f"busy_timeout={PATIENCE}",
    "foreign_keys=ON",
    "journal_mode=WAL",
    "synchronous=FULL",
    # Deleted rows are overwritten: https://www.sqlite.org/pragma.html#pragma_secure_delete
    "secure_delete=ON",
)


def well_behaved(engine: Engine) -> None:
    """Set the pragmas on every connection, and begin every transaction ourselves.

    With the driver's own handling, reads stand outside the transaction and updates get lost.
    """

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def for_the_engine(engine: Engine) -> None:
    """The same for the durable engine's own connections, in the way that it expects."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if sqlite3.sqlite_version_info < (3, 42):
            # Python 3.12 and later with an older SQLite: unixepoch('subsec') would be NULL.
            connection.create_function("unixepoch", 1, lambda _modifier: time.time())
