"""12: a billed name that is put right makes a credit note and an invoice; the originals stay as they were."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from services.privacy.codes import Codes
from services.privacy.requests.addresses import Addresses
from services.privacy.requests.rectifying import MOST_CORRECTIONS, Rectifying
from services.privacy.requests.register import Requests
from services.storage.app import customers, privacy_requests
from services.storage.rights import disclosures
from tests.papers.desk import Desk
from tests.privacy.house import everything


@pytest.fixture
async def desk(each):
    return Desk(each.stores)


@pytest.fixture
def rectifying(each, desk):
    requests = Requests(desk.stores.app, desk.clock)
    return Rectifying(desk.stores.app, desk.customers, desk.papers, requests, each.voice)


async def test_a_credit_note_and_an_invoice_and_the_originals_unchanged(desk, rectifying):
    ada = await desk.buyer("Ada Lovelaec")
    other = await desk.sale(await desk.buyer("Bob"))
    sold = [await desk.sale(ada) for _ in range(2)]
    first = [await desk.papers.invoice(order) for order in sold]
    await desk.papers.invoice(other)
    before = [await desk.papers.pdf(paper) for paper in first]

    done = await rectifying.tell(ada, "name", "Ada Lovelace")
    assert (done.old, set(done.invoiced)) == ("Ada Lovelaec", set(sold))
    written = await rectifying.correct_invoices(ada)

    assert [one.facts.kind for one in written] == ["credit_note", "invoice"] * 2
    assert {one.facts.buyer.name for one in written if one.facts.kind == "invoice"} == {"Ada Lovelace"}
    assert {one.facts.about for one in written} == {paper.number for paper in first}
    assert [await desk.papers.pdf(paper) for paper in first] == before
    for order in sold:
        assert [one.facts.why for one in await desk.papers.of_order(order)] == [
            "sale",
            "correction",
            "correction",
        ]
    assert await desk.numbers() == ([1, 2, 3, 4, 5], 5)
    assert await desk.numbers("credit_note") == ([1, 2], 2)
    assert len(await desk.papers.of_order(other)) == 1

    assert await rectifying.correct_invoices(ada) == []
    assert await rectifying.invoiced_otherwise(ada) == []


async def test_an_invoice_is_not_written_anew_for_ever(here_rectifying):
    desk, rectifying = here_rectifying
    ada = await desk.buyer("Ada 0")
    order = await desk.sale(ada)
    await desk.papers.invoice(order)

    for turn in range(1, MOST_CORRECTIONS + 3):
        await rectifying.tell(ada, "name", f"Ada {turn}")
        await rectifying.correct_invoices(ada)

    assert (await desk.numbers())[1] == 1 + MOST_CORRECTIONS


@pytest.fixture
def here_rectifying(house):
    desk = Desk(house.stores)
    return desk, Rectifying(
        desk.stores.app, desk.customers, desk.papers, Requests(desk.stores.app, desk.clock), house.voice
    )


async def test_the_register_says_which_field_and_never_what_it_was(each, rectifying):
    ada = await each.people.known_as({"telegram": "4711"})
    assert await rectifying.tell(ada, "name", "Zebulon the first") is None
    done = await rectifying.tell(ada, "name", "Zebulon the second")
    again = await rectifying.tell(ada, "phone", "+33 1 23 45 67 89")
    third = await rectifying.tell(ada, "name", None)

    assert again is None
    assert done.number == third.number
    history = await each.rights.requests.history(done.number)
    assert [why for _, _, _, why in history] == ["", "name"]
    found = await everything(each)
    assert not [place for place, value in found if "Zebulon" in str(value)]
    (row,) = await each.all(select(privacy_requests))
    assert (row.kind, row.state, row.outcome) == ("rectification", "answered", "answered")


async def test_whoever_got_the_old_value_is_named_to_the_operator(each, rectifying):
    ada = await each.people.known_as({"telegram": "4711"})
    now = each.clock.at
    for recipient, what in (("mail", "email"), ("police", "export"), ("keepgo", "imei")):
        row = {"recipient": recipient, "what": what, "basis": "x", "first_at": now, "last_at": now}
        await each.do(insert(disclosures).values(customer_id=ada, **row))
    await rectifying.tell(ada, "email", "old@example.org")
    assert each.voice.alarms == []

    done = await rectifying.tell(ada, "email", "new@example.org")

    told = {facts for cause, facts in each.voice.alarms if cause == "tell_recipient"}
    assert told == {f"{done.number} mail", f"{done.number} police"}


class Letters:
    """A mailbox in a test's hands."""

    ready = True

    def __init__(self):
        self.sent = []

    async def send(self, to, letter):
        self.sent.append((to, letter))

    async def write(self, locale, item):
        return item.code


async def test_a_new_address_is_taken_with_the_code_that_was_sent_there(each, rectifying):
    ada = await each.people.known_as({"telegram": "4711"})
    await rectifying.tell(ada, "email", "old@example.org")
    post = Letters()
    addresses = Addresses(Codes(each.stores.app, each.secrets, each.clock), rectifying, post, post)

    assert await addresses.ask(ada, "new@example.org", "fr") == "sent"
    ((to, code),) = post.sent
    assert to == "new@example.org"
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert await addresses.confirm(ada, "new@example.org", wrong) == ("wrong", None)
    assert (await addresses.confirm(ada, "other@example.org", code))[0] == "wrong"
    assert (await each.people.account(ada)).email == "old@example.org"

    verdict, done = await addresses.confirm(ada, "new@example.org", code)
    assert (verdict, done.old) == ("right", "old@example.org")
    assert (await each.people.account(ada)).email == "new@example.org"
    assert not await each.all(select(customers).where(customers.c.email.is_(None)))
