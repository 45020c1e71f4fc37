"""A desk for each test, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from postgres import databases

from services.storage import open_stores
from tests.papers.desk import Desk


@pytest.fixture(params=["sqlite", "postgres"])
def urls(request, tmp_path):
    """The three databases, empty."""
    if request.param == "postgres":
        return tuple(databases().values())
    return tuple(f"sqlite:///{tmp_path / name}.db" for name in ("app", "legal", "vault"))


@pytest.fixture
async def desk(urls):
    """On both databases."""
    stores = await open_stores(*urls)
    yield Desk(stores)
    await stores.close()


@pytest.fixture
async def here(tmp_path):
    """On SQLite alone: for what no database can change."""
    stores = await open_stores(*(f"sqlite:///{tmp_path / name}.db" for name in ("app", "legal", "vault")))
    yield Desk(stores)
    await stores.close()
