"""One-time codes: right once, for ten minutes, for what they were made for; five wrong ones lock for the day."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.privacy.codes import LIVES, MOST_SENT, Codes, Locked
from services.storage.identity import codes
from tests.privacy.house import traveller


@pytest.fixture
async def people(each):
    ada, bob = await traveller(each, "ada"), await traveller(each, "bob")
    return each, Codes(each.stores.app, each.secrets, each.clock), ada.id, bob.id


def other(code, by=1):
    return f"{(int(code) + by) % 10**6:06}"


async def test_a_code_is_right_once_and_only_for_what_it_was_made_for(people):
    _, book, ada, bob = people
    code = await book.new(ada, "email", "ada@new.example")

    assert len(code) == 6
    assert await book.check(bob, "email", code, "ada@new.example") == "over"
    assert await book.check(ada, "identity", code) == "over"
    assert await book.check(ada, "email", code, "ada@other.example") == "wrong"
    assert await book.check(ada, "email", f" {code[:3]} {code[3:]} ", "ada@new.example") == "right"
    assert await book.check(ada, "email", code, "ada@new.example") == "over"


async def test_a_code_lives_ten_minutes_and_a_new_one_ends_it(people):
    house, book, ada, _ = people
    old = await book.new(ada, "identity")
    new = await book.new(ada, "identity")
    if old != new:
        assert await book.check(ada, "identity", old) == "wrong"

    house.clock.at += LIVES
    assert await book.check(ada, "identity", new) == "over"


async def test_five_wrong_codes_lock_for_a_day_even_for_the_right_one(people):
    house, book, ada, _ = people
    code = await book.new(ada, "identity")

    said = [await book.check(ada, "identity", other(code, n)) for n in range(1, 6)]

    assert said == ["wrong"] * 4 + ["locked"]
    assert await book.check(ada, "identity", code) == "locked"
    with pytest.raises(Locked) as locked:
        await book.new(ada, "identity")
    house.clock.at = locked.value.until
    assert await book.check(ada, "identity", await book.new(ada, "identity")) == "right"


async def test_nobody_is_flooded_with_codes(people):
    _, book, ada, _ = people
    for _ in range(MOST_SENT):
        await book.new(ada, "email", "someone@example.org")
    with pytest.raises(Locked):
        await book.new(ada, "email", "another@example.org")


async def test_no_code_is_stored_and_all_go_within_a_day(people):
    house, book, ada, _ = people
    code = await book.new(ada, "identity")
    assert code not in str(await house.all(select(codes)))

    house.clock.at += timedelta(days=1, minutes=1)
    await house.privacy.let_go_of_old()

    assert not await house.all(select(codes))


async def test_an_erased_customer_gets_no_code(people):
    _, book, _, _ = people
    with pytest.raises(LookupError):
        await book.new("nobody", "email")
