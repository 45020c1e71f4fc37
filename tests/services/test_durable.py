"""The engine's queues: what waits for hours never stands in the way of what was paid for."""

from __future__ import annotations

import asyncio

from sqlalchemy import create_engine, text

from services.durable import APART, MOST_AT_ONCE, PAPERS, QUEUE, Durable

#: More than one process works on at once, of papers alone.
PILE = MOST_AT_ONCE[PAPERS] + 20


async def test_papers_that_wait_hold_up_no_delivery(tmp_path):
    url = f"sqlite:///{tmp_path}/engine.db"
    durable, waiting = Durable(url, "one"), 0

    async def paper(_key: str) -> str:
        nonlocal waiting
        waiting += 1
        await durable.sleep(3_600)
        return "issued"

    async def fulfil(item: str) -> str:
        return f"delivered {item}"

    durable.tells(APART, paper)
    durable.tells("fulfil", fulfil)
    await durable.launch()
    app = create_engine(url)
    try:
        with app.begin() as connection:
            for number in range(PILE):
                durable.start_with(connection, APART, f"paper-{number}", str(number))
        async with asyncio.timeout(60):
            while waiting < MOST_AT_ONCE[PAPERS]:
                await asyncio.sleep(0.05)
            with app.begin() as connection:
                durable.start_with(connection, "fulfil", "fulfil-M1-1", "M1-1")
            await durable.finished("fulfil-M1-1")
        assert waiting == MOST_AT_ONCE[PAPERS]
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
