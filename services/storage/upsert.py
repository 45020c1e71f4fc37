"""Insert a row unless it is there: the way to claim something once, on every database."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert; False when a row with one of its unique keys was there already."""
    return connection.execute(_insert(connection.dialect.name, table), values).rowcount == 1


@cache
def _insert(dialect: str, table: Table) -> Insert:
    """Built once for each table: building a statement costs more than carrying it out."""
    build = sqlite.insert if dialect == "sqlite" else postgresql.insert
    # Without the option, psycopg's count of an insert is lost.
    return build(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
