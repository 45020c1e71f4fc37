"""Pause use: nothing is sold, purged or handed over meanwhile, and it ends after its owner has heard of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.commands.retention import _words
from services.buyer_guard import BuyerGuard, Held, Limits
from services.news import UseResumes
from services.privacy import Controller, Plans
from services.privacy.requests.pausing import NOTICE
from services.storage.app import customers, devices, esims, orders
from services.storage.legal import LEGAL
from tests.privacy.house import traveller

A_DAY = timedelta(days=1)


async def test_nothing_is_sold_and_what_could_be_paid_is_closed(each):
    house = each
    ada = await traveller(house, "ada")
    guard = BuyerGuard(house.stores.app, Limits(), house.secrets, house.clock)
    check = lambda: house.stores.app.transaction(lambda connection: guard.check(connection, ada.basket))  # noqa: E731
    await check()

    number = await house.rights.pauses.begin(ada.id)
    with pytest.raises(Held, match="resting"):
        await check()
    await house.rights.resting.sweep()

    assert house.checkouts.expired == [f"{ada.session}_2"]
    assert await house.rights.pauses.begin(ada.id) == number
    request = await house.rights.requests.find(number)
    assert (request.kind, request.state) == ("restriction", "answered")
    await house.rights.pauses.end(ada.id)
    await check()


async def test_nothing_is_purged_while_it_lasts(each):
    house = each
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")
    for one in (ada, bob):
        await house.checkouts.cancel_open(one.id)
    await house.do(update(esims).values(expires_at=house.clock.at))
    await house.rights.pauses.begin(ada.id)
    house.clock.at += timedelta(days=4 * 366)

    await house.privacy.let_go_of_old()
    await house.engine.run()

    assert list(await house.all(select(customers.c.id))) == [(ada.id,)]
    mine = select(orders.c.id).where(orders.c.customer_id == ada.id)
    assert {row.id for row in await house.all(mine)} == {ada.paid.id, ada.basket.id}
    assert len(await house.all(select(devices))) == 1
    assert (await house.one(select(esims))).activation is not None

    await house.rights.pauses.end(ada.id)
    house.clock.at += A_DAY
    await house.privacy.let_go_of_old()
    await house.engine.run()
    assert await house.all(select(customers.c.id)) == []


async def test_what_the_law_made_us_keep_stays_past_its_day_while_it_lasts(each):
    house = each
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")
    for one in (ada, bob):
        await house.checkouts.cancel_open(one.id)
        await hold(house, one.paid.id)
    await house.do(update(esims).values(expires_at=house.clock.at))
    await house.rights.pauses.begin(ada.id)
    house.clock.at += timedelta(days=12 * 366)

    plan = await Plans(house.stores, house.clock, Controller()).plan()
    assert {one.name: (one.count, one.held) for one in plan.over if one.store == "legal" and one.count} == {
        f"papers in {table.name}": (1, 1) for table in HELD
    }
    shown = _words(plan)
    assert shown.count("1 more stay: their owners pause") == len(HELD)
    for _run in range(2):
        await house.privacy.let_go_of_old()
        await house.engine.run()
        house.clock.at += A_DAY
    assert await owners(house) == {table.name: [ada.paid.id] for table in HELD}

    await house.rights.pauses.end(ada.id)
    for _run in range(2):
        await house.privacy.let_go_of_old()
        await house.engine.run()
        house.clock.at += A_DAY
    assert await owners(house) == {table.name: [] for table in HELD}


HELD = [table for table in LEGAL.sorted_tables if {"order_id", "keep_until"} <= set(table.c.keys())]


async def hold(house, order):
    """Something of an order in each table of the legal store, until ten years from now."""
    now = house.clock.at
    kept = {"order_id": order, "at": now, "issued_at": now, "sold_at": now}
    kept |= {"keep_until": now + timedelta(days=3653)}
    for table in HELD:
        row = {
            column.name: kept[column.name] if column.name in kept else column.type.python_type()
            for column in table.c
            if not column.nullable
        }
        row |= {name: order for name in ("key", "number", "kind") if name in table.c}
        await house.do(insert(table).values(row), "legal")


async def owners(house):
    return {
        table.name: list(dict.fromkeys(row.order_id for row in await house.all(select(table), "legal")))
        for table in HELD
    }


async def test_who_ends_it_for_them_tells_them_first(each):
    house = each
    ada = await traveller(house, "ada")
    pauses, sweep = house.rights.pauses, house.rights.resting.sweep
    assert await pauses.announce_end(ada.id) is None
    await pauses.begin(ada.id)
    ends = await pauses.announce_end(ada.id)
    assert await pauses.announce_end(ada.id) is None

    house.voice.answers = ["again"]
    await sweep()
    house.clock.at += 30 * A_DAY  # nobody has told them, so it does not end
    assert await pauses.since(ada.id) is not None
    await sweep()
    ends = house.clock.at + NOTICE
    assert [item for _, item, _ in house.voice.told] == [UseResumes(ends)]

    house.clock.at = ends - timedelta(seconds=1)
    await sweep()
    assert await pauses.since(ada.id) is not None
    house.clock.at = ends
    await sweep()
    assert await pauses.since(ada.id) is None
    assert len(house.voice.told) == 1


async def test_who_cannot_be_told_stays_paused_and_the_operator_hears_of_it(house):
    ada = await traveller(house, "ada")
    await house.rights.pauses.begin(ada.id)
    await house.rights.pauses.announce_end(ada.id)
    house.voice.answers = ["unreachable"]
    await house.rights.resting.sweep()
    house.clock.at += 30 * A_DAY

    assert ("pause_not_told", ada.id) in house.voice.alarms
    house.voice.answers = ["unreachable"]
    await house.rights.resting.sweep()
    assert await house.rights.pauses.since(ada.id) is not None
