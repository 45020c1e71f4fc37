"""How our SQLite connections behave: write-ahead log, full flushes, real transactions, erased means erased."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

#: How long a writer waits for another one, in milliseconds.
PATIENCE = 30_000
#: Seconds between two tries to change a journal that another one is changing.
BETWEEN_TRIES = 0.02

PRAGMAS = (
    f"busy_timeout={PATIENCE}",
    "foreign_keys=ON",
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
        _settle(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def for_the_engine(engine: Engine) -> None:
    """The same for the durable engine's own connections, in the way that it expects."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        _settle(connection)
        if sqlite3.sqlite_version_info < (3, 42):
            # Python 3.12 and later with an older SQLite: unixepoch('subsec') would be NULL.
            connection.create_function("unixepoch", 1, lambda _modifier: time.time())


def _settle(connection: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    _keep_a_write_ahead_log(connection)


def _keep_a_write_ahead_log(connection: Any) -> None:
    """Whoever opens a new file first changes its journal; SQLite refuses the others without waiting for it.

    Two that change at once would wait for each other, so its busy handler is not asked:
    https://www.sqlite.org/c3ref/busy_handler.html
    """
    given_up = time.monotonic() + PATIENCE / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > given_up:
                raise
            time.sleep(BETWEEN_TRIES)
        else:
            return
