"""The database itself keeps the ledger of consent from being changed, whoever asks.

Rows of `consents` and their `wordings` are never updated; rows of `consents` are deleted only in a transaction that
says by a mark that it is the retention's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, delete, insert, inspect, text

from services.clock import machine_now
from services.storage.app import consents, marks, wordings

#: A mark that only its own transaction ever sees.
MARK = "retention of consents"

_NO = "the ledger of consent is append-only"
_OPEN = "EXISTS (SELECT 1 FROM marks WHERE name = 'retention of consents')"

_SQLITE = (
    f"""CREATE TRIGGER IF NOT EXISTS consents_stay BEFORE UPDATE ON consents
        BEGIN SELECT RAISE(ABORT, '{_NO}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS consents_are_kept BEFORE DELETE ON consents WHEN NOT {_OPEN}
        BEGIN SELECT RAISE(ABORT, '{_NO}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS wordings_stay BEFORE UPDATE ON wordings
        BEGIN SELECT RAISE(ABORT, '{_NO}'); END""",
)
_POSTGRES_RULE = f"""
    CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' AND {_OPEN} THEN RETURN OLD; END IF;
        RAISE EXCEPTION '{_NO}';
    END $$"""
_POSTGRES = {
    "consents_stay": "BEFORE UPDATE OR DELETE ON consents FOR EACH ROW",
    "consents_are_kept": "BEFORE TRUNCATE ON consents FOR EACH STATEMENT",
    "wordings_stay": "BEFORE UPDATE ON wordings FOR EACH ROW",
}


def protect(connection: Connection) -> None:
    """Set the triggers that are missing, at every start: whoever drops one finds it back."""
    if not {consents.name, wordings.name, marks.name} <= set(inspect(connection).get_table_names()):
        return  # an older version of the store, on its way
    if connection.dialect.name == "sqlite":
        for trigger in _SQLITE:
            connection.exec_driver_sql(trigger)
        return
    connection.exec_driver_sql(_POSTGRES_RULE)
    there = set(connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).scalars())
    for name in _POSTGRES.keys() - there:
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {_POSTGRES[name]} EXECUTE FUNCTION append_only()")


@contextmanager
def letting_go(connection: Connection) -> Iterator[None]:
    """Within, this transaction may delete rows of the ledger: for the retention alone."""
    connection.execute(insert(marks).values(name=MARK, value="", at=machine_now()))
    yield
    connection.execute(delete(marks).where(marks.c.name == MARK))
