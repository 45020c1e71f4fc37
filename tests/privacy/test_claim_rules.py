"""What was claimed after a sale, and its author's rights: shown in a copy, kept as proof, and nobody's after an erasure."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import select

from services.claims import Claims, Made
from services.giving_back import GivingBack
from services.storage.after_sale import claims
from services.storage.legal import held_statements
from tests.privacy.house import traveller

WORDS = "I withdraw from the contract, says Ada Lovelace of Jermyn Street."


def book(house):
    giving_back = GivingBack(house.stores.app, house.clock, house.engine.start_with)
    return Claims(
        house.stores.app, house.vault, house.secrets, house.clock, giving_back, house.engine.start_with, 48
    )


async def withdrawn(house, ada):
    order = await house.orders.get(ada.paid.id)
    made = Made(ada.chat, "withdraw-1", "fr", {"text": WORDS, "name": "Ada Lovelace"})
    return await book(house).withdraw(order, made)


async def test_a_claim_is_in_the_copy_in_the_words_that_were_shown(each):
    ada = await traveller(each, "ada")
    claim = await withdrawn(each, ada)

    _, document, _ = await each.privacy.export(ada.id)

    (shown,) = json.loads(document)["records"]["claims"]
    assert (shown["id"], shown["kind"], shown["said"]["text"]) == (claim.id, "withdrawal", WORDS)


async def test_the_same_withdrawal_twice_is_one(each):
    ada = await traveller(each, "ada")
    first = await withdrawn(each, ada)
    again = Made(ada.chat, "withdraw-2", "fr", {"text": "Once more."})

    assert (await book(each).withdraw(await each.orders.get(ada.paid.id), again)).id == first.id


async def test_an_erasure_keeps_the_statement_as_proof_and_nothing_else_of_it(house):
    ada = await traveller(house, "ada")
    claim = await withdrawn(house, ada)

    await house.privacy.erase(ada.id, ada.chat)
    await house.engine.run()

    row = await house.one(select(claims))
    assert (row.id, row.state, row.said, row.chat_id, row.event_id) == (claim.id, "dropped", None, None, None)
    kept = await house.one(
        select(held_statements).where(held_statements.c.kind == f"claim-{claim.id}"), "legal"
    )
    place = f"held_statements:text:{ada.paid.id}:claim-{claim.id}"
    assert json.loads(house.secrets.archive.open(kept.text, place))["text"] == WORDS
    assert kept.keep_until - kept.at > timedelta(days=5 * 365)
    assert await house.engine.named([f"settle-{claim.id}"]) == []
