"""Every period of the registry has somebody who sees to it, and the dry run tells what a run would do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from services.privacy import Plans
from services.privacy.facts.belongings import tables
from services.privacy.facts.policy import PERIODS, Controller, began_before
from services.privacy.facts.registry import STORES, personal
from services.privacy.retention.rules import rules
from services.storage.app import case_messages, cases, devices, esims, orders, seen_events
from tests.privacy.house import traveller

#: Seen to by a story of its own in services/privacy/retention/daily.py.
STORIES = {"case": {"cases", "case_messages"}, "consent": {"consents"}}


def test_every_period_of_every_table_is_seen_to():
    seen = {(rule.period, table) for rule in rules(Controller()) for table in rule.tables}
    seen |= {(period, table) for period, names in STORIES.items() for table in names}
    # Whoever's time is over is erased: with everything of theirs.
    seen |= {(period, table.name) for table in tables() for period in ("A", "L", "proof")}
    seen |= {("A", "keys")}
    missing = {
        f"{entry.table} ({entry.keep}): add a rule for it in services/privacy/retention/rules.py"
        for entry in personal()
        if PERIODS[entry.keep].count is not None and (entry.keep, entry.table) not in seen
    }
    assert missing == set()


def test_a_rule_speaks_of_tables_and_periods_that_exist():
    for rule in rules(Controller()):
        assert rule.period in PERIODS
        assert rule.tables <= set(STORES[rule.store].tables)


@pytest.mark.parametrize(("column", "period"), [("active_since", "installed"), ("expires_at", "measured")])
async def test_what_is_known_of_a_line_goes_piece_by_piece(house, column, period):
    ada = await traveller(house, "ada")
    await house.do(
        update(esims).values(line_state="active", used_bytes=5, total_bytes=9, measured_at=house.clock.at)
    )
    await house.do(update(esims).values({column: house.clock.at}))
    began = house.clock.at

    for days, there in ((-1, True), (1, False)):
        house.clock.at = began + timedelta(days=(PERIODS[period].count or 0) + days)
        await house.privacy.let_go_of_old()
        line = await house.one(select(esims).where(esims.c.customer_id == ada.id))
        if period == "installed":
            assert (line.activation is not None) == there
            assert line.used_bytes == 5
        else:
            assert (line.used_bytes is not None) == there
            assert line.activation is None, "a code that expired is of no use"
        assert line.iccid is not None


async def test_a_device_goes_90_days_after_the_delivery(house):
    ada = await traveller(house, "ada")
    delivered = house.clock.at

    house.clock.at = delivered + timedelta(days=89)
    await house.privacy.let_go_of_old()
    assert await house.imeis.of(ada.item) == ada.imei
    house.clock.at = delivered + timedelta(days=91)
    await house.privacy.let_go_of_old()
    assert await house.imeis.of(ada.item) is None
    assert not await house.all(select(devices))


async def test_a_closed_case_goes_with_the_staffs_copies(house):
    ada = await traveller(house, "ada")
    await house.do(update(cases).values(state="closed"))
    house.staff_obeys = False
    house.clock.at += timedelta(days=366)
    await house.privacy.let_go_of_old()
    assert await house.all(select(cases)), "the staff's copy is still there"

    house.staff_obeys = True
    house.clock.at += timedelta(days=1)
    await house.privacy.let_go_of_old()
    assert not await house.all(select(cases))
    assert not await house.all(select(case_messages))
    assert house.staff_deleted == [f"77{ada.tag}"]


async def test_a_basket_goes_after_a_month_and_ids_after_a_week(house):
    ada = await traveller(house, "ada")
    await house.checkouts.cancel_open(ada.id)
    await house.do(insert(seen_events).values(id="seen", at=house.clock.at))
    house.clock.at += timedelta(days=8)
    plan = await Plans(house.stores, house.clock, Controller()).plan()
    assert {one.name: one.count for one in plan.over}["ids in seen_events"] == 1
    assert len(await house.all(select(orders))) == 2

    house.clock.at += timedelta(days=23)
    plan = await Plans(house.stores, house.clock, Controller()).plan()
    assert {one.name: one.count for one in plan.over}["orders that nobody paid"] == 1
    assert len(await house.all(select(orders))) == 2, "a dry run changes nothing"

    await house.privacy.let_go_of_old()
    assert [row.id for row in await house.all(select(orders))] == [ada.paid.id]
    assert not await house.all(select(seen_events))


def test_a_leap_day_has_an_anniversary():
    from datetime import UTC, datetime

    leap = datetime(2028, 2, 29, tzinfo=UTC)
    assert began_before(leap, "A") == datetime(2025, 3, 1, tzinfo=UTC)
