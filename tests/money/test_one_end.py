"""However the word of a payment comes, and however often, the end is the same."""

from __future__ import annotations

import asyncio
from itertools import permutations

import httpx
import pytest

from services.payments import Heard
from tests.money.till import OLD_WAY

pytestmark = pytest.mark.filterwarnings(OLD_WAY)
SAID_YES = "checkout.session.completed"


async def event(till, session):
    assert await till.hears(session, SAID_YES) == 1


async def success_page(till, session):
    """The traveller comes back from paying: the page links into the chat, and tells the shop nothing."""
    async with httpx.AsyncClient(base_url=till.world.here, trust_env=False) as http:
        page = await http.get(f"/pay/{session}")
    assert "https://t.me/sandbox_esim_bot" in page.text


async def reconciliation(till, session):
    await till.watch.reconciling.round()


async def redelivery(till, session):
    """The same event twice more, at once."""
    await asyncio.gather(*(till.hears(session, SAID_YES) for _ in range(2)))


WAYS = {one.__name__: one for one in (event, success_page, reconciliation, redelivery)}


@pytest.mark.parametrize("first, then", list(permutations(WAYS, 2)))
async def test_the_order_of_any_two_gives_the_same_end(till, first, then):
    order = await till.places()
    session = await till.link(order)
    await till.stripe.pay(session, "card")

    for way in (first, then):
        await WAYS[way](till, session)
        if way == "success_page" and way == first:
            assert (await till.orders.get(order.id)).state == "awaiting_payment"

    assert await till.stands(order) == {
        "state": "paid",
        "captured": 450,
        "disputed": None,
        "items": ("waiting",),
        "moves": {("awaiting_payment", "paid", "stripe"): 1},
        "refunds": [],
        "work": ["fulfil"],
        "told": [],
    }


async def test_ten_at_once_of_every_event_are_one(till):
    order = await till.places()
    session = await till.link(order)
    await till.stripe.pay(session, "card")

    await asyncio.gather(*(till.hears(session) for _ in range(10)), till.watch.reconciling.round())

    found = await till.stands(order)
    assert (found["captured"], found["work"], found["refunds"]) == (450, ["fulfil"], [])


@pytest.mark.parametrize("end", ["async_payment_succeeded", "async_payment_failed"])
async def test_events_that_come_out_of_order_tell_what_is_true_now(till, end):
    order = await till.places()
    session = await till.link(order)
    await till.stripe.pay(session, "delayed-ok" if end.endswith("succeeded") else "delayed-fail")
    await till.bank_answers()

    await till.hears(session, f"checkout.session.{end}", SAID_YES, f"checkout.session.{end}")

    found = await till.stands(order)
    if end.endswith("succeeded"):
        assert (found["state"], found["told"], found["work"]) == ("paid", [], ["fulfil"])
    else:
        assert (found["state"], found["told"], found["work"]) == ("cancelled", ["PaymentFailed"], [])


async def test_an_expired_link_is_told_once(till):
    order = await till.places()
    session = await till.link(order)
    await till.stripe.expire(session)

    await asyncio.gather(
        *(till.hears(session, "checkout.session.expired") for _ in range(3)), till.watch.reconciling.round()
    )

    found = await till.stands(order)
    assert (found["state"], found["told"]) == ("expired", ["CheckoutExpired"])


@pytest.mark.parametrize("kind", [SAID_YES, "refund.updated", "charge.dispute.created", "something.new"])
async def test_an_event_about_nothing_is_dealt_with(till, kind):
    """An answer other than 200 would bring it again for three days."""
    for _ in range(2):
        await till.watch.events.heard(Heard(f"evt_{kind}", kind, "none_there", "pi_none"))
    till.passes(minutes=3)

    assert await till.watch.events.take_up() == 0


async def test_what_was_noted_and_not_done_is_taken_up(till):
    """Stripe gives an event up after three days, and a process may die while it deals with one."""
    order = await till.places()
    session = await till.link(order)
    await till.stripe.pay(session, "card")
    [(raw, signature)] = await till.bodies(session, SAID_YES)
    heard = till.payments.verify(raw, signature)
    till.world.faults.arm("stripe", "error-500", method="checkout.sessions.retrieve")
    with pytest.raises(Exception, match="answered_500"):
        await till.watch.events.heard(heard)
    assert (await till.orders.get(order.id)).state == "awaiting_payment"

    till.passes(minutes=3)
    await till.watch.events.take_up()

    assert (await till.orders.get(order.id)).state == "paid"
