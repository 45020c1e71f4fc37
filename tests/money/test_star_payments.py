"""Stars at the till: who may pay what, what counts once, and what goes back by which way."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.channels.telegram.payments import Transfer
from services.books import read_books
from services.giving_back import Decision, GivingBack
from services.money import STARS, Money
from services.news import CheckoutExpired, PaidBackInChat, Refunded
from services.payments import PaymentError
from services.star_sweeps import StarSweeps
from services.stars import Came
from services.storage.app import orders
from tests.money.till import OLD_WAY

pytestmark = pytest.mark.filterwarnings(OLD_WAY)

AWAY, LOST, NO = (
    PaymentError("connection", again=True),
    PaymentError("answer_lost", again=True),
    PaymentError("stars_refused", again=False),
)


def xtr(amount):
    return Money(amount, STARS)


async def somebody(till, telegram_id):
    """A customer whom Telegram knows by that id."""
    return await till.customers.known_as({"telegram": str(telegram_id)})


async def offered(till, payer=1, price=450):
    """An order with an invoice: (order, Stars)."""
    order = await till.places(price, await somebody(till, payer))
    return order, await till.stars.offer(order)


async def pays(till, order, stars, payer=1):
    """Stars come in: (what became of them, Telegram's id)."""
    line = till.bank.pays(order, stars, payer)
    came = Came(order, line.charge, xtr(stars), payer, f"chat-of-{payer}")
    return await till.stars.came(came), line.charge


async def why_not(till, order, amount, customer=None):
    objection = await till.stars.objection(order.id, customer or order.customer, amount)
    return objection and objection.why


async def lines_of(till, order):
    """The order's lines in the books by currency, all of which must close."""
    found = [one for one in (await read_books(till.stores.app)).orders if one.order == order.id]
    assert all(one.closes for one in found), found
    return {one.currency: one for one in found}


async def test_the_price_is_frozen_when_it_is_first_offered(till):
    order, stars = await offered(till, 11)
    till.prices.in_stars = lambda _price, _now: 99_999

    at_once = await till.stars.offer(order)
    again = await till.stars.offer(await till.orders.get(order.id))

    assert (stars, at_once, again) == (378, 378, 378)
    assert await why_not(till, order, xtr(378)) is None


@pytest.mark.parametrize(
    ("state", "why"),
    [("paid", "paid"), ("expired", "over"), ("cancelled", "over"), ("awaiting_payment", None)],
)
async def test_only_an_order_that_waits_for_its_money_may_be_paid(till, state, why):
    order, stars = await offered(till, 12)
    if state == "paid":
        await till.orders.paid(order.id, "stripe", f"pi_{order.id}", order.total)
    elif state != "awaiting_payment":
        await till.orders.closed(order.id, state, "test")

    assert await why_not(till, order, xtr(stars)) == why


@pytest.mark.parametrize(
    "amount", [Money(377, STARS), Money(379, STARS), Money(378, "EUR"), Money(450, "EUR")]
)
async def test_only_the_frozen_amount_in_stars_may_be_paid(till, amount):
    order, _ = await offered(till, 13)

    assert await why_not(till, order, amount) == "amount"


async def test_nobody_pays_an_order_that_is_not_theirs_or_that_never_was(till):
    order, stars = await offered(till, 14)
    other = await somebody(till, 15)

    objection = await till.stars.objection(order.id, other, xtr(stars))

    # Somebody else hears neither its number nor its language.
    assert (objection.why, objection.order, objection.locale) == ("not_yours", "", None)
    assert (await till.stars.objection(order.id, None, xtr(stars))).why == "not_yours"
    assert (await till.stars.objection("M23456789", other, xtr(stars))).why == "unknown"


async def test_an_order_without_an_invoice_is_not_payable_in_stars(till):
    order = await till.places(450, await somebody(till, 16))

    assert await why_not(till, order, xtr(378)) == "amount"


async def test_what_may_not_be_sold_now_may_not_be_paid(till):
    order, stars = await offered(till, 17)
    await till.sales.pause("keepgo")
    assert await why_not(till, order, xtr(stars)) == "paused"
    await till.sales.resume("keepgo")
    till.unsold.add(order.item.plan["id"])
    assert await why_not(till, order, xtr(stars)) == "not_sold"
    till.unsold.clear()
    assert await why_not(till, order, xtr(stars)) is None


async def test_whoever_ordered_too_much_today_may_not_pay(till):
    order, stars = await offered(till, 18, price=6_000)
    await pays(till, order.id, stars, 18)
    second = await till.places(4_001, order.customer)
    await till.stores.app.transaction(
        lambda connection: connection.execute(
            update(orders).where(orders.c.id == second.id).values(stars=3_361)
        )
    )

    assert await why_not(till, second, xtr(3_361)) == "paused"


async def test_an_erased_buyers_order_may_not_be_paid(till):
    order, stars = await offered(till, 19)
    customer = order.customer
    await till.stores.app.transaction(
        lambda connection: connection.execute(
            update(orders).where(orders.c.id == order.id).values(customer_id=None)
        )
    )

    assert await why_not(till, order, xtr(stars), customer) == "unknown"


async def test_a_payment_told_ten_times_at_once_counts_once(till):
    order, stars = await offered(till, 20)
    line = till.bank.pays(order.id, stars, 20)
    came = Came(order.id, line.charge, xtr(stars), 20, "chat")

    outcomes = await asyncio.gather(*(till.stars.came(came) for _ in range(10)))

    assert sorted(outcomes) == ["begun", *["repeated"] * 9]
    assert till.bank.given_back == []
    book = (await lines_of(till, order))[STARS]
    assert (book.captured, book.held) == (stars, stars)
    paid = await till.orders.get(order.id)
    assert (paid.total, paid.listed, paid.item.price) == (xtr(stars), Money(450, "EUR"), xtr(stars))
    assert (paid.tax, paid.listed_tax) == (xtr(63), Money(75, "EUR"))


async def test_the_cards_link_of_an_order_paid_in_stars_is_closed(till):
    order, stars = await offered(till, 21)
    session = await till.link(order)

    await pays(till, order.id, stars, 21)
    await till.run(till.stars.close_links, order.id)

    assert (await till.payments.look(session)).state == "expired"
    assert (await till.orders.get(order.id)).state == "paid"


@pytest.mark.parametrize("first", ["card", "stars"])
async def test_a_second_payment_goes_back_the_way_it_came(till, first):
    order, stars = await offered(till, 22)
    session = await till.link(order)
    await till.stripe.pay(session, "card")
    if first == "card":
        await till.checkouts.settle(session)
    outcome, charge = await pays(till, order.id, stars, 22)
    if first == "stars":
        await till.checkouts.settle(session)

    await till.durable.run()
    await till.bank_answers()

    lines = await lines_of(till, order)
    assert outcome == {"card": "second_payment", "stars": "begun"}[first]
    assert (charge in till.bank.given_back) == (first == "card")
    assert {currency: one.captured for currency, one in lines.items()} == {"EUR": 450, STARS: stars}
    back = {"card": {"EUR": 0, STARS: stars}, "stars": {"EUR": 450, STARS: 0}}[first]
    assert {currency: one.refunded for currency, one in lines.items()} == back


@pytest.mark.parametrize("wrong", ["unknown_order", "wrong_amount", "erased"])
async def test_stars_that_fit_no_order_go_back_at_once_and_are_told(till, wrong):
    payer = 23
    order, stars = await offered(till, payer)
    number, amount = order.id, stars
    if wrong == "unknown_order":
        number = "M99999999"
    elif wrong == "wrong_amount":
        amount = stars + 1
    else:
        await till.stores.app.transaction(
            lambda connection: connection.execute(
                update(orders).where(orders.c.id == order.id).values(customer_id=None)
            )
        )

    outcome, charge = await pays(till, number, amount, payer)

    assert outcome == wrong
    assert till.bank.given_back == [charge]
    assert [item for _, item, _ in till.voice.told if isinstance(item, PaidBackInChat)][-1].stars == amount
    assert ("stars_returned", f"{number} {wrong}") in till.voice.alarms
    assert await lines_of(till, order) == {}


async def test_stars_that_could_not_go_back_now_are_told_again_and_then_go_back(till):
    till.bank.refusals.append(AWAY)
    line = till.bank.pays("M99999999", 100)
    came = Came("M99999999", line.charge, xtr(100), 1, "chat")

    with pytest.raises(PaymentError):
        await till.stars.came(came)
    assert till.bank.given_back == []

    assert await till.stars.came(came) == "unknown_order"
    assert till.bank.given_back == [line.charge]
    assert await till.stars.came(came) == "repeated"


async def test_stars_that_telegram_keeps_are_a_persons(till):
    till.bank.refusals.append(NO)

    _, charge = await pays(till, "M99999999", 100)

    assert ("stars_not_returned", f"{charge} stars_refused") in till.voice.alarms


@pytest.mark.parametrize("refusals", [[], [AWAY, AWAY], [LOST]], ids=["at_once", "away", "answer_lost"])
async def test_what_cannot_be_delivered_goes_back_in_stars(till, refusals):
    order, stars = await offered(till, 24)
    _, charge = await pays(till, order.id, stars, 24)
    till.bank.refusals += refusals
    key = await till.refunds.due(order.item.id, "not_available")

    assert await till.run(till.refunds.give_back, key) == "refunded"

    assert till.bank.given_back == [charge]
    assert len([one for one in till.bank.account if one.back and one.charge == charge]) == 1
    assert (await lines_of(till, order))[STARS].refunded == stars
    told = [item for _, item, _ in till.voice.told if isinstance(item, Refunded) and item.order == order.id]
    assert told == [Refunded(order.id, stars, STARS, "not_available")]
    assert till.bank.refusals == []
    # Telegram tells of it too, as it tells of refunds that others made.
    await till.stars.went_back(charge, xtr(stars))
    assert (await lines_of(till, order))[STARS].refunded == stars


async def test_a_refund_that_telegram_refuses_is_left_to_a_person(till):
    order, stars = await offered(till, 25)
    await pays(till, order.id, stars, 25)
    till.bank.refusals.append(NO)
    key = await till.refunds.due(order.item.id, "not_available")

    assert await till.run(till.refunds.give_back, key) == "needs_person"

    line = (await lines_of(till, order))[STARS]
    assert (line.refunded, line.held) == (0, stars)


async def test_stars_that_went_back_before_a_kill_are_back_though_telegram_refuses_now(till):
    order, stars = await offered(till, 27)
    _, charge = await pays(till, order.id, stars, 27)
    await till.bank.give_back(27, charge)  # and whoever asked was killed before it heard
    till.bank.refusals.append(NO)
    key = await till.refunds.due(order.item.id, "not_available")

    assert await till.run(till.refunds.give_back, key) == "refunded"

    line = (await lines_of(till, order))[STARS]
    assert (line.refunded, line.held) == (stars, 0)


async def test_a_part_of_a_payment_in_stars_is_not_given_back(till):
    order, stars = await offered(till, 26)
    _, charge = await pays(till, order.id, stars, 26)
    await till.delivers(order)
    giving = GivingBack(till.stores.app, till.clock, till.durable.start_with)

    part = await giving.decide(Decision(order.id, xtr(10), "goodwill", f"part-{order.id}"))
    whole = await giving.decide(Decision(order.id, None, "goodwill", f"whole-{order.id}"))
    await till.durable.run()

    assert (part.outcome, whole.outcome) == ("whole_only", "noted")
    assert till.bank.given_back == [charge]


async def test_stars_given_back_by_somebody_else_stand_in_the_books(till):
    order, stars = await offered(till, 27)
    _, charge = await pays(till, order.id, stars, 27)
    await till.delivers(order)

    for _ in range(2):
        await till.stars.went_back(charge, xtr(stars))

    line = (await lines_of(till, order))[STARS]
    assert (line.captured, line.refunded, line.kept) == (stars, stars, 0)


def sweeps(till):
    return StarSweeps(
        till.stores.app,
        till.orders,
        till.stars,
        till.prices,
        till.bank,
        lambda payer: f"chat-of-{payer}",
        till.clock,
        till.voice,
    )


async def test_what_updates_lost_is_found_in_the_account(till):
    order, stars = await offered(till, 28)
    known, _ = await offered(till, 29)
    till.bank.account += [Transfer("withdrawal", 5, 0, "", back=True), Transfer("gift", 5, 0, "", back=False)]
    line = till.bank.pays(order.id, stars, 28)
    _, seen = await pays(till, known.id, 378, 29)
    till.bank.pays("M99999999", 100)

    first = await sweeps(till).reconcile()
    before = list(till.bank.given_back)

    assert first == len(till.bank.account)
    assert (await till.orders.get(order.id)).reference == line.charge
    assert (await till.orders.get(known.id)).reference == seen
    # Whose it is, a person decides: it may be of another program, or a backup was restored.
    assert till.bank.given_back == before
    assert till.voice.alarms[-1][0] == "stars_of_unknown_order"
    assert await sweeps(till).reconcile() == 0


async def test_an_order_that_nobody_pays_ends_by_itself(till):
    order, stars = await offered(till, 30)
    linked, _ = await offered(till, 31)
    await till.link(linked)
    till.passes(hours=1)
    await sweeps(till).close_unpaid()
    assert await why_not(till, order, xtr(stars)) is None

    till.passes(hours=1, minutes=1)
    await sweeps(till).close_unpaid()

    assert await why_not(till, order, xtr(stars)) == "over"
    assert CheckoutExpired(order.id) in [item for _, item, _ in till.voice.told]
    # The card's link ends it, as soon as it ends itself.
    assert (await till.orders.get(linked.id)).state == "awaiting_payment"
    assert timedelta(hours=2) < till.clock.now() - order.placed_at


async def test_stars_that_come_after_the_end_are_money_all_the_same(till):
    order, stars = await offered(till, 32)
    await till.orders.closed(order.id, "expired", "test")

    outcome, _ = await pays(till, order.id, stars, 32)

    assert outcome == "begun"
    assert (await lines_of(till, order))[STARS].held == stars
