"""An erasure in a test's hands, and what is true after it."""

import base64

from sqlalchemy import select

from services.privacy.facts.registry import STORES
from services.storage.app import consents, history, known_lines, orders, refunds
from services.storage.legal import held_statements, last_words, processor_tasks, sales
from services.storage.vault import erasures, keys
from tests.privacy.house import everything, on_disk

#: What the legal store may name of an erased customer: payments, and ids of processors who are not told yet.
HOLDING = ("sales", "processor_tasks")


async def erased(house, ada):
    """Asked for, carried out, and everybody told who can be told at once; the receipt's number."""
    receipt = await house.privacy.erase(ada.id, ada.chat)
    assert await house.privacy.request_state(receipt) == "in_progress"
    assert await house.engine.run() == ["erased"]
    await house.engine.run()
    return receipt


def forms(words):
    """How bytes may stand somewhere: as they are, in hex, in base64 wherever it begins."""
    raw = words.encode()
    yield from (raw, raw.hex().encode(), raw.hex().upper().encode())
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        yield coded[(0, 2, 3)[shift] : len(coded) - 4 or None]


def left_on_disk(house, ada):
    """What can still be read of somebody in the stores' files, in any form."""
    disk = on_disk(house)
    return [one for one in ada.plain for form in forms(one) if len(form) >= 8 and form in disk]


async def check_erased(house, ada, receipt):
    """Acceptance test 1, and what has to stay."""
    assert [(table, one) for table, text in await everything(house) for one in ada.plain
            if one in text and table not in HOLDING] == []  # fmt: skip
    assert [row.state for row in await house.all(select(erasures), "vault")] == ["done"]
    assert await house.privacy.request_state(receipt) in ("awaiting_processors", "partly_fulfilled")
    assert await house.all(select(keys).where(keys.c.customer_id == ada.id), "vault") == []
    (order,) = await house.all(select(orders).where(orders.c.id == ada.paid.id))
    assert (order.customer_id, order.chat_id, order.event_id, order.reference) == (None, None, None, None)
    assert order.captured == 900
    assert await house.all(select(orders).where(orders.c.id == ada.basket.id)) == []
    assert len(await house.all(select(history).where(history.c.order_id == ada.paid.id))) >= 3
    (refund,) = await house.all(select(refunds).where(refunds.c.order_id == ada.paid.id))
    assert (refund.amount, refund.payment, refund.state) == (450, "", "succeeded")
    (spent,) = await house.all(
        select(known_lines).where(known_lines.c.iccid_hash == house.esims.hash("keepgo", ada.iccid))
    )
    assert spent.why == "spent"
    assert await house.esims.known("keepgo", [ada.iccid]) == {ada.iccid}
    (consent,) = await house.all(select(consents).where(consents.c.customer_id == ada.id))
    assert consent.answer == "grant"
    await check_held(house, ada)


async def check_held(house, ada):
    """The legal store holds what the data map holds, and nothing else."""
    (sale,) = await house.all(select(sales).where(sales.c.order_id == ada.paid.id), "legal")
    assert (sale.amount, sale.tax, sale.refunded, sale.currency) == (900, 75, 450, "EUR")
    payment = house.secrets.archive.open_json(sale.payment, f"sales:payment:{ada.paid.id}:sale")
    assert payment == {"method": "stripe", "payments": [ada.payment, ada.second], "refunds": [ada.refund]}
    (held,) = await house.all(
        select(held_statements).where(held_statements.c.order_id == ada.paid.id), "legal"
    )
    place = f"held_statements:text:{ada.paid.id}:terms"
    assert house.secrets.archive.words(held.text, place) == f"I agree to the terms, {ada.tag}"
    assert await house.all(select(last_words), "legal") == []
    for task in await house.all(select(processor_tasks), "legal"):
        named = (
            house.secrets.archive.open_json(task.subjects, f"processor_tasks:subjects:{task.id}")
            if task.subjects
            else []
        )
        assert (task.state == "done") == (named == [])
        own = {"keepgo": {ada.iccid}, "meta": {ada.bsuid}}.get(task.recipient, set())
        by_number = {one for one in named if one.startswith(("M", f"pi_{ada.tag}_", f"cs_{ada.tag}_"))}
        assert set(named) <= (own or by_number), (task.recipient, named)
    other = [table for table in STORES["legal"].sorted_tables if table not in (sales, held_statements)]
    for table in other:
        if table is not processor_tasks:
            assert await house.all(select(table), "legal") == []
