"""18: a second identical open request is the first."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.privacy.requests.intake import Contact
from services.privacy.requests.states import KINDS
from services.storage.app import privacy_requests
from tests.privacy.house import traveller

BY_MAIL = Contact("Ada", "Ada@Example.org", "en")


@pytest.mark.parametrize("kind", KINDS)
async def test_from_the_same_chat(house, kind):
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")

    first = await house.rights.requests.asked(ada.id, kind)
    house.clock.at += timedelta(days=20)

    assert await house.rights.requests.asked(ada.id, kind) == first
    assert await house.rights.requests.asked(bob.id, kind) != first
    await house.rights.requests.move(first, "answered")
    assert await house.rights.requests.asked(ada.id, kind) != first


async def test_two_at_once_are_one(each):
    house = each
    ada = await traveller(house, "ada")

    numbers = await asyncio.gather(*(house.rights.requests.asked(ada.id, "objection") for _ in range(5)))

    assert len(set(numbers)) == 1
    assert len(await house.all(select(privacy_requests))) == 1


async def test_from_the_same_address(each):
    house = each
    first = await house.rights.letters.open("erasure", "email", BY_MAIL)
    again = await house.rights.letters.open("erasure", "email", Contact("A.", " ada@example.org ", "fr"))
    other = await house.rights.letters.open("access", "email", BY_MAIL)

    assert (first.is_new, again.is_new, other.is_new) == (True, False, True)
    assert again.number == first.number != other.number


async def test_a_letter_of_somebody_who_asked_in_the_chat_is_merged(each):
    house = each
    ada = await traveller(house, "ada")
    first = await house.rights.requests.asked(ada.id, "access")
    letter = (await house.rights.letters.open("access", "email", BY_MAIL)).number

    assert await house.rights.letters.identified(letter, ada.id, "L2") == first

    merged = await house.rights.requests.find(letter)
    assert (merged.state, merged.merged_into, merged.outcome) == ("merged", first, "merged")
    assert [one.number for one in await house.rights.requests.open_ones()] == [first]
    with pytest.raises(LookupError):
        await house.rights.letters.identified(letter, "nobody", "L2")
