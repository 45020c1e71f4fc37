"""Brings a store's tables up to date, one process at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url, text

from services.storage.append_only import protect
from services.storage.sqlite import well_behaved

FOLDER = Path(__file__).parent / "migrations"

#: Any number; the same in every process that might migrate the same server.
_ADVISORY_LOCK = 0x4D49494F


def upgrade(store: str, url: str, revision: str = "head") -> None:
    """Migrate "app", "legal" or "vault" to a version. Blocks; safe to call from many processes."""
    sync_url = make_url(url)
    if sync_url.drivername.startswith("sqlite"):
        sync_url = sync_url.set(drivername="sqlite")
        if sync_url.database:
            Path(sync_url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(sync_url)
    try:
        if engine.dialect.name == "sqlite":
            well_behaved(engine)
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                # A table that is rebuilt must not take its children along; BEGIN IMMEDIATE is the lock.
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ADVISORY_LOCK})
            upgrade_on(connection, store, revision)
            connection.commit()
    finally:
        engine.dispose()


def upgrade_on(connection: Connection, store: str, revision: str = "head") -> None:
    """The same on a connection that is open, in its transaction."""
    command.upgrade(config(store, connection), revision)
    if store == "app":
        protect(connection)


def config(store: str, connection: Connection | None = None) -> Config:
    """Alembic's configuration of one store."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    settings.set_main_option("version_locations", str(FOLDER / store))
    settings.set_main_option("path_separator", "os")
    attributes: dict[Any, Any] = settings.attributes
    attributes["connection"], attributes["store"] = connection, store
    return settings
