"""Stores that all tests of money share: one of SQLite, one of PostgreSQL."""

from __future__ import annotations

import pytest_asyncio
from postgres import databases

from services.storage import open_stores
from tests.folders import fresh
from tests.money.till import a_till

NAMES = ("app", "legal", "vault")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _stores():
    """By kind of database, opened when first asked for."""
    opened = {}
    yield opened
    for stores in opened.values():
        await stores.close()


@pytest_asyncio.fixture(params=("sqlite", "postgres"), loop_scope="session")
async def till(request, _stores):
    """A till on each database. Every test sees the orders of those before it; none asks for theirs."""
    if request.param not in _stores:
        folder = fresh("till")
        urls = (
            list(databases().values())
            if request.param == "postgres"
            else [f"sqlite:///{folder / name}.db" for name in NAMES]
        )
        _stores[request.param] = await open_stores(*urls)
    async with a_till(_stores[request.param]) as one:
        yield one
