"""The migrations lead to exactly the tables that the code speaks of, from nothing and from an older version."""

from __future__ import annotations

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from postgres import databases
from sqlalchemy import create_engine

from services.storage.app import APP
from services.storage.legal import LEGAL
from services.storage.migrate import upgrade
from services.storage.vault import VAULT

STORES = {"app": APP, "legal": LEGAL, "vault": VAULT}


@pytest.fixture(params=["sqlite", "postgres"])
def urls(request, tmp_path):
    if request.param == "sqlite":
        return {name: f"sqlite:///{tmp_path}/{name}.db" for name in STORES}
    return dict(zip(STORES, databases().values(), strict=True))


@pytest.mark.parametrize("name", STORES)
def test_the_tables_are_those_of_the_code(urls, name):
    upgrade(name, urls[name])
    upgrade(name, urls[name])
    engine = create_engine(urls[name])
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": f"{name}_version"})
        assert compare_metadata(context, STORES[name]) == []
    engine.dispose()


async def test_many_processes_may_migrate_at_once(urls):
    await asyncio.gather(*(asyncio.to_thread(upgrade, "app", urls["app"]) for _ in range(5)))
