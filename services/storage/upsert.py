"""Insert a row unless it is there: the way to claim something once, on every database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert; False when a row with one of its unique keys was there already."""
    build = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = build(table).values(**values).on_conflict_do_nothing()
    # Without the option, psycopg's count of an insert is lost.
    return connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount == 1
