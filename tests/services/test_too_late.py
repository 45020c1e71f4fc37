"""What is decided about an order while its purchase waits for its turn: nothing is bought for money that went back."""

from __future__ import annotations

import asyncio

import pytest
from postgres import databases
from sqlalchemy import select

from services.lanes import Lanes
from services.storage.app import esims, items, purchases
from tests.floor.engine import Killed
from tests.floor.shop import files, opened


@pytest.fixture(params=["sqlite", "postgres"])
async def floor(request, tmp_path):
    urls = files(tmp_path) if request.param == "sqlite" else tuple(databases().values())
    shop = await opened(urls)
    yield shop
    await shop.stores.close()


async def test_a_purchase_whose_money_went_back_while_it_waited_is_not_made(floor):
    order = await floor.order()
    item = order.item.id
    await floor.pay(order.id)
    lanes = Lanes(floor.stores.app, "somebody else", ["keepgo"], 15)

    async with lanes.turn("keepgo"):
        waiting = asyncio.create_task(floor.buying.buy(item, 0))
        while not await floor.all(select(items.c.id).where(items.c.id == item, items.c.state == "buying")):
            await asyncio.sleep(0)
        assert await floor.refunds.due_unless_bought(item, "too_late")

    assert await waiting == "gone"
    assert floor.wholesaler.purchases == 0
    assert await floor.all(select(purchases.c.item_id)) == []


@pytest.mark.parametrize("cut_off", ["before it was sent", "before the answer"])
async def test_an_attempt_cut_off_as_its_money_went_back_holds_up_no_sweep(floor, cut_off):
    order = await floor.order()
    item = order.item.id
    await floor.pay(order.id)
    purchase = floor.wholesaler.purchase

    async def and_the_process_ends(intent):
        if cut_off == "before the answer":
            await purchase(intent)
        assert await floor.refunds.due_unless_bought(item, "too_late")
        raise Killed(item)

    floor.wholesaler.purchase = and_the_process_ends
    with pytest.raises(Killed):
        await floor.buying.buy(item, 0)
    floor.wholesaler.purchase, floor.wholesaler.settled = purchase, True
    await floor.engine.next_start()

    await floor.settle()

    assert not await floor.attempts.undecided("keepgo")
    # Whoever comes next need not wait for a sweep.
    kept = await floor.all(select(esims.c.activation).where(esims.c.state == "stock"))
    assert all(line.activation for line in kept)
    await floor.buying.sweep()
    bought = len(floor.wholesaler.lines_made)
    assert bought == (cut_off == "before the answer")
    assert len(await floor.all(select(esims.c.id).where(esims.c.state == "stock"))) == bought
