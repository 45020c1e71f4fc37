"""The engine's queues: what waits for hours never stands in the way of what was paid for."""

from __future__ import annotations

import asyncio

from sqlalchemy import create_engine, text

from services.durable import APART, PAPERS, QUEUE, Durable

#: Places in a small process.
FEW = {QUEUE: 5, PAPERS: 10}
#: Travellers who wait for a word at once while a platform is away: more than a busy shop sells in those two hours.
UNREACHED = 300


async def test_papers_that_wait_hold_up_no_delivery(tmp_path):
    await _delivers_while(tmp_path, APART, FEW[PAPERS] + 20, FEW[PAPERS], FEW)


async def test_travellers_who_cannot_be_reached_hold_up_no_delivery(tmp_path):
    await _delivers_while(tmp_path, "hand_over", UNREACHED, UNREACHED)


async def _delivers_while(tmp_path, name, many, asleep, *most):
    """Whether one more is delivered while so many of a name were begun, and so many of them sleep for an hour."""
    url = f"sqlite:///{tmp_path}/engine.db"
    durable, waiting = Durable(url, "one", *most), 0

    async def waits(_key: str) -> str:
        nonlocal waiting
        waiting += 1
        await durable.sleep(3_600)
        return "told"

    async def fulfil(item: str) -> str:
        return f"delivered {item}"

    durable.tells(name, waits)
    durable.tells("fulfil", fulfil)
    await durable.launch()
    app = create_engine(url)
    try:
        with app.begin() as connection:
            for number in range(many):
                durable.start_with(connection, name, f"{name}-{number}", str(number))
        async with asyncio.timeout(60):
            while waiting < asleep:
                await asyncio.sleep(0.05)
            with app.begin() as connection:
                durable.start_with(connection, "fulfil", "fulfil-M1-1", "M1-1")
            await durable.finished("fulfil-M1-1")
        assert waiting == asleep
    finally:
        await durable.close(patience=0)
        app.dispose()


async def test_whoever_closes_after_the_engine_still_finds_a_thread(tmp_path):
    durable = Durable(f"sqlite:///{tmp_path}/engine.db", "one")
    await durable.launch()
    await durable.close(patience=0)
    assert await asyncio.to_thread(str.upper, "closed") == "CLOSED"


async def test_what_a_dead_process_left_is_taken_over_into_the_queue_it_was_in(tmp_path):
    url = f"sqlite:///{tmp_path}/engine.db"
    begun, goes_on = [], False

    async def story(subject: str) -> str:
        begun.append(subject)
        while not goes_on:
            await asyncio.sleep(0.05)
        return "done"

    async def opened(name):
        durable = Durable(url, name)
        durable.tells(APART, story)
        durable.tells("fulfil", story)
        await durable.launch()
        return durable

    left = {f"{APART}-M1": PAPERS, "fulfil-M1-1": QUEUE}
    app = create_engine(url)
    dead = await opened("dead")
    with app.begin() as connection:
        for workflow in left:
            dead.start_with(connection, workflow.partition("-")[0], workflow, "M1")
    async with asyncio.timeout(30):
        while len(begun) < len(left):
            await asyncio.sleep(0.05)
    await dead.close(patience=0)

    alive = await opened("alive")
    try:
        found = await alive.unfinished(["dead"])
        assert dict(found) == dict.fromkeys(left, "dead")
        await alive.take_over([workflow for workflow, _ in found])
        with app.begin() as connection:
            rows = connection.execute(text("SELECT workflow_uuid, queue_name FROM workflow_status")).all()
        assert {row.workflow_uuid: row.queue_name for row in rows} == left
        goes_on = True
        async with asyncio.timeout(30):
            for workflow in left:
                await alive.finished(workflow)
        assert await alive.unfinished() == []
    finally:
        await alive.close(patience=0)
        app.dispose()
