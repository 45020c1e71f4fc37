"""Invoices and credit notes: when they are written, what they say, and that none is ever changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from services.money import Money
from services.papers.drafts import after_refund, standing
from services.papers.paper import Buyer, Facts, Paper, invoiced
from services.payments import PaymentError, Received
from services.storage.app import orders, paperwork
from services.storage.legal import held_statements, papers, tax_evidence
from services.taxes import ByCountry, Taxed
from tests.papers.desk import PLAN

PAYER = Received(
    fee=Money(45, "EUR"),
    name="Adélaïde Œuvrard",
    address=("12 rue de la Paix", "75002 Paris"),
    country="FR",
    card_country="DE",
)


async def test_a_delivered_sale_has_one_invoice_however_often_it_is_asked_for(desk):
    desk.receipts.told = PAYER
    order = await desk.sale()

    first = await desk.papers.invoice(order)
    again = await desk.papers.invoice(order)

    assert first == again
    facts = first.facts
    assert facts.number == "F-2026-000001"
    assert (facts.net.minor, facts.tax.minor, facts.gross.minor) == (1092, 218, 1310)
    assert facts.buyer == Buyer("Adélaïde Œuvrard", ("12 rue de la Paix", "75002 Paris"), "FR")
    assert (await desk.papers.pdf(first)).startswith(b"%PDF")
    assert await desk.numbers() == ([1], 1)


async def test_what_was_not_delivered_or_not_sold_has_none(desk):
    waiting = await desk.sale(delivered=False)
    free = await desk.sale(price=0)

    assert await desk.papers.invoice(waiting) is None
    assert await desk.papers.invoice(free) is None
    assert await desk.papers.invoice("M00000000") is None
    assert await desk.numbers() == ([], None)


async def test_the_proof_of_a_sale_is_kept_with_its_invoice_and_of_nothing_else(here):
    here.receipts.told = PAYER
    sold = await here.sale()
    await here.sale(delivered=False)
    await here.papers.invoice(sold)

    evidence = await here.stores.legal.read(lambda c: c.execute(select(tax_evidence)).all())
    said = await here.stores.legal.read(lambda c: c.execute(select(held_statements)).all())

    assert {(row.order_id, row.kind, row.country) for row in evidence} == {
        (sold, "declared", "FR"),
        (sold, "card", "DE"),
    }
    assert [row.order_id for row in said] == [sold]
    fee = await here.stores.app.read(
        lambda c: c.execute(select(orders.c.fee, orders.c.fee_currency).where(orders.c.id == sold)).one()
    )
    assert tuple(fee) == (45, "EUR")


async def test_nothing_of_a_buyer_stands_in_the_legal_store_unsealed(here, tmp_path):
    customer = await here.buyer("Canary Quokkason")
    await here.papers.invoice(await here.sale(customer))

    raw = b"".join(path.read_bytes() for path in tmp_path.glob("legal.db*"))
    assert b"Quokkason" not in raw
    assert b"%PDF" not in raw


async def test_who_paid_is_waited_for_and_then_done_without(here):
    here.receipts.told = None
    order = await here.sale()

    with pytest.raises(PaymentError):
        await here.papers.invoice(order)
    assert (await here.papers.invoice(order, patient=False)).facts.buyer == Buyer()


async def test_the_name_in_the_account_goes_before_the_one_of_the_card(here):
    here.receipts.told = PAYER
    order = await here.sale(await here.buyer(" 张伟\u202e \x00"))

    assert (await here.papers.invoice(order)).facts.buyer.name == "张伟"


async def test_the_day_and_the_year_are_those_of_the_shop(here):
    here.clock.at = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    order = await here.sale()

    assert (await here.papers.invoice(order)).number == "F-2027-000001"


async def test_a_refund_after_the_invoice_makes_a_credit_note_that_names_it(desk):
    order = await desk.sale()
    invoice = await desk.papers.invoice(order)
    refund = await desk.refund(order, 500)

    note = await desk.papers.follow(refund)

    assert await desk.papers.follow(refund) is None
    assert note.number == "A-2026-000001"
    assert note.facts.about == invoice.number
    assert (note.facts.gross.minor, note.facts.net.minor) == (500, 417)
    assert [one.number for one in await desk.papers.of_order(order)] == ["F-2026-000001", "A-2026-000001"]


async def test_money_that_went_back_before_the_delivery_has_no_paper(here):
    order = await here.sale(delivered=False)
    refund = await here.refund(order, 1310)

    assert await here.papers.follow(refund) is None
    assert await here.papers.of_order(order) == []


async def test_a_refund_that_fails_after_its_credit_note_is_invoiced_again(here):
    order = await here.sale()
    await here.papers.invoice(order)
    part = await here.refund(order, 310, "part")
    await here.papers.follow(part)
    refund = await here.refund(order, 500)
    await here.papers.follow(refund)
    await here.moved(refund, "failed")

    await here.papers.follow(refund)
    assert await here.papers.follow(refund) is None

    invoice, notes = standing(await here.papers.of_order(order))
    assert invoice.facts.gross.minor == 1000
    assert notes == []
    await here.moved(refund, "succeeded")
    await here.papers.follow(refund)
    invoice, notes = standing(await here.papers.of_order(order))
    assert [note.gross.minor for note in notes] == [500]


async def test_a_name_put_right_is_a_credit_note_and_a_new_invoice_and_the_old_ones_stay(desk):
    order = await desk.sale(await desk.buyer("Ada Lovelaec"))
    before = await desk.papers.invoice(order)
    old = await desk.papers.pdf(before)
    await desk.papers.follow(await desk.refund(order, 310))

    written = await desk.papers.correct(order, "Ada Lovelace", ["1 St James’s Square", "London"])

    assert await desk.papers.correct(order, "Ada Lovelace", ["1 St James’s Square", "London"]) == []
    assert [one.facts.kind for one in written] == ["credit_note", "invoice"]
    assert [one.facts.gross.minor for one in written] == [1000, 1000]
    assert written[0].facts.buyer.name == "Ada Lovelaec"
    assert written[1].facts.buyer == Buyer("Ada Lovelace", ("1 St James’s Square", "London"))
    assert written[1].facts.about == before.number
    assert await desk.papers.pdf(before) == old
    assert await desk.numbers() == ([1, 2], 2)
    assert await desk.numbers("credit_note") == ([1, 2], 2)


async def test_an_order_paid_in_stars_is_invoiced_at_its_listed_price(here):
    order = await here.sale()
    await here.paid_in_stars(order, 655, 1310)
    invoice = await here.papers.invoice(order)

    note = await here.papers.follow(await here.refund(order, 131, currency="XTR"))

    assert (invoice.facts.gross, invoice.facts.paid) == (Money(1310, "EUR"), Money(655, "XTR"))
    assert (note.facts.gross, note.facts.paid) == (Money(262, "EUR"), Money(131, "XTR"))


async def test_nobody_is_shown_the_papers_of_others(here):
    ada, eve = await here.buyer(), await here.buyer()
    number = (await here.papers.invoice(await here.sale(ada))).number

    assert (await here.papers.owned(ada, number)).number == number
    assert await here.papers.owned(eve, number) is None
    assert await here.papers.of_customer(eve) == []


async def test_delivered_and_not_yet_invoiced_is_noted_in_the_same_moment(here):
    order = await here.sale()

    due = await here.stores.app.read(lambda c: c.execute(select(paperwork)).all())

    assert [(row.key, row.state) for row in due] == [(f"invoice:{order}", "due")]


async def test_a_delivery_that_was_taken_back_is_invoiced_when_it_is_made_again(here):
    order = await here.sale()
    await here.move(order, "delivered", "needs_person")
    assert await here.papers.invoice(order) is None
    await here.stores.app.transaction(lambda c: c.execute(update(paperwork).values(state="none")))

    await here.move(order, "needs_person", "delivered")

    due = await here.stores.app.read(lambda c: c.execute(select(paperwork.c.state)).scalars().all())
    assert due == ["due"]
    assert await here.papers.invoice(order) is not None


async def test_a_fee_that_was_not_known_is_asked_for_later(here):
    here.receipts.told = None
    order = await here.sale(delivered=False)
    await here.learning.learn_fees()
    here.receipts.told = PAYER

    assert await here.learning.learn_fees() == 1

    assert await here.learning.learn_fees() == 0
    fee = await here.stores.app.read(
        lambda c: c.execute(select(orders.c.fee).where(orders.c.id == order)).scalar()
    )
    assert fee == 45


async def test_by_country_the_rate_is_that_of_the_buyers_on_that_day(here):
    rates = {"DE": {date(2007, 1, 1): Decimal("0.19")}, "FI": {date(2024, 9, 1): Decimal("0.255")}}
    here.policy = ByCountry("FR", rates)
    seen = {}
    for country in ("DE", "FI", "FR", "US", None):
        here.receipts.told = Received(country=country)
        facts = (await here.papers.invoice(await here.sale())).facts
        seen[country] = (facts.taxed.scheme, str(facts.taxed.rate), facts.tax.minor)

    assert seen == {
        "DE": ("oss", "0.19", 209),
        "FI": ("oss", "0.255", 266),
        "FR": ("home", "0.20", 218),
        "US": ("outside", "0", 0),
        None: ("home", "0.20", 218),
    }
    countries = await here.stores.legal.read(lambda c: list(c.execute(select(papers.c.country)).scalars()))
    assert sorted(one or "" for one in countries) == ["DE", "FI", "FR", "FR", "US"]


@pytest.mark.parametrize(
    ("day", "rate"), [(date(2025, 6, 30), "0.22"), (date(2025, 7, 1), "0.24"), (date(1999, 1, 1), "0.22")]
)
def test_a_rate_holds_from_its_first_day(day, rate):
    policy = ByCountry("FR", {"EE": {date(2024, 1, 1): Decimal("0.22"), date(2025, 7, 1): Decimal("0.24")}})
    assert policy.of(Decimal("0.2"), "EE", day) == Taxed(Decimal(rate), "oss", "EE")


class Refund:
    """A refund's row."""

    def __init__(self, key, amount, currency, state="succeeded"):
        self.key, self.amount, self.currency, self.state = key, amount, currency, state
        self.item_id = "M1-1"


@settings(max_examples=200, deadline=None)
@given(
    gross=st.integers(1, 100_000),
    rate=st.sampled_from(["0", "0.055", "0.2", "0.255"]),
    stars=st.none() | st.integers(1, 5_000),
    data=st.data(),
)
def test_credit_notes_in_any_parts_add_up_to_the_invoice(gross, rate, stars, data):
    facts = Facts(
        kind="invoice",
        why="sale",
        order="M1",
        buyer=Buyer(),
        taxed=Taxed(Decimal(rate)),
        lines=(),
        gross=Money(gross, "EUR"),
        net=Money(gross, "EUR"),
        paid=Money(stars or gross, "XTR" if stars else "EUR"),
        method="stripe",
        paid_at=datetime(2026, 11, 23, tzinfo=UTC),
        delivered_at=datetime(2026, 11, 23, tzinfo=UTC),
        number="F-1",
    )
    facts = invoiced(facts, [("M1-1", "purchase", PLAN, Money(gross, "EUR"))])
    known = [Paper("invoice:M1", facts)]
    left = facts.paid.minor
    while left:
        part = data.draw(st.integers(1, left)) if len(known) < 12 else left
        left -= part
        for draft in after_refund(known, Refund(f"r{len(known)}", part, facts.paid.currency)):
            assert draft.facts.gross.minor >= 0
            assert 0 <= draft.facts.net.minor <= draft.facts.gross.minor
            known.append(Paper(draft.key, draft.facts))

    _invoice, notes = standing(known)
    assert sum(note.gross.minor for note in notes) == gross
    assert sum(note.net.minor for note in notes) == facts.net.minor
    assert after_refund(known, Refund("more", 1, facts.paid.currency)) == []


def test_the_net_is_rounded_once_for_all_that_bears_one_rate():
    facts = Facts(
        kind="invoice",
        why="sale",
        order="M1",
        buyer=Buyer(),
        taxed=Taxed(Decimal("0.2")),
        lines=(),
        gross=Money(0, "EUR"),
        net=Money(0, "EUR"),
        paid=Money(999, "EUR"),
        method="stripe",
        paid_at=datetime(2026, 11, 23, tzinfo=UTC),
        delivered_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    three = [(f"M1-{n}", "purchase", PLAN, Money(333, "EUR")) for n in (1, 2, 3)]

    facts = invoiced(facts, three)

    assert facts.tax.minor == 166, "three lines rounded by themselves would make 165 or 168"
    assert sum(line.net.minor for line in facts.lines) == facts.net.minor
