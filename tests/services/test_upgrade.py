"""A database with orders in flight, begun by the shop of before the promise, is taken over and finished by this one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from services.storage.app import orders
from tests.floor.shop import files, opened

#: What the engine had kept of orders in flight, step by step, as the story was told then.
BEFORE = {
    "waiting for the provider's list": [
        ("buy-0", "unknown"),
        ("look-0-0", "pending"),
        ("sleep", 5),
        ("look-0-1", "pending"),
        ("sleep", 25),
        ("look-0-2", "pending"),
        ("late-0", "told"),
    ],
    "waiting for a turn": [
        *[("buy-0", "busy"), ("sleep", 2), ("buy-0", "busy"), ("sleep", 5), ("buy-0", "busy"), ("sleep", 10)],
        *[("buy-0", "busy"), ("sleep", 30), ("buy-0", "busy"), ("late", "told"), ("sleep", 60)],
    ],
    "just paid": [],
}


@pytest.fixture
async def floor(tmp_path):
    shop = await opened(files(tmp_path))
    yield shop
    await shop.stores.close()


async def _in_flight(floor, kept):
    """An order that the earlier version began: bought, perhaps, and not answered."""
    order = await floor.order()
    await floor.pay(order.id)
    item = order.item.id
    if kept:
        floor.wholesaler.script = ["lost-answer"] if kept[0][1] == "unknown" else []
        if floor.wholesaler.script:
            await floor.buying.buy(item, 0)
    floor.engine.kept[item]["steps"] = list(kept)
    # The columns of the promise were empty then.
    await floor.stores.app.transaction(
        lambda connection: connection.execute(update(orders).values(due_at=None, late_at=None))
    )
    return order.id


@pytest.mark.parametrize("where", BEFORE)
async def test_an_order_in_flight_is_finished_by_the_new_version(floor, where):
    order = await _in_flight(floor, BEFORE[where])

    for _ in range(15):
        await floor.settle()
        floor.engine.wake()

    assert (await floor.orders.get(order)).item.state == "delivered"
    assert len(floor.wholesaler.lines_made) == 1
    assert (await floor.books()).close


async def test_an_order_of_before_has_a_deadline_too(floor):
    floor.wholesaler.away = True
    order = await _in_flight(floor, [("buy-0", "busy"), ("sleep", 2)])

    floor.clock.at += timedelta(minutes=31)
    await floor.promise.sweep()
    for _ in range(5):
        await floor.settle()
        floor.engine.wake()

    assert (await floor.orders.get(order)).item.state == "refunded"
