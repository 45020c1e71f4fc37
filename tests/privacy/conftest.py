"""A house for each test: the three stores with their services, as copied files or on PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil

import pytest
from postgres import databases

from services.storage import open_stores
from tests.privacy.house import NAMES, House


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """Empty stores, as files to be copied."""
    folder = tmp_path_factory.mktemp("migrated")

    async def make():
        stores = await open_stores(*(f"sqlite:///{folder / name}.db" for name in NAMES))
        await stores.close()

    asyncio.run(make())
    return folder


@pytest.fixture
async def house(migrated, tmp_path):
    """On SQLite."""
    house = House(await copied(migrated, tmp_path))
    yield house
    await house.close()


@pytest.fixture
async def served():
    """On PostgreSQL."""
    house = House(await open_stores(*databases().values()))
    yield house
    await house.close()


@pytest.fixture(params=["sqlite", "postgres"])
def each(request):
    """On both, one after the other."""
    return request.getfixturevalue("house" if request.param == "sqlite" else "served")


async def copied(migrated, folder):
    for name in NAMES:
        shutil.copy(migrated / f"{name}.db", folder / f"{name}.db")
    return await open_stores(*(f"sqlite:///{folder / name}.db" for name in NAMES))
