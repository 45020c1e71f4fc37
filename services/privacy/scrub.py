"""Erased on the disk too: the write-ahead log is emptied, the files are searched, and rewritten where need be."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Literal

import structlog
from sqlalchemy import create_engine, make_url

from services.privacy.belongings import tables
from services.storage import Stores
from services.storage.vault import VAULT

log = structlog.get_logger()

#: How long one try waits for readers and writers of a file, in milliseconds.
PATIENCE = 2_000
#: Bytes of a file searched at once.
BLOCK = 1 << 20


class Scrubber:
    """Works on the stores' databases directly, beside their own connections."""

    def __init__(self, stores: Stores, patience: int = PATIENCE) -> None:
        self._patience = patience
        self._urls = (stores.app.url, stores.legal.url, stores.vault.url)

    async def scrub(self, traces: Collection[bytes]) -> Literal["clean", "again", "found"]:
        """Make deleted rows unreadable and prove it: "again" while somebody is in the way, "found" when a trace
        stays even in rewritten files.

        On PostgreSQL the proof is the destroyed key; deleted rows are handed back by VACUUM.
        """
        for url in self._urls:
            if make_url(url).get_backend_name() == "sqlite":
                outcome = await asyncio.to_thread(_scrub_file, url, traces, self._patience)
            else:
                await asyncio.to_thread(_vacuum_server, url)
                outcome = "clean"
            if outcome != "clean":
                return outcome
        return "clean"


def files_of(url: str) -> list[Path]:
    """The files of a SQLite database that are there now."""
    database = make_url(url).database or ""
    return [path for end in ("", "-wal", "-journal") if (path := Path(database + end)).is_file()]


def _scrub_file(url: str, traces: Collection[bytes], patience: int) -> Literal["clean", "again", "found"]:
    path = make_url(url).database or ""
    if not _checkpoint(path, patience):
        return "again"
    if not _found(url, traces):
        return "clean"
    # Pages that were split may hold copies of what was deleted from them: write the whole file anew.
    log.warning("a file is rewritten to forget", file=Path(path).name)
    try:
        with closing(_connect(path, patience)) as connection:
            connection.execute("VACUUM")
    except sqlite3.OperationalError:
        return "again"
    if not _checkpoint(path, patience):
        return "again"
    return "found" if _found(url, traces) else "clean"


def _checkpoint(path: str, patience: int) -> bool:
    """Whether everything in the write-ahead log is in the file, and the log is empty."""
    with closing(_connect(path, patience)) as connection:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return bool(busy == 0)


def _connect(path: str, patience: int) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout={patience}")
    connection.execute("PRAGMA secure_delete=ON")
    return connection


def _found(url: str, traces: Collection[bytes]) -> bool:
    return bool(traces) and any(_holds(path, traces) for path in files_of(url))


def _holds(path: Path, traces: Collection[bytes]) -> bool:
    overlap = max(len(trace) for trace in traces)
    tail = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            window = tail + block
            if any(trace in window for trace in traces):
                return True
            tail = window[-overlap:]
    return False


def _vacuum_server(url: str) -> None:
    """Both stores may stand on one server; tables that are not in this one are left out."""
    names = {table.name for table in (*tables(), *VAULT.sorted_tables)}
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
            ).scalars()
            for name in sorted(names.intersection(found)):
                connection.exec_driver_sql(f'VACUUM "{name}"')
    finally:
        engine.dispose()
