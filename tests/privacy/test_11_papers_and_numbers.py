"""Acceptance test 11: an erasure changes no invoice and no number; fifty orders at once, with kills, leave no gap."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys

import pytest
from living import ROOT, Living
from postgres import databases
from sqlalchemy import delete, select

from services.accounts import gaps
from services.storage import open_stores
from services.storage.legal import papers, series
from tests.papers import conftest

#: The desk's fixtures are wanted here, too.
desk, here, urls = conftest.desk, conftest.here, conftest.urls

ORDERS, WRITERS, KILLS = 50, 2, 2


def writer(urls, seed, orders):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.papers.writer", *urls, str(seed), ",".join(orders)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )


async def test_fifty_orders_at_once_with_rollbacks_and_kills_leave_a_gapless_series(desk, urls):
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    orders = [await desk.sale() for _ in range(ORDERS)]

    writers = [writer(urls, seed + number, orders) for number in range(WRITERS)]
    for kill in range(KILLS):
        victim = writers[kill % WRITERS]
        await asyncio.to_thread(victim.stdout.readline)
        await until_written(desk, ORDERS * (kill + 1) // (KILLS + 2))
        victim.send_signal(signal.SIGKILL)
        victim.communicate()
        writers[kill % WRITERS] = writer(urls, chance.randrange(1_000_000), orders)
    assert [await asyncio.to_thread(one.wait, 120) for one in writers] == [0] * WRITERS
    for one in writers:
        one.stdout.close()

    assert await desk.numbers() == (list(range(1, ORDERS + 1)), ORDERS)
    assert await gaps(desk.stores.legal) == []
    written = [await desk.papers.of_order(order) for order in orders]
    assert [len(some) for some in written] == [1] * ORDERS
    issued = [paper.facts for some in written for paper in some]
    by_number = sorted(issued, key=lambda facts: facts.number)
    assert by_number == sorted(issued, key=lambda facts: (facts.issued_at, facts.number))


async def until_written(desk, count):
    """Until so many invoices are there: a kill shall fall into the middle of the work."""
    while len((await desk.numbers())[0]) < count:
        await asyncio.sleep(0.01)


async def test_a_missing_number_is_noticed(here):
    for _ in range(3):
        await here.papers.invoice(await here.sale())
    assert await gaps(here.stores.legal) == []

    await here.stores.legal.transaction(
        lambda c: c.execute(delete(papers).where(papers.c.number == "F-2026-000002"))
    )

    assert await gaps(here.stores.legal) == ["invoice 2026: 2 papers, last number 3"]


async def kept(living):
    """Every paper as its bytes stand in the store, and the last numbers of the series."""
    environment = living.environment()
    stores = await open_stores(*(environment[f"{name}_DATABASE_URL"] for name in ("APP", "LEGAL", "VAULT")))
    try:
        rows = await stores.legal.read(
            lambda c: c.execute(select(papers.c.number, papers.c.pdf, papers.c.data)).all()
        )
        numbers = await stores.legal.read(lambda c: c.execute(select(series.c.kind, series.c.last)).all())
        return {row.number: (row.pdf, row.data) for row in rows}, sorted(map(tuple, numbers))
    finally:
        await stores.close()


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_an_erasure_changes_no_paper_and_no_number(store):
    living = await Living(databases() if store == "postgres" else None).start()
    try:
        ada = living.traveller("telegram", "ada", "en")
        await ada.buys(name="Ada Canaryson", email="ada@canary.example")
        await living.at_rest()
        before = await kept(living)

        preview = await ada.to_erasure()
        assert "invoices" in preview["text"]
        await ada.asks("DELETE", "being deleted")
        await ada.sees("Deleted on", seconds=60)

        assert await kept(living) == before
        assert list(before[0]) == ["F-2026-000001"] or len(before[0]) == 1
        await ada.asks("/invoice", "no invoices yet")
        bob = living.traveller("telegram", "bob", "en")
        await bob.buys()
        assert (await bob.gets("document"))["name"].endswith("-000002.pdf")
    finally:
        await living.stop()
