"""Money goes to a provider only at the price paid for, from a balance that suffices, within the day's cap."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from postgres import databases

from services.news import Refunded
from services.sales_pause import plan_of
from services.spend_guard import Limits
from tests.floor.outside import COST
from tests.floor.shop import SKU, files, opened

LATER = timedelta(minutes=11)


#: Where purchases compete, what holds on one database need not on the other.
BOTH = pytest.mark.parametrize("floor", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
async def floor(request, tmp_path):
    on_postgres = getattr(request, "param", "sqlite") == "postgres"
    urls = tuple(databases().values()) if on_postgres else files(tmp_path)
    shop = await opened(urls, Limits({"keepgo": Decimal(100)}))
    yield shop
    await shop.stores.close()


async def _bought(floor, many=1):
    found = [await floor.order() for _ in range(many)]
    for order in found:
        await floor.pay(order.id)
    await floor.settle()
    return [order.id for order in found]


async def _waits_over(floor, by=LATER):
    floor.clock.at += by
    for _ in range(8):
        floor.engine.wake()
        await floor.settle()


async def _states(floor, orders):
    return [(await floor.orders.get(order)).item.state for order in orders]


def _whys(floor):
    return [one.why for one in floor.phones.told if isinstance(one, Refunded)]


@BOTH
async def test_fifty_buyers_at_a_balance_of_three(floor):
    floor.wholesaler.cents = COST * 3

    orders = await _bought(floor, 50)
    await _waits_over(floor)

    states = await _states(floor, orders)
    assert states.count("delivered") == 3
    assert states.count("refunded") == 47
    assert len(floor.wholesaler.lines_made) == floor.wholesaler.purchases == 3
    assert set(_whys(floor)) == {"no_credit"}
    assert floor.phones.alarms["out_of_credit"] == 1
    assert (await floor.books()).close
    assert await floor.sales.stops("keepgo", SKU, COST)


async def test_an_order_waits_for_credit_and_is_delivered_when_it_comes(floor):
    floor.wholesaler.cents = Decimal(1)
    (order,) = await _bought(floor)
    assert await _states(floor, [order]) == ["buying"]

    floor.wholesaler.cents = Decimal(50)
    await _waits_over(floor, timedelta(minutes=2))

    assert await _states(floor, [order]) == ["delivered"]


async def test_the_days_cap_is_not_passed_and_ends_at_midnight(floor):
    orders = await _bought(floor, 27)
    await _waits_over(floor)

    states = await _states(floor, orders)
    assert states.count("delivered") == 25
    assert await floor.sales.stops("keepgo", SKU, COST)
    assert floor.phones.alarms["cap_reached"] == 1

    floor.clock.at += timedelta(hours=12)
    assert await floor.sales.stops("keepgo", SKU, COST) is None
    assert await _states(floor, await _bought(floor)) == ["delivered"]


async def test_a_price_that_rose_is_paid_back_and_the_plan_pauses(floor):
    floor.wholesaler.price = Decimal("5.01")

    (order,) = await _bought(floor)

    assert await _states(floor, [order]) == ["refunded"]
    assert _whys(floor) == ["price_risen"]
    assert floor.wholesaler.purchases == 0
    assert (await floor.sales.stops("keepgo", SKU, COST)).what == plan_of("keepgo", SKU)


async def test_what_is_refused_again_and_again_is_not_sold(floor):
    floor.wholesaler.script = ["refused"] * 3
    for expected in (False, False, True):
        await _bought(floor)
        assert bool(await floor.sales.stops("keepgo", SKU, COST)) == expected


async def test_a_sale_in_between_ends_the_count_of_refusals(floor):
    floor.wholesaler.script = ["refused", "refused", "sold", "refused"]
    for _ in range(4):
        await _bought(floor)
        floor.clock.at += timedelta(seconds=1)
    assert await floor.sales.stops("keepgo", SKU, COST) is None


async def test_a_provider_that_does_not_answer_is_waited_for_and_not_paid(floor):
    floor.wholesaler.away = True
    (order,) = await _bought(floor)
    assert await _states(floor, [order]) == ["buying"]
    assert floor.wholesaler.purchases == 0

    floor.wholesaler.away = False
    await _waits_over(floor, timedelta())

    assert await _states(floor, [order]) == ["delivered"]


async def test_the_operator_hears_before_the_balance_is_gone(floor):
    await _bought(floor, 7)
    floor.wholesaler.cents = Decimal(13)
    await floor.guard.forecast()
    assert floor.phones.alarms["balance_low"] == 0

    floor.wholesaler.cents = Decimal(11)
    await floor.guard.forecast()
    assert floor.phones.alarms["balance_low"] == 1


@BOTH
async def test_purchases_at_once_count_the_same_balance_once(floor):
    floor.wholesaler.cents = COST
    orders = [await floor.order() for _ in range(5)]
    await asyncio.gather(*(floor.pay(order.id) for order in orders))
    await floor.settle()
    assert floor.wholesaler.purchases == 1
