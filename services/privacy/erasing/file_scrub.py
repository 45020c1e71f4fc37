"""Scrubs one SQLite file, as a process of its own.

A process that closes any descriptor of a database file lets go of all locks that it holds on it, SQLite's too
(https://www.sqlite.org/howtocorrupt.html, section 2.2): so a process that works on a database must not read the file.

Standard input: JSON {"path", "patience" in milliseconds, "traces": [base64]}. Prints "clean", "again" or "found".
Uses the standard library alone, so that it starts at once.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from base64 import b64decode
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

#: Bytes of a file searched at once.
BLOCK = 1 << 20


def main() -> int:
    """Read the order, carry it out, print the outcome."""
    asked = json.load(sys.stdin)
    traces = [b64decode(trace) for trace in asked["traces"]]
    try:
        outcome = scrub(asked["path"], traces, asked["patience"])
    except sqlite3.OperationalError:
        outcome = "again"
    print(outcome)  # noqa: T201  (the answer)
    return 0


def scrub(path: str, traces: Collection[bytes], patience: int) -> str:
    """ "clean", "again" while somebody is in the way, "found" when a trace stays even in a rewritten file."""
    if not _checkpoint(path, patience):
        return "again"
    if not _found(path, traces):
        return "clean"
    # Pages that were split may hold copies of what was deleted from them: write the whole file anew.
    with closing(_connect(path, patience)) as connection:
        connection.execute("VACUUM")
    if not _checkpoint(path, patience):
        return "again"
    return "found" if _found(path, traces) else "clean"


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


def _found(path: str, traces: Collection[bytes]) -> bool:
    files = (Path(path + end) for end in ("", "-wal", "-journal"))
    return bool(traces) and any(_holds(file, traces) for file in files if file.is_file())


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


if __name__ == "__main__":
    sys.exit(main())
