"""16: a request of 31 January is due on 28 February, none runs above 30 days, and waiting adds exactly its days."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from services.privacy.requests.deadlines import MOST_DAYS, due
from services.privacy.requests.handling import NotPossible
from services.privacy.requests.intake import Contact
from tests.privacy.house import traveller

BY_POST = Contact("Zoé", "1 rue de la Paix\n75002 Paris", "fr")


@pytest.mark.parametrize(
    ("asked", "until"),
    [
        (datetime(2027, 1, 31, 23, 59, tzinfo=UTC), datetime(2027, 2, 28, 23, 59, tzinfo=UTC)),
        (datetime(2028, 1, 31, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2026, 12, 31, tzinfo=UTC), datetime(2027, 1, 30, tzinfo=UTC)),
        (datetime(2027, 4, 30, tzinfo=UTC), datetime(2027, 5, 30, tzinfo=UTC)),
        (datetime(2027, 7, 1, tzinfo=UTC), datetime(2027, 7, 31, tzinfo=UTC)),
    ],
)
def test_due_in_a_month(asked, until):
    assert due(asked) == until


def test_no_day_of_ten_years_gives_more_than_thirty_days():
    day = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(3_653):
        asked = day + timedelta(days=number)
        assert timedelta(days=28) <= due(asked) - asked <= MOST_DAYS


async def test_waiting_adds_exactly_its_days(each):
    house, chance = each, random.Random(16)
    print("seed 16")
    handling, requests = house.rights.handling, house.rights.requests
    number = (await house.rights.letters.open("access", "post", BY_POST)).number
    asked = house.clock.at
    first = (await requests.find(number)).due_at
    assert first == due(asked)

    waited = timedelta(0)
    for _turn in range(3):
        house.clock.at += timedelta(seconds=chance.randrange(1, 5 * 86_400))
        await handling.suspend(number)
        pause = timedelta(seconds=chance.randrange(1, 60 * 86_400))
        house.clock.at += pause
        waited += pause
        until = await handling.resume(number)

        assert until == first + waited
        assert until - asked - waited <= MOST_DAYS
    request = await requests.find(number)
    assert (request.state, request.suspended_at) == ("identity_pending", None)


async def test_a_clock_that_stands_cannot_stand_twice_and_who_is_known_goes_on(each):
    house = each
    ada = await traveller(house, "ada")
    number = (await house.rights.letters.open("access", "post", BY_POST)).number
    await house.rights.handling.suspend(number)
    with pytest.raises(NotPossible):
        await house.rights.handling.suspend(number)

    house.clock.at += timedelta(days=3)
    assert await house.rights.letters.buyer(ada.paid.id, "somebody@example.org") is None
    assert await house.rights.letters.buyer(ada.paid.id, ada.email.upper()) == ada.id
    assert await house.rights.letters.identified(number, ada.id, "L1") == number

    request = await house.rights.requests.find(number)
    assert (request.state, request.level, request.customer) == ("in_progress", "L1", ada.id)
    assert request.due_at == due(request.at) + timedelta(days=3)
    with pytest.raises(NotPossible):
        await house.rights.handling.resume(number)


async def test_the_operator_is_warned_ten_and_three_days_before(each):
    house = each
    number = (await house.rights.letters.open("objection", "post", BY_POST)).number
    request = await house.rights.requests.find(number)
    sweep = house.rights.reminding.sweep

    async def causes_on(moment):
        house.voice.alarms.clear()
        house.clock.at = moment
        await sweep()
        return {cause for cause, facts in house.voice.alarms if facts == number} - {"letter_due"}

    assert await causes_on(request.due_at - timedelta(days=10, seconds=1)) == set()
    assert await causes_on(request.due_at - timedelta(days=10)) == {"request_due_10"}
    assert await causes_on(request.due_at - timedelta(days=3)) == {"request_due_3"}
    assert await causes_on(request.due_at) == {"request_overdue"}

    await house.rights.handling.suspend(number)
    assert await causes_on(request.due_at + timedelta(days=9)) == set()
    await house.rights.handling.resume(number)
    await house.rights.handling.refuse(number, "not_identified")
    assert await causes_on(request.due_at + timedelta(days=9)) == set()
