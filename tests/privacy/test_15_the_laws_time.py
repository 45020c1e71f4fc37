"""15: what the law makes us keep is there until its last day, and gone the day after."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from services.storage.legal import held_statements, sales
from tests.privacy.house import traveller


async def test_papers_are_kept_to_the_last_day_and_not_beyond(each):
    house = each
    ada = await traveller(house, "ada")
    await house.checkouts.cancel_open(ada.id)
    await house.privacy.erase(ada.id, ada.chat)
    await house.engine.run()
    (sale,) = await house.all(select(sales), "legal")
    (said,) = await house.all(select(held_statements), "legal")
    # Bought in 2026: ten years from the year's end, and five for what was declared.
    assert f"{sale.keep_until:%Y-%m-%d}" == "2037-01-01"
    assert f"{said.keep_until:%Y-%m-%d}" == "2031-11-23"

    for last, table in ((said.keep_until, held_statements), (sale.keep_until, sales)):
        house.clock.at = last - timedelta(days=1)
        await house.privacy.let_go_of_old()
        assert await house.all(select(table), "legal")

        house.clock.at = last + timedelta(seconds=1)
        await house.privacy.let_go_of_old()
        assert not await house.all(select(table), "legal")
