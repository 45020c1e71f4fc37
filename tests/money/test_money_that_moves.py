"""Money that goes back, by whomever, and money that banks take: the book follows, and always closes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from services.money import Money
from services.payments.stripe.evidence import fields
from services.storage.app import disputes
from services.stored_evidence import NothingToSay, StoredEvidence
from tests.money.till import OLD_WAY, SHOWN

pytestmark = pytest.mark.filterwarnings(OLD_WAY)
BY_HAND = ("charge.refunded", "refund.created")


async def sums(till, order):
    line = await till.book(order)
    return line.kept, line.refunded, line.held


@pytest.mark.parametrize("found_by", ["events", "reconciliation"])
async def test_a_refund_by_hand_is_entered_once_and_told(till, found_by):
    order, session = await till.sells()
    await till.stripe.refund(session, 150)

    for _ in range(2):
        if found_by == "events":
            await till.hears(session, *BY_HAND)
        else:
            await till.watch.reconciling.round()
    await till.durable.run()

    assert await sums(till, order) == (300, 150, 0)
    assert till.voice.kinds(order.id) == ["Refunded"]
    await till.stripe.refund(session)
    await till.hears(session, *BY_HAND)
    assert await sums(till, order) == (0, 450, 0)
    assert (await till.stands(order))["items"] == ("delivered",)


async def test_what_was_not_delivered_and_is_paid_back_is_over(till):
    order, session = await till.sells(delivered=False)
    await till.stripe.refund(session)

    await till.hears(session, *BY_HAND)

    assert await sums(till, order) == (0, 450, 0)
    assert (await till.stands(order))["items"] == ("refunded",)


async def test_our_own_refund_gives_back_what_is_left_of_it(till):
    """Somebody gave a part back by hand, and no event has told us."""
    order, session = await till.sells(delivered=False)
    await till.stripe.refund(session, 100)

    key = await till.refunds.due(order.item.id, "not_available")
    assert await till.run(till.refunds.give_back, key) == "refunded"

    assert await sums(till, order) == (0, 450, 0)
    assert sorted(one["amount"] for one in till.stripe.refunds()) == [100, 350]
    assert (await till.stands(order))["items"] == ("refunded",)


async def test_our_own_refund_of_what_was_paid_back_asks_for_nothing(till):
    order, session = await till.sells(delivered=False)
    key = await till.refunds.due(order.item.id, "not_available")
    await till.stripe.refund(session)

    assert await till.run(till.refunds.give_back, key) == "refunded"

    assert await sums(till, order) == (0, 450, 0)
    assert len(till.stripe.refunds()) == 1


async def test_our_own_refunds_events_change_nothing(till):
    order, session = await till.sells(delivered=False)
    key = await till.refunds.due(order.item.id, "not_available")
    given = await till.payments.give_back(till.payment(session), Money(450, "EUR"), key, order.id)
    await till.hears(session, *BY_HAND)  # before the answer was kept
    assert (await till.stands(order))["refunds"] == [(450, "succeeded", "not_available")]

    assert await till.run(till.refunds.give_back, key) == "refunded"
    await till.hears(session, *BY_HAND)
    await till.watch.reconciling.round()

    assert given.key == key
    assert (await till.stands(order))["refunds"] == [(450, "succeeded", "not_available")]


@pytest.mark.parametrize("found_by", ["events", "reconciliation"])
async def test_a_refund_that_is_pending_and_then_fails_is_taken_back(till, found_by):
    order = await till.places()
    session = await till.link(order)
    await till.stripe.pay(session, "delayed-ok")
    await till.bank_answers()
    await till.checkouts.settle(session)
    key = await till.refunds.due(order.item.id, "not_available")
    assert await till.run(till.refunds.give_back, key) == "refunded"
    assert (await till.stands(order))["refunds"][0][1] == "pending"

    await till.stripe.refund_fails(session)
    if found_by == "events":
        await till.hears(session, "refund.failed", "refund.updated", "refund.created")
    else:
        await till.watch.reconciling.round()

    found = await till.stands(order)
    assert (found["items"], found["refunds"]) == (("needs_person",), [(450, "failed", "not_available")])
    assert await sums(till, order) == (0, 0, 450)
    assert ("refund_failed", order.id) in till.voice.alarms
    assert till.voice.kinds(order.id) == ["Refunded", "RefundFailed"]


@pytest.mark.parametrize("kinds", [("created", "closed"), ("closed", "created", "funds_withdrawn")])
@pytest.mark.parametrize("end", ["won", "lost"])
async def test_a_dispute_is_followed_to_its_end(till, end, kinds):
    order, session = await till.sells()
    await till.stripe.dispute(session)
    await till.hears(session, "charge.dispute.created")
    assert await sums(till, order) == (0, 0, 450)
    assert (await till.stands(order))["disputed"] == "open"

    await getattr(till.stripe, f"dispute_{end}")(session)
    await till.hears(session, *(f"charge.dispute.{kind}" for kind in kinds))

    found, line = await till.stands(order), await till.book(order)
    assert found["disputed"] == end
    assert await sums(till, order) == ((450, 0, 0) if end == "won" else (0, 450, 0))
    assert line.taken == (0 if end == "won" else 450)
    assert [cause for cause, facts in till.voice.alarms if facts == order.id][-1] == f"contest_{end}"


async def test_a_dispute_that_no_event_told_is_found_and_its_end_too(till):
    order, session = await till.sells(delivered=False)
    await till.stripe.dispute(session)
    await till.watch.reconciling.round()
    assert (await till.stands(order))["items"] == ("needs_person",)

    await till.stripe.dispute_lost(session)
    await till.watch.reconciling.round()

    found = await till.stands(order)
    assert (found["disputed"], found["items"]) == ("lost", ("refunded",))
    assert await sums(till, order) == (0, 450, 0)


async def test_a_banks_question_takes_no_money(till):
    order, session = await till.sells()
    await till.stripe.inquiry(session)
    await till.hears(session, "charge.dispute.created")
    assert await sums(till, order) == (450, 0, 0)

    await till.stripe.inquiry_closed(session)
    await till.hears(session, "charge.dispute.closed")

    assert (await till.stands(order))["disputed"] == "closed"
    assert await sums(till, order) == (450, 0, 0)


async def test_what_was_given_back_and_is_disputed_all_the_same_is_a_loss(till):
    order, session = await till.sells(delivered=False)
    await till.stripe.refund(session, 449)
    await till.hears(session, *BY_HAND)
    await till.stripe.dispute(session)
    await till.stripe.dispute_lost(session)
    await till.hears(session, "charge.dispute.closed")

    line = await till.book(order)
    assert (line.refunded, line.taken) == (449 + 450, 450)


async def test_the_evidence_is_ready_sealed_and_goes_to_the_bank(till):
    order, session = await till.sells()
    till.provider.used[till.iccid(order)] = 300 * 1024**2
    await till.stripe.dispute(session)
    await till.hears(session, "charge.dispute.created")
    kept = StoredEvidence(till.stores, till.vault, till.secrets, till.clock)
    sealed = await till.stores.app.read(
        lambda connection: connection.execute(
            select(disputes.c.evidence).where(disputes.c.order_id == order.id)
        ).scalar_one()
    )
    assert b"ada@example.org" not in sealed

    gathered = await kept.of(order.id)
    await kept.submit(order.id, till.payments, fields(gathered))

    assert gathered["buyer"] == {"name": "Ada Example", "email": "ada@example.org"}
    [dispute] = till.stripe._office.books.disputes.oldest_first()
    said = dispute["evidence"]
    assert dispute["status"] == "under_review"
    assert SHOWN in said["cancellation_policy_disclosure"]
    assert f"eSIM {till.iccid(order)} handed over" in said["access_activity_log"]
    assert f"{300 * 1024**2} of {1024**3} bytes used" in said["access_activity_log"]
    assert (await kept.of(order.id))["dispute"]["submitted_at"]
    await till.hears(session, "charge.dispute.updated")
    assert (await till.stands(order))["disputed"] == "open"
    await till.stripe.dispute_lost(session)
    await till.hears(session, "charge.dispute.closed")
    with pytest.raises(NothingToSay):
        await kept.submit(order.id, till.payments, fields(gathered))


@pytest.mark.parametrize(
    ("line", "ends"),
    [("unused", "refunded"), ("used", "told"), ("away", "told"), ("not bought", "refunded")],
)
async def test_a_fraud_warning_gives_back_what_is_unused_and_tells_of_the_rest(till, line, ends):
    order, session = await till.sells(delivered=line != "not bought")
    till.provider.used[till.iccid(order)] = 5_000 if line == "used" else 0
    till.provider.away = line == "away"
    await till.stripe.fraud_warning(session)

    for _ in range(2):
        await till.hears(session, "radar.early_fraud_warning.created")
    await till.watch.reconciling.round()
    await till.durable.run()

    if ends == "refunded":
        assert (await till.stands(order))["items"] == ("refunded",)
        assert await sums(till, order) == (0, 450, 0)
        assert till.voice.kinds(order.id) == ["Refunded"]
        assert till.provider.cancelled == ([till.iccid(order)] if line == "unused" else [])
    else:
        assert ("fraud_warning", order.id) in till.voice.alarms
        assert await sums(till, order) == (450, 0, 0)
    await till.hears(session, "radar.early_fraud_warning.updated")
    await till.durable.run()
    assert len(till.stripe.refunds()) == (1 if ends == "refunded" else 0)


async def test_a_payment_that_no_event_told_is_entered_and_one_of_nobodys_is_told(till):
    await till.watch.reconciling.round()  # what was there before us is not news
    order = await till.places()
    session = await till.link(order)
    await till.stripe.pay(session, "card")
    await till.forgets(session)
    stranger = await till.payments._client.v1.checkout.sessions.create_async(
        {
            "mode": "payment",
            "success_url": "https://example.org",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": "eur", "unit_amount": 900, "product_data": {"name": "Hat"}},
                }
            ],
        }
    )
    await till.stripe.pay(stranger.id, "card")

    await till.watch.reconciling.round()

    assert (await till.orders.get(order.id)).state == "paid"
    assert ("payment_of_unknown_order", till.payment(stranger.id)) in till.voice.alarms


async def test_a_round_goes_on_where_the_last_one_stopped(till):
    await till.watch.reconciling.round()
    order, session = await till.sells()
    await till.stripe.refund(session, 100)
    till.passes(minutes=10)
    await till.watch.reconciling.round()
    listed = till.world.calls["stripe refunds.list"]
    asked = till.world.calls["stripe payment_intents.retrieve"]

    await till.stripe.refund(session, 50)
    await till.watch.reconciling.round()

    assert await sums(till, order) == (300, 150, 0)
    assert till.world.calls["stripe refunds.list"] == listed + 1
    assert till.world.calls["stripe payment_intents.retrieve"] == asked
    till.stripe._office.books.refunds._rows.clear()  # test data was deleted at Stripe
    for _ in range(2):
        await till.watch.reconciling.round()
    assert await sums(till, order) == (300, 150, 0)
