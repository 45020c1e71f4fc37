"""17: an extension after the due date is refused; within it the person is told, with the reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.news import RequestMoved
from services.privacy.requests.deadlines import due, extension
from services.privacy.requests.handling import NotPossible
from services.privacy.requests.intake import Contact
from services.storage.app import privacy_requests
from services.storage.rights import request_contacts, request_history
from tests.privacy.house import traveller

A_SECOND = timedelta(seconds=1)


async def test_in_time_it_is_told_with_its_reason_and_only_once(each):
    house = each
    ada = await traveller(house, "ada")
    number = await house.rights.requests.asked(ada.id, "objection")
    asked = house.clock.at
    house.clock.at = due(asked) - A_SECOND

    until = await house.rights.handling.extend(number, "complex")
    await house.rights.reminding.sweep()
    await house.rights.reminding.sweep()

    assert until == due(asked) + extension(asked)
    assert asked + timedelta(days=85) < until <= asked + timedelta(days=90)
    told = [item for _, item, _ in house.voice.told]
    assert told == [RequestMoved(number, "extended", "complex", until)]
    with pytest.raises(NotPossible, match="extended_before"):
        await house.rights.handling.extend(number, "many")


async def test_after_the_due_date_it_is_refused_and_nothing_changes(each):
    house = each
    ada = await traveller(house, "ada")
    number = await house.rights.requests.asked(ada.id, "objection")
    before = await house.rights.requests.find(number)
    house.clock.at = before.due_at

    with pytest.raises(NotPossible, match="too_late"):
        await house.rights.handling.extend(number, "complex")

    assert await house.rights.requests.find(number) == before
    await house.rights.reminding.sweep()
    assert house.voice.told == []


async def test_an_answered_request_cannot_be_extended(house):
    ada = await traveller(house, "ada")
    number = await house.rights.requests.asked(ada.id, "objection")
    await house.rights.handling.answer(number)

    with pytest.raises(NotPossible, match="over"):
        await house.rights.handling.extend(number, "many")
    with pytest.raises(NotPossible, match="unknown"):
        await house.rights.handling.extend("R-222222", "many")


async def test_who_cannot_be_reached_in_a_chat_gets_a_letter(each):
    house = each
    contact = Contact("Zoé", "1 rue de la Paix\n75002 Paris", "fr")
    number = (await house.rights.letters.open("access", "post", contact)).number
    await house.rights.handling.extend(number, "many")

    await house.rights.reminding.sweep()

    assert ("letter_due", number) in house.voice.alarms
    assert not await house.all(select(request_history).where(request_history.c.tell != ""))
    assert await house.rights.letters.contact(number) == contact


async def test_what_only_a_template_announced_is_told_in_full_when_they_write(house):
    ada = await traveller(house, "ada")
    number = await house.rights.requests.asked(ada.id, "objection")
    await house.rights.handling.refuse(number, "our_grounds")
    house.voice.answers = ["announced"]
    await house.rights.reminding.sweep()
    await house.rights.reminding.sweep()
    assert house.voice.told == []

    await house.rights.reminding.catch_up(ada.id)
    await house.rights.reminding.sweep()

    assert [item.why for _, item, _ in house.voice.told] == ["our_grounds"]


async def test_a_closed_file_names_nobody_and_goes_after_three_years(each):
    house = each
    number = (await house.rights.letters.open("access", "email", Contact("Z", "z@example.org", "fr"))).number
    await house.rights.handling.cancel(number)
    house.clock.at += timedelta(days=31)
    await house.rights.reminding.sweep()

    assert await house.rights.letters.contact(number) is None
    assert not await house.all(select(request_contacts))
    assert (await house.rights.requests.find(number)).state == "closed"

    await house.do(update(privacy_requests).values(closed_at=house.clock.at - timedelta(days=3 * 366)))
    await house.privacy.let_go_of_old()
    await house.engine.run()
    assert not await house.all(select(request_history))
    assert await house.rights.requests.find(number) is None
