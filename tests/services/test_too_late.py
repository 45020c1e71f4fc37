"""What is decided about an order while its purchase waits for its turn: nothing is bought for money that went back."""

from __future__ import annotations

import asyncio

import pytest
from postgres import databases
from sqlalchemy import select

from services.lanes import Lanes
from services.storage.app import items, purchases
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
