"""Before an erasure: a second contact has a day to say no, plans may end first, orders are delivered or cancelled."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from services.money import Money
from services.news import ErasureAnnounced
from services.storage.app import chats, customers, esims, items, orders
from services.storage.vault import erasures
from tests.privacy.erasing import check_erased
from tests.privacy.house import House, traveller

A_DAY = timedelta(hours=24)


@pytest.fixture
def mailing(house):
    """The same house, with a mail server."""
    return House(house.stores, house.engine.kept, house.clock, mails=True)


async def elsewhere(house, ada):
    """The same customer, on another channel."""
    other = house.secrets.hash("chat", "elsewhere")
    sealer = await house.vault.sealer(ada.id)
    state = {"address": {"channel": "telegram", "id": "424242", "phone": None}, "locale": "fr", "memory": {}}
    await house.do(
        insert(chats).values(
            id=other,
            customer_id=ada.id,
            channel="telegram",
            state=sealer.seal_json(state, f"chats:state:{other}"),
            said_at=house.clock.now(),
            blocked=False,
        )
    )
    return other


async def test_every_other_contact_hears_of_it_and_has_a_day(mailing):
    house = mailing
    ada = await traveller(house, "ada")
    await elsewhere(house, ada)

    begun = await house.privacy.forgetting.erasures.begin(ada.id, ada.chat)
    assert (begun.state, begun.not_before) == ("scheduled", house.clock.at + A_DAY)
    await house.engine.run()

    (told,) = [item for _, item, _ in house.voice.told if isinstance(item, ErasureAnnounced)]
    assert told.code == ""
    ((email, locale, letter),) = house.mailbox.letters
    assert (email, locale, letter.receipt) == (ada.email, "fr", begun.receipt)
    house.clock.at += A_DAY - timedelta(minutes=1)
    assert await house.privacy.resume() == 0
    assert (await house.people.account(ada.id)).email == ada.email

    house.clock.at += timedelta(minutes=2)
    assert await house.privacy.resume() == 1
    assert "erased" in await house.engine.run()
    await house.engine.run()
    await check_erased(house, ada, begun.receipt)
    assert {who for who, _, _ in house.last.said} == {ada.bsuid, "424242"}


async def test_whoever_reads_the_mail_can_say_no_from_any_chat(mailing):
    house = mailing
    ada = await traveller(house, "ada")
    begun = await house.privacy.forgetting.erasures.begin(ada.id, ada.chat)
    await house.engine.run()
    ((_, _, letter),) = house.mailbox.letters

    assert not await house.privacy.forgetting.keep(begun.receipt, "0" * 10)
    assert not await house.privacy.forgetting.keep("R-222222", letter.code)
    assert await house.privacy.forgetting.keep(begun.receipt, letter.code.lower())

    assert await house.privacy.request_state(begun.receipt) == "cancelled"
    house.clock.at += 2 * A_DAY
    assert await house.privacy.resume() == 0
    assert await house.all(select(erasures), "vault") == []
    assert (await house.people.account(ada.id)).name == ada.name
    again = await house.privacy.forgetting.erasures.begin(ada.id, ada.chat)
    assert again.receipt != begun.receipt


async def test_nobody_else_stops_it_and_nobody_stops_what_has_begun(mailing):
    house = mailing
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")
    begun = await house.privacy.forgetting.erasures.begin(ada.id, ada.chat)

    assert not await house.privacy.forgetting.erasures.cancel(begun.receipt, bob.id)
    house.clock.at += 2 * A_DAY
    await house.privacy.resume()
    assert not await house.privacy.forgetting.erasures.cancel(begun.receipt, ada.id)


async def test_a_process_that_died_before_it_told_is_made_good_for(mailing):
    house = mailing
    ada = await traveller(house, "ada")
    await house.privacy.forgetting.erasures.begin(ada.id, ada.chat)
    house.engine.kept.clear()

    later = House(house.stores, house.engine.kept, house.clock, mails=True)
    await later.privacy.resume()
    await later.engine.run()

    assert [email for email, _, _ in later.mailbox.letters] == [ada.email]


async def test_without_a_second_contact_nothing_is_waited_for(house):
    ada = await traveller(house, "ada")

    begun = await house.privacy.forgetting.erasures.begin(ada.id, ada.chat)

    assert (begun.state, begun.not_before) == ("begun", None)


async def test_the_last_plan_may_end_first(house):
    ada = await traveller(house, "ada")
    ends = house.clock.at + timedelta(days=45)
    await house.do(update(esims).where(esims.c.customer_id == ada.id).values(expires_at=ends))
    assert (await house.privacy.preview(ada.id)).ends_at == ends

    begun = await house.privacy.forgetting.erasures.begin(ada.id, ada.chat, not_before=ends)
    house.clock.at += timedelta(days=44)
    assert await house.privacy.resume() == 0
    assert await house.all(select(customers).where(customers.c.id == ada.id)) != []

    house.clock.at += timedelta(days=1, minutes=1)
    assert await house.privacy.resume() == 1
    assert "erased" in await house.engine.run()
    await house.engine.run()
    await check_erased(house, ada, begun.receipt)


@pytest.mark.parametrize("state", ["waiting", "needs_person"])
async def test_what_is_not_delivered_is_cancelled_and_paid_back_if_they_say_so(house, state):
    ada = await traveller(house, "ada")
    late = await ada.order("late")
    await house.orders.paid(late.id, "stripe", "pi_ada_late", Money(450, "EUR"))
    await house.do(update(items).where(items.c.order_id == late.id).values(state=state))
    assert (await house.privacy.preview(ada.id)).undelivered

    begun = await house.privacy.forgetting.erasures.begin(ada.id, ada.chat, cancels=True)
    for _ in range(3):
        await house.engine.run()
        await house.privacy.resume()
    await house.engine.run()

    (item,) = await house.all(select(items).where(items.c.order_id == late.id))
    assert (item.state, item.reason) == ("refunded", "buyer_erased")
    assert [one.amount for one in house.bank.given.values()] == [Money(450, "EUR")]
    await check_erased(house, ada, begun.receipt)
    (order,) = await house.all(select(orders).where(orders.c.id == late.id))
    assert (order.reference, order.held) == (None, None)
