"""What all tests share: a world with a bot on SQLite, and one on PostgreSQL, each started once."""

from __future__ import annotations

import asyncio
import gc
import os
from itertools import count

import pytest
import pytest_asyncio
from living import Living
from postgres import databases

STORES = ("sqlite", "postgres")
_names = count(1)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _shared():
    """Living worlds by kind of database, started when first asked for."""
    living: dict[str, Living] = {}
    yield living
    await asyncio.gather(*(one.stop() for one in living.values()))


@pytest_asyncio.fixture(params=STORES, loop_scope="session")
async def living(request, _shared):
    """A world with a running bot. Faults that a test armed are gone with it."""
    one = await at(request.param, _shared)
    yield one
    await one.calm()


@pytest_asyncio.fixture(loop_scope="session")
async def on_sqlite(_shared):
    """The same, on SQLite alone: for what no database can change."""
    one = await at("sqlite", _shared)
    yield one
    await one.calm()


async def at(store: str, shared: dict[str, Living]) -> Living:
    if store not in shared:
        shared[store] = await Living(databases() if store == "postgres" else None).start()
    return shared[store]


@pytest.fixture
def name() -> str:
    """A traveller whom no other test knows."""
    return f"ada{next(_names)}"


def pytest_xdist_auto_num_workers(config):
    """One more than cores: much of a test is waiting for a bot that waits."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish(session):
    """What thousands of collected tests consist of is no garbage: no collection looks through it again."""
    gc.freeze()
