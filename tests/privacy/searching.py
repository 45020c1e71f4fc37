"""What can still be found of somebody in a bot's stores, files and logs, by whoever holds every key that is left."""

from __future__ import annotations

import sqlite3
from base64 import b64decode, urlsafe_b64decode
from contextlib import asynccontextmanager, contextmanager

from living import Living
from sqlalchemy import select

from services.clock import Clock
from services.privacy.facts.registry import STORES, about
from services.storage import open_stores
from services.storage.app import identities
from services.storage.rotation import open_secrets
from services.storage.sealing import Vault
from services.storage.vault import keys
from tests.privacy.erasing import forms

#: Kept by law, or until a processor was told: what the data map holds.
HELD = ("sales", "held_statements", "papers", "tax_evidence", "processor_tasks")


def traces(living: Living, canaries: dict[str, str]) -> list[str]:
    """Where a canary stands in any file under the data folder, but the legal store, or in the logs."""
    found = []
    files = [*living.data.rglob("*"), *living.logs]
    for path in (path for path in files if path.is_file() and not path.name.startswith("legal")):
        content = path.read_bytes()
        for what, value in canaries.items():
            found += [f"{what} in {path.name}" for form in forms(value) if form in content]
    return found


async def readable(living: Living, canaries: dict[str, str]) -> list[str]:
    """Where a canary can be read in the stores, with every key that survives; the legal store's own tables apart."""
    async with opened(living) as (stores, sealers):
        found = []
        for name, metadata in STORES.items():
            store = getattr(stores, name)
            for table in (table for table in metadata.sorted_tables if table.name not in HELD):
                rows = await store.read(lambda c, table=table: c.execute(select(table)).all())
                for row in rows:
                    text = "\n".join(_texts(table.name, row._mapping, sealers))
                    found += [f"{what} in {table.name}" for what, value in canaries.items() if value in text]
        return found


async def ids_of(living: Living, channel: str) -> dict[str, str]:
    """By what the platform knows everybody on that channel: for a world with one traveller on it."""
    async with opened(living) as (stores, sealers):
        rows = await stores.app.read(lambda c: c.execute(select(identities)).all())
        kinds = ("telegram",) if channel == "telegram" else ("whatsapp", "phone")
        return {
            row.kind: sealers[row.customer_id].words(
                row.value, f"identities:value:{row.customer_id}:{row.kind}"
            )
            for row in rows
            if row.kind in kinds and row.customer_id in sealers
        }


@contextmanager
def reading(living: Living, store: str):
    """Somebody holds the database open and reads, where it is a file."""
    if store != "sqlite":
        yield
        return
    path = next(living.data.glob("app*.db"))
    connection = sqlite3.connect(path)
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM customers").fetchall()
    try:
        yield
    finally:
        connection.rollback()
        connection.close()


@asynccontextmanager
async def opened(living: Living):
    """The stores, and a sealer for every key in them: by customer, and the house's own."""
    environment = living.environment()
    stores = await open_stores(*(environment[f"{name}_DATABASE_URL"] for name in ("APP", "LEGAL", "VAULT")))
    try:
        master = _master(environment["MASTER_KEY"])
        secrets = await open_secrets(stores.vault, master)
        vault = Vault(stores.vault, secrets, Clock())
        rows = await stores.vault.read(lambda c: c.execute(select(keys.c.customer_id)).scalars().all())
        sealers = {customer: await vault.sealer(customer) for customer in rows}
        yield stores, {**sealers, "house": secrets.house, "archive": secrets.archive}
    finally:
        await stores.close()


def _texts(table, row, sealers):
    for entry in about(table):
        value = row[entry.column]
        if not isinstance(value, bytes):
            yield str(value)
            continue
        for sealer in sealers.values():
            try:
                yield sealer.open(value, entry.place.format_map(row)).decode(errors="replace")
            except ValueError:
                continue


def _master(text):
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return urlsafe_b64decode(text)
