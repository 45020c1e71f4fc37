"""13: a customer is kept until three years after the last business or the last plan's end, whichever is later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.storage.app import customers, esims, orders, privacy_requests
from services.storage.vault import erasures, keys
from tests.privacy.house import Killed, everything, traveller

A_DAY = timedelta(days=1)


async def settled(house, tag):
    """Somebody with one delivered line whose end is known, and nothing on its way."""
    ada = await traveller(house, tag)
    ends = house.clock.at + timedelta(days=30)
    await house.do(update(esims).where(esims.c.customer_id == ada.id).values(expires_at=ends))
    await house.checkouts.cancel_open(ada.id)
    return ada, ends


async def let_go(house):
    await house.privacy.let_go_of_old()
    await house.engine.run()


async def is_there(house, customer):
    return bool(await house.all(select(customers).where(customers.c.id == customer)))


async def test_kept_until_three_years_after_the_last_plan_and_gone_then(each):
    house = each
    ada, ends = await settled(house, "ada")

    house.clock.at = ends.replace(year=ends.year + 3) - A_DAY
    await let_go(house)
    assert await is_there(house, ada.id)

    house.clock.at += 2 * A_DAY
    await let_go(house)
    assert not await is_there(house, ada.id)
    found = await everything(house)
    assert not [
        one
        for one in found
        for plain in ada.plain
        if plain in one[1] and one[0] not in ("sales", "held_statements", "processor_tasks")
    ]
    # Nobody asked, so nobody is answered and no request is on record; the journal knows it all the same.
    assert house.voice.told == []
    assert not await house.all(select(privacy_requests))
    (line,) = await house.all(select(erasures), "vault")
    assert (line.customer_id, line.state, line.why) == (ada.id, "done", "retention")
    assert not await house.all(select(keys), "vault")


async def test_business_after_the_plans_end_counts(each):
    house = each
    ada, ends = await settled(house, "ada")
    spoke = ends + timedelta(days=400)
    await house.do(update(customers).where(customers.c.id == ada.id).values(active_at=spoke))

    house.clock.at = spoke.replace(year=spoke.year + 3) - A_DAY
    await let_go(house)
    assert await is_there(house, ada.id)

    house.clock.at += 2 * A_DAY
    await let_go(house)
    assert not await is_there(house, ada.id)


@pytest.mark.parametrize("what", ["active plan", "unknown end", "disputed"])
async def test_who_may_not_go_stays(house, what):
    ada, ends = await settled(house, "ada")
    house.clock.at = ends.replace(year=ends.year + 4)
    if what == "active plan":
        await house.do(update(esims).values(expires_at=house.clock.at + A_DAY))
    elif what == "unknown end":
        await house.do(update(esims).values(expires_at=None, line_state="active"))
    else:
        await house.do(update(orders).values(disputed="open"))

    await let_go(house)

    assert await is_there(house, ada.id)
    alarms = [cause for cause, _ in house.voice.alarms]
    assert ("unknown_expiry" in alarms) == (what == "unknown end")


async def test_a_kill_in_the_middle_of_a_run_is_made_good_by_the_next(house):
    ada, ends = await settled(house, "ada")
    house.clock.at = ends.replace(year=ends.year + 3) + A_DAY
    house.engine.kill_at = 3
    with pytest.raises(Killed):
        await house.privacy.let_go_of_old()
    process = house.next_process()

    await process.engine.run()
    await process.engine.run()

    assert not await is_there(house, ada.id)
