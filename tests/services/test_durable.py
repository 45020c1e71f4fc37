"""The engine's queues: what waits for hours never stands in the way of what was paid for."""

from __future__ import annotations

import asyncio

from sqlalchemy import create_engine

from services.durable import APART, MOST_AT_ONCE, PAPERS, Durable

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
