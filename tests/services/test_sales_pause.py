"""Sales that pause: what stops, who ends it, and what a catalogue without it looks like."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from services.clock import Clock, Waits
from services.sales_pause import ALL, MOST_PLANS, SalesPause, plan_of
from services.storage import open_stores

ONE, TWO = Decimal(1), Decimal(2)


@pytest.fixture
async def sales(tmp_path):
    stores = await open_stores(*(f"sqlite:///{tmp_path}/{name}.db" for name in ("app", "legal", "vault")))
    yield SalesPause(stores.app, Clock(), Waits())
    await stores.close()


@pytest.mark.parametrize("what", [ALL, "keepgo", "keepgo 1-1024-7"])
async def test_what_pauses_is_not_for_sale_until_it_is_resumed(sales, what):
    assert await sales.pause(what)
    assert not await sales.pause(what)

    assert await sales.stops("keepgo", "1-1024-7", ONE)
    assert bool(await sales.stops("airalo", "1-1024-7", ONE)) == (what == ALL)
    assert sales.now.stops("keepgo", "1-1024-7", ONE)

    assert await sales.resume(what)
    assert not await sales.resume(what)
    assert await sales.stops("keepgo", "1-1024-7", ONE) is None


async def test_only_what_the_account_cannot_pay_for_pauses(sales):
    await sales.pause("keepgo", "no_credit", over=ONE, wanted=TWO)

    assert await sales.stops("keepgo", "1-1024-7", ONE) is None
    assert await sales.stops("keepgo", "1-1024-7", TWO)


async def test_a_pause_ends_by_its_time(sales):
    await sales.pause(ALL, until=sales._clock.now() + timedelta(hours=1))
    sales._clock.move(3_601)

    assert await sales.stops("keepgo", "1-1024-7", ONE) is None
    await sales.forget()
    assert not await sales.resume(ALL)


async def test_a_persons_pause_and_the_shops_own_do_not_undo_each_other(sales):
    await sales.pause("keepgo")
    await sales.pause("keepgo", "refused")

    assert await sales.resume("keepgo", "refused")
    assert (await sales.stops("keepgo", "x", ONE)).why == "staff"


async def test_too_many_plans_pause_their_provider(sales):
    for number in range(MOST_PLANS + 20):
        await sales.pause(plan_of("keepgo", str(number)), "refused")

    assert len(sales.now.pauses) == MOST_PLANS + 1
    assert await sales.stops("keepgo", "another", ONE)


async def test_looks_become_rarer(sales):
    await sales.pause("keepgo", "refused")
    waits = []
    for _ in range(10):
        pause = sales.now.pauses[0]
        waits.append(round((pause.look_at - sales._clock.now()) / timedelta(minutes=1)))
        await sales.look_later(pause)

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (5, 360)


async def test_a_catalogue_is_told_the_same_object_while_nothing_changes(sales):
    await sales.pause("keepgo")
    before = sales.now
    await sales.reload()
    assert sales.now is before
