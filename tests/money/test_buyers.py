"""What one buyer may do: so many orders, so much money, so many refused cards; and when the bank asks the holder."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.buyer_guard import Held
from services.storage.app import declines
from tests.money.till import OLD_WAY

pytestmark = pytest.mark.filterwarnings(OLD_WAY)


async def why_held(till, order):
    with pytest.raises(Held) as held:
        await till.link(order)
    return held.value


async def test_orders_of_a_day_are_counted(till):
    customer = await till.buyer()
    for _ in range(4):
        await till.link(await till.places(customer=customer))
    fifth = await till.places(customer=customer)

    held = await why_held(till, fifth)

    assert held.why == "orders"
    assert timedelta(hours=23) < held.until - till.clock.now() <= timedelta(days=1)
    till.passes(hours=25)
    assert await till.link(await till.places(customer=customer))


async def test_the_money_of_a_day_is_counted_as_far_as_it_can_still_be_paid(till):
    customer = await till.buyer()
    first = await till.places(6_000, customer)
    session = await till.link(first)
    second = await till.places(4_001, customer)
    assert (await why_held(till, second)).why == "amount"

    await till.stripe.expire(session)
    await till.checkouts.settle(session)

    assert await till.link(second)


async def test_the_bank_asks_the_holder_from_a_set_amount_on(till):
    small, large = await till.places(4_999), await till.places(5_000)
    sessions = till.stripe._office.books.sessions
    asked = [
        sessions.get(await till.link(order))["payment_method_options"]["card"]["request_three_d_secure"]
        for order in (small, large)
    ]
    assert asked == ["automatic", "any"]

    session = await till.link(large)
    await till.stripe.pay(session, "card")
    [charge] = [
        one
        for one in till.stripe._office.books.charges.oldest_first()
        if one["payment_intent"] == till.payment(session)
    ]
    assert charge["payment_method_details"]["card"]["three_d_secure"]["result"] == "authenticated"


async def test_refused_cards_close_the_link_for_a_while_with_a_word_why(till):
    order = await till.places()
    session = await till.link(order)
    for _ in range(3):
        await till.stripe.pay(session, "declined")

    await till.hears(session, "charge.failed", "payment_intent.payment_failed", "charge.failed")

    counted = await till.stores.app.read(
        lambda connection: connection.execute(
            select(declines.c.id).where(declines.c.customer_id == order.customer)
        ).all()
    )
    assert len(counted) == 3
    assert till.voice.kinds(order.id) == ["CheckoutPaused"]
    with pytest.raises(ValueError, match="expired"):
        await till.stripe.pay(session, "card")
    await till.hears(session, "checkout.session.expired")
    assert (await till.stands(order))["told"] == ["CheckoutPaused"]
    another = await till.places(customer=order.customer)
    assert (await why_held(till, another)).why == "declines"
    till.passes(minutes=61)
    assert await till.link(another)


async def test_a_card_that_works_after_two_refused_ones_is_welcome(till):
    order = await till.places()
    session = await till.link(order)
    for how in ("declined", "declined", "card"):
        await till.stripe.pay(session, how)

    await till.hears(session)

    assert (await till.orders.get(order.id)).state == "paid"
    assert till.voice.kinds(order.id) == []
