"""Puts a copy back: into an empty store of its own revision, which is then brought up to date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    create_engine,
    func,
    insert,
    inspect,
    make_url,
    select,
    text,
)

from services.backups.rows import from_line
from services.backups.sealed_file import Damaged, Head, head_of, read
from services.storage.migrate import upgrade, upgrade_on
from services.storage.sqlite import well_behaved

#: Rows inserted at once.
PAGE = 500
#: What the durable engine keeps beside our tables, where it has a schema of its own.
ENGINES_SCHEMA = "dbos"


class NotEmpty(RuntimeError):
    """There is a store already, and nobody said that it may go."""


@dataclass(frozen=True)
class ReadBack:
    """A copy that was read to its end."""

    head: Head
    rows: int


def read_back(path: Path, master: bytes) -> ReadBack:
    """Open all of it, and load it into memory. Raises Damaged, WrongKey."""
    head = head_of(path)
    engine = create_engine("sqlite://")
    well_behaved(engine)
    try:
        with engine.connect() as connection:
            upgrade_on(connection, head.store, head.revision)
            rows = _load(connection, head, _lines(path, master))
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise Damaged(f"{len(broken)} rows belong to nobody")
            return ReadBack(head, rows)
    finally:
        engine.dispose()


def restore(path: Path, url: str, master: bytes, *, force: bool = False) -> ReadBack:
    """Put a copy in the place of a store. The bot must be stopped. Raises Damaged, WrongKey, NotEmpty.

    It is read to its end before anything is touched. `force`: what is there now goes.
    """
    checked = read_back(path, master)
    if make_url(url).drivername.startswith("sqlite"):
        _into_file(path, Path(make_url(url).database or ""), checked.head, master, force=force)
    else:
        _into_server(path, url, checked.head, master, force=force)
    upgrade(checked.head.store, url)
    return checked


def _into_file(path: Path, target: Path, head: Head, master: bytes, *, force: bool) -> None:
    """A new file takes the old one's place in one step."""
    if target.exists() and not force and _holds_rows(create_engine(f"sqlite:///{target}"), head.store):
        raise NotEmpty(str(target))
    fresh = target.with_name(target.name + ".restoring")
    _remove(fresh)
    upgrade(head.store, f"sqlite:///{fresh}", revision=head.revision)
    engine = create_engine(f"sqlite:///{fresh}")
    well_behaved(engine)
    with engine.begin() as connection:
        _load(connection, head, _lines(path, master))
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    _remove(target)
    fresh.replace(target)
    _remove(fresh)


def _into_server(path: Path, url: str, head: Head, master: bytes, *, force: bool) -> None:
    """In one transaction: somebody who looks sees the old store, or the new one."""
    engine = create_engine(url)
    try:
        if not force and _holds_rows(engine, head.store):
            raise NotEmpty(make_url(url).database or "")
        with engine.begin() as connection:
            _drop_all(connection)
        upgrade(head.store, url, revision=head.revision)
        with engine.begin() as connection:
            _load(connection, head, _lines(path, master))
            _count_on(connection)
    finally:
        engine.dispose()


def _lines(path: Path, master: bytes) -> Iterator[bytes]:
    """Whole lines of the opened blocks."""
    half = b""
    for block in read(path, master):
        *whole, half = (half + block).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if half:
        raise Damaged("cut off within a line")


def _load(connection: Connection, head: Head, lines: Iterable[bytes]) -> int:
    """Insert every row; how many. Raises Damaged when the copy does not prove itself."""
    there = MetaData()
    there.reflect(connection)
    table: Table | None = None
    columns: list[str] = []
    waiting: list[dict[str, Any]] = []
    rows, digest, proven = 0, sha256(), False
    for line in lines:
        match from_line(line):
            case {"table": str(name), "columns": list(names)}:
                _flush(connection, table, waiting)
                table, columns = there.tables[name], names
            case {"rows": int(told), "sha256": str(hashed)}:
                proven = (told, hashed) == (rows, digest.hexdigest())
                break
            case list(values):
                waiting.append(dict(zip(columns, values, strict=True)))
                rows += 1
                if len(waiting) >= PAGE:
                    _flush(connection, table, waiting)
        digest.update(line)
    _flush(connection, table, waiting)
    if not proven:
        raise Damaged(f"the copy of {head.store} does not prove itself")
    return rows


def _flush(connection: Connection, table: Table | None, waiting: list[dict[str, Any]]) -> None:
    if waiting and table is not None:
        connection.execute(insert(table), waiting)
        waiting.clear()


def _holds_rows(engine: Engine, store: str) -> bool:
    """Whether anything of a shop is in there."""
    try:
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
            there = MetaData()
            there.reflect(connection)
            return any(
                connection.execute(select(table).limit(1)).first() is not None
                for name, table in there.tables.items()
                if name in names and name != f"{store}_version"
            )
    finally:
        engine.dispose()


def _drop_all(connection: Connection) -> None:
    there = MetaData()
    there.reflect(connection)
    there.drop_all(connection)
    connection.execute(text(f"DROP SCHEMA IF EXISTS {ENGINES_SCHEMA} CASCADE"))


def _count_on(connection: Connection) -> None:
    """PostgreSQL's counters go on behind the restored numbers."""
    there = MetaData()
    there.reflect(connection)
    for table in there.sorted_tables:
        for column in table.primary_key.columns:
            if not isinstance(column.type, BigInteger | Integer) or len(table.primary_key.columns) != 1:
                continue
            counter = connection.execute(
                select(func.pg_get_serial_sequence(table.name, column.name))
            ).scalar_one_or_none()
            highest = connection.execute(select(func.max(column))).scalar_one_or_none()
            if counter and highest:
                connection.execute(select(func.setval(counter, highest)))


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)
