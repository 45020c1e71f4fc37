"""Each message that a platform charges for is counted once, by month and for each conversation."""

from datetime import timedelta

import pytest

from services.metering import Metering


@pytest.fixture
def metering(each):
    return Metering(each.stores.app, each.clock)


async def test_a_message_counts_once_however_often_it_is_told(each, metering):
    for _ in range(3):
        await metering.note("m1", "ada", "service", billable=False)
    await metering.note("m2", "ada", "utility", billable=True)
    await metering.note("m3", "bob", "service", billable=True)
    each.clock.at += timedelta(days=1)
    await metering.note("m4", "ada", "service", billable=True)

    meter = await metering.meter()

    assert (meter.month, meter.billable) == ({"service": 3, "utility": 1}, 3)
    assert (meter.conversations, meter.messages) == (3, 4)
    assert round(meter.each, 2) == 1.33


async def test_a_new_month_begins_at_nothing(each, metering):
    await metering.note("m1", "ada", "service", billable=True)
    each.clock.at += timedelta(days=40)

    meter = await metering.meter()

    assert (meter.month, meter.billable, meter.each) == ({}, 0, 0.0)
