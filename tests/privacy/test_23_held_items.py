"""Acceptance test 23: what a dispute or a refund needs stays, the rest goes; the release completes the erasure unaided."""

import pytest
from sqlalchemy import insert, select, update

from services.privacy.erasing.archive import held_kind, held_place
from services.storage.app import customers, disputes, esims, identities, orders, refunds
from services.storage.legal import held_statements, processor_tasks
from services.storage.vault import erasures, keys
from services.stored_evidence import StoredEvidence, place_of
from tests.privacy.erasing import check_erased, left_on_disk
from tests.privacy.house import traveller


async def disputed(house, ada):
    """A bank asks for the money of the order that was delivered."""
    sealer = await house.vault.sealer(ada.id)
    await house.do(
        insert(disputes).values(
            id="d-ada",
            order_id=ada.paid.id,
            reference="du_ada_dispute",
            state="open",
            reason="fraudulent",
            amount=450,
            currency="EUR",
            evidence=sealer.seal_json({"buyer": {"name": ada.name}}, place_of("d-ada")),
            at=house.clock.now(),
        )
    )
    await house.do(update(orders).where(orders.c.id == ada.paid.id).values(disputed="open"))


async def test_a_dispute_holds_its_items_and_not_the_account(each):
    house = each
    ada = await traveller(house, "ada")
    await disputed(house, ada)
    receipt = await house.privacy.erase(ada.id, ada.chat)
    assert "erased" in await house.engine.run()
    await house.engine.run()

    # The account is gone, and its owner has heard so.
    assert house.last.said != []
    assert await house.privacy.request_state(receipt) == "partly_fulfilled"
    for table, column in ((customers, "id"), (identities, "customer_id"), (esims, "customer_id")):
        assert await house.all(select(table).where(table.c[column] == ada.id)) == []
    assert await house.all(select(keys).where(keys.c.customer_id == ada.id), "vault") == []
    # What the bank wants to know is there, closed to chats.
    (order,) = await house.all(select(orders).where(orders.c.id == ada.paid.id))
    assert (order.customer_id, order.chat_id, order.reference, order.held) == (
        None,
        None,
        ada.payment,
        receipt,
    )
    kept = StoredEvidence(house.stores, house.vault, house.secrets, house.clock)
    assert (await kept.of(ada.paid.id))["buyer"]["name"] == ada.name
    assert [
        row.way
        for row in await house.all(select(processor_tasks), "legal")
        if row.way == "redaction" and ada.payment in _subjects(house, row)
    ] == []
    assert await house.privacy.resume() == 0

    # The bank decides: nobody has to do anything.
    await house.do(update(orders).where(orders.c.id == ada.paid.id).values(disputed="won"))
    await house.do(update(disputes).where(disputes.c.id == "d-ada").values(state="won"))
    assert await house.privacy.resume() == 1
    assert "erased" in await house.engine.run()
    await house.engine.run()

    (order,) = await house.all(select(orders).where(orders.c.id == ada.paid.id))
    assert (order.reference, order.held) == (None, None)
    (line,) = await house.all(select(erasures), "vault")
    assert line.state == "done"
    assert await house.privacy.request_state(receipt) == "partly_fulfilled"
    told = [_subjects(house, row) for row in await house.all(select(processor_tasks), "legal")]
    assert [ada.payment, ada.second] in told
    place = held_place(ada.paid.id, held_kind("d-ada"))
    held = select(held_statements).where(held_statements.c.kind == held_kind("d-ada"))
    ((row),) = await house.all(held, "legal")
    assert ada.name in house.secrets.archive.words(row.text, place)
    assert len(house.last.said) == 1


def _subjects(house, row):
    place = f"processor_tasks:subjects:{row.id}"
    return house.secrets.archive.open_json(row.subjects, place) if row.subjects else []


@pytest.mark.parametrize("state", ["due", "pending", "failed"])
async def test_money_on_its_way_back_holds_a_payments_number_only(house, state):
    ada = await traveller(house, "ada")
    mine = refunds.c.order_id == ada.paid.id
    await house.do(update(refunds).where(mine).values(state=state, reference=None))
    receipt = await house.privacy.erase(ada.id, ada.chat)
    assert "erased" in await house.engine.run()

    (order,) = await house.all(select(orders).where(orders.c.id == ada.paid.id))
    assert (order.customer_id, order.reference) == (None, ada.payment)
    ((refund),) = await house.all(select(refunds).where(mine))
    assert (refund.payment, refund.key) == (ada.second, f"second:{ada.second}")

    await house.do(update(refunds).where(mine).values(state="succeeded", reference=ada.refund))
    assert await house.privacy.resume() == 1
    assert "erased" in await house.engine.run()
    await house.engine.run()
    await check_erased(house, ada, receipt)
    assert left_on_disk(house, ada) == []
