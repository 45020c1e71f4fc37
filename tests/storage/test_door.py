"""The one door to a database, on every driver: nothing lost, nothing half, many chats in one flush."""

from __future__ import annotations

import asyncio

import pytest
from postgres import databases
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.clock import machine_now
from services.locks import Busy, Lease, LeaseLocks, MemoryLocks
from services.storage import open_stores
from services.storage.app import marks
from services.storage.upsert import insert_new

DRIVERS = ["sqlite", "sqlite+aiosqlite", "postgresql+psycopg"]


@pytest.fixture(params=DRIVERS)
async def store(request, tmp_path):
    if request.param.startswith("sqlite"):
        urls = [f"{request.param}:///{tmp_path}/{name}.db" for name in ("app", "legal", "vault")]
    else:
        urls = list(databases().values())
    stores = await open_stores(*urls)
    yield stores.app
    await stores.close()


def adding(connection):
    """Read, then write: what gets lost when a read stands outside its transaction."""
    value = connection.execute(
        select(marks.c.value).where(marks.c.name == "n").with_for_update()
    ).scalar_one()
    connection.execute(update(marks).where(marks.c.name == "n").values(value=str(int(value) + 1)))


async def test_two_hundred_concurrent_additions_count_two_hundred(store):
    await store.transaction(lambda c: c.execute(insert(marks).values(name="n", value="0", at=machine_now())))
    await asyncio.gather(*(store.transaction(adding) for _ in range(200)))
    assert await store.read(lambda c: c.execute(select(marks.c.value)).scalar_one()) == "200"


async def test_work_that_fails_leaves_nothing(store):
    def work(connection):
        connection.execute(insert(marks).values(name="half", value="", at=machine_now()))
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await store.transaction(work)
    assert await store.read(lambda c: c.execute(select(func.count()).select_from(marks)).scalar_one()) == 0


async def test_one_bad_piece_harms_nobody_in_a_shared_commit(store):
    def good(number):
        return lambda c: c.execute(insert(marks).values(name=f"m{number}", value="", at=machine_now()))

    results = await asyncio.gather(
        *(store.together(good(number if number != 7 else 6)) for number in range(20)), return_exceptions=True
    )
    assert sum(isinstance(one, IntegrityError) for one in results) == 1
    assert await store.read(lambda c: c.execute(select(func.count()).select_from(marks)).scalar_one()) == 19


async def test_a_claim_is_won_once(store):
    won = await asyncio.gather(
        *(
            store.transaction(lambda c: insert_new(c, marks, name="one", value="", at=machine_now()))
            for _ in range(20)
        )
    )
    assert sum(won) == 1


async def test_times_come_back_aware_and_in_utc(store):
    now = machine_now()
    await store.transaction(lambda c: c.execute(insert(marks).values(name="t", value="", at=now)))
    back = await store.read(lambda c: c.execute(select(marks.c.at)).scalar_one())
    assert back == now
    assert back.tzinfo is not None


async def test_a_lease_belongs_to_one_at_a_time_and_is_lost_with_its_fence(store):
    first, second = Lease(store, "chat:x", "a", 0.3), Lease(store, "chat:x", "b", 15)
    await first.claim(0)
    with pytest.raises(Busy):
        await second.claim(0)
    await second.claim(2)
    lost = await asyncio.gather(store.transaction(first.check), return_exceptions=True)
    assert type(lost[0]).__name__ == "LostFence"
    await store.transaction(second.check)


@pytest.mark.parametrize("kind", ["memory", "lease"])
async def test_a_chat_is_held_by_one_event_at_a_time(store, kind):
    locks = MemoryLocks() if kind == "memory" else LeaseLocks(store, "me")
    inside = worst = 0

    async def visit():
        nonlocal inside, worst
        async with locks.hold("chat"):
            inside += 1
            worst = max(worst, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(visit() for _ in range(20)))
    assert worst == 1
