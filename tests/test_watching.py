"""Lines in use are measured in the background, and their owners warned once of each thing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.orders.sold import SoldPlan
from services.providers import LineState, Usage
from services.watching import due_warnings, next_look

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEAST = timedelta(minutes=15)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def usage(left=100, *, ends=None, state=LineState.ACTIVE, total=100, unlimited=False):
    used = None if left is None else total - left
    return Usage(total, used, left, unlimited, None if ends is None else NOW + ends, NOW, state, "356")


def plan(days=30):
    return SoldPlan("k1", ("JP",), 100, days, (), True, None)


@pytest.mark.parametrize(
    ("measured", "after"),
    [
        (usage(100), 6 * HOUR),
        (usage(30), 6 * HOUR),
        (usage(29), HOUR),
        (usage(9), LEAST),
        (usage(0), LEAST),
        (usage(120), 6 * HOUR),
        (usage(None), 6 * HOUR),
        (usage(5, unlimited=True), 6 * HOUR),
        # Once in time for the warning of the end, and once when it has come.
        (usage(100, ends=DAY + HOUR), HOUR),
        (usage(100, ends=2 * HOUR), 2 * HOUR),
        (usage(100, ends=-HOUR), 6 * HOUR),
        (usage(100, ends=10 * DAY), 6 * HOUR),
    ],
)
def test_the_less_is_left_the_more_often_it_is_measured(measured, after):
    assert next_look(measured, NOW, LEAST) == NOW + after


def test_no_provider_is_asked_more_often_than_makes_sense():
    assert next_look(usage(5), NOW, timedelta(minutes=20)) == NOW + timedelta(minutes=20)


@pytest.mark.parametrize(
    ("measured", "days", "warned"),
    [
        (usage(21), 30, []),
        (usage(20), 30, ["low"]),
        (usage(0), 30, ["empty"]),
        (usage(None, state=LineState.EXHAUSTED), 30, ["empty"]),
        (usage(50, ends=DAY), 30, ["ends"]),
        (usage(10, ends=HOUR), None, ["ends", "low"]),
        (usage(50, ends=HOUR), 1, []),
        (usage(50, ends=-HOUR), 30, []),
        (usage(5, unlimited=True), 30, []),
    ],
)
def test_what_is_warned_of(measured, days, warned):
    assert list(due_warnings(measured, plan(days), NOW)) == warned


async def test_a_traveller_is_warned_once_and_can_top_up(on_sqlite, name):
    living = on_sqlite
    ada = living.traveller("telegram", name, "en")
    await ada.buys()
    await living.at_rest()
    iccid = next(one["iccid"] for one in (await living.ledger())["delivered"] if one["traveller"] == name)
    line = next(one for one in (await living.ledger())["lines"] if one["iccid"] == iccid)
    megabytes = int(line["sku"].split("-")[1])
    await ada.mark()

    await living.http.post(
        "/world/usage", json={"iccid": iccid, "used_bytes": megabytes * 1024**2 * 85 // 100}
    )
    await living.advance("PT7H")
    told = await ada.sees("runs low")
    assert "Measured" in told["text"]
    assert [button["label"] for button in told["buttons"]] == ["Top up"]
    await ada.mark()

    await living.http.post("/world/usage", json={"iccid": iccid, "used_bytes": megabytes * 1024**2})
    await living.advance("PT7H")
    await ada.sees("used up")
    await living.advance("PT7H")
    assert len([text for text in await ada.texts() if "runs low" in text or "used up" in text]) == 2
