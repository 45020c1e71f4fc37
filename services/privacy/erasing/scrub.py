"""Erased on the disk too: the write-ahead log is emptied, the files are searched, and rewritten where need be."""

from __future__ import annotations

import asyncio
import json
import sys
from base64 import b64encode
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from sqlalchemy import create_engine, make_url

from services.privacy.facts.belongings import tables
from services.storage import Stores
from services.storage.vault import VAULT

#: How long one try waits for readers and writers of a file, in milliseconds.
PATIENCE = 2_000
_CHILD = str(Path(__file__).with_name("file_scrub.py"))


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
                outcome = await _scrub_file(url, traces, self._patience)
            else:
                await asyncio.to_thread(_vacuum_server, url)
                outcome = "clean"
            if outcome != "clean":
                return outcome
        return "clean"


async def _scrub_file(
    url: str, traces: Collection[bytes], patience: int
) -> Literal["clean", "again", "found"]:
    """In a process of its own, which `file_scrub` explains. What is searched for goes through a pipe."""
    order = {
        "path": make_url(url).database,
        "patience": patience,
        "traces": [b64encode(trace).decode() for trace in traces],
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, _CHILD, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await child.communicate(json.dumps(order).encode())
    match answer.strip():
        case b"clean":
            return "clean"
        case b"found":
            return "found"
        case _:
            return "again"


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
