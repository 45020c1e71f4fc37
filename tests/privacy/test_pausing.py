"""Pause use: nothing is sold, purged or handed over meanwhile, and it ends after its owner has heard of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.buyer_guard import BuyerGuard, Held, Limits
from services.news import UseResumes
from services.privacy.pausing import NOTICE
from services.storage.app import customers, devices, esims, orders
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
