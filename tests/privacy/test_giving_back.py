"""A person who saw a proof gives somebody put apart back what is theirs: once, written down, and to nobody erased."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.sessions import SILENCE
from services.identity.giving_back import GivingBack, NotGiven, who_is_apart
from services.storage.app import customers, orders, privacy_requests
from services.storage.identity import doubts
from services.storage.rights import request_history
from services.storage.vault import joins
from tests.privacy.house import Killed, traveller
from tests.privacy.test_19_who_is_this import buyer


@pytest.fixture
async def apart(each):
    """(the house, whom they were, their chat, who they are now)."""
    ada, chat = await buyer(each)
    each.clock.at += SILENCE
    return each, ada, chat, await chat.speaks()


def desk(house, start=None):
    return GivingBack(house.stores, house.vault, house.clock, start or house.engine.start_with)


async def history(house):
    return [(row.was, row.now, row.why) for row in await house.all(select(request_history))]


async def test_all_of_it_comes_back_and_what_was_proved_is_written_down_once(apart):
    house, ada, chat, new = apart
    (shown,) = await who_is_apart(house.stores.app)
    assert (shown.customer, shown.former, shown.why) == (new, ada.id, "silence")

    given = await desk(house).give_back(new, "paper")
    again = await desk(house).give_back(new, "paper")
    await house.engine.run()

    assert given.is_new
    assert (again.number, again.is_new) == (given.number, False)
    assert (await desk(house).give_back(new, "line")).number == given.number, "and when it is done"
    assert await chat.speaks() == ada.id
    assert [row.chat_id for row in await house.all(select(orders.c.chat_id).distinct())] == [chat.id]
    (line,) = await house.all(select(privacy_requests))
    assert (line.id, line.customer_id, line.level, line.state) == (given.number, ada.id, "L2", "answered")
    assert await history(house) == [
        ("", "identity_pending", ""),
        ("identity_pending", "in_progress", "proved_paper"),
        ("in_progress", "answered", "given_back"),
    ]
    assert await who_is_apart(house.stores.app) == []


@pytest.mark.parametrize("dies_at", ["the note", "the queue"])
async def test_what_was_killed_half_way_is_the_same_line_of_the_register(apart, dies_at):
    house, ada, chat, new = apart

    def killed(*_work):
        raise Killed("start")

    giving = desk(house, killed)
    if dies_at == "the note":
        giving._joining.begin = killed
    with pytest.raises(Killed):
        await giving.give_back(new, "payment")

    await desk(house).give_back(new, "payment")
    await house.identity.uniting.resume()
    await house.engine.run()

    assert await chat.speaks() == ada.id
    assert [why for _, _, why in await history(house)] == ["", "proved_payment", "given_back"]
    assert [row.state for row in await house.all(select(joins), "vault")] == ["done"]


async def test_whoever_was_erased_meanwhile_gets_nothing_back(apart):
    house, ada, chat, new = apart
    await house.privacy.erase(ada.id, ada.chat)

    with pytest.raises(NotGiven, match="erased"):
        await desk(house).give_back(new, "paper")
    await house.engine.run()
    with pytest.raises(NotGiven, match="not_apart"):
        await desk(house).give_back(new, "paper")

    assert await chat.speaks() == new
    assert not [why for _, _, why in await history(house) if why.startswith("proved")]
    assert not await house.all(select(doubts))


async def test_after_giving_back_an_erasure_is_the_last_word(apart):
    house, ada, chat, new = apart
    await desk(house).give_back(new, "number")
    await house.engine.run()
    await house.privacy.erase(ada.id, chat.id)
    await house.engine.run()

    with pytest.raises(NotGiven, match="erased"):
        await desk(house).give_back(new, "number")

    assert not await house.all(select(customers))


async def test_nobody_who_is_not_put_apart_becomes_anybody(each):
    ada = await traveller(each, "ada")
    each.clock.at += timedelta(minutes=1)
    for who in (ada.id, ada.case, "nobody"):
        with pytest.raises(NotGiven, match="not_apart"):
            await desk(each).give_back(who, "paper")
    assert await history(each) == []
