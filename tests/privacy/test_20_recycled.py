"""Whoever gets somebody's number meets nothing of them: no order, no eSIM, no name, in no reply and in no news."""

from datetime import timedelta

import pytest
from living import Living
from postgres import databases
from sqlalchemy import select

from bot.conversation.events import Address
from bot.moving import Moving
from services.locks import MemoryLocks
from services.storage.app import chats, identities
from services.storage.identity import doubts
from tests.privacy.test_19_who_is_this import Chat, buyer, exported


@pytest.mark.parametrize("known_by", ["scoped id", "number alone"])
async def test_the_same_number_with_another_id_is_somebody_new(each, known_by):
    ada, chat = await buyer(each)
    if known_by == "number alone":
        ada.phone = "33611111111"
        chat = Chat(each, Address("whatsapp", ada.phone, ada.phone))
        ada.id = await chat.speaks()
    after = Chat(each, Address("whatsapp", "FR.somebody-else", ada.phone))

    new = await after.speaks()

    assert new != ada.id
    records = await exported(each, new)
    assert not records["orders"]
    assert [row.why for row in await each.all(select(doubts))] == ["new_id"]
    assert await each.people.find("phone", ada.phone) == new
    if known_by == "number alone":
        old = await each.all(select(chats).where(chats.c.customer_id == ada.id, chats.c.id == chat.id))
        assert old == [], "what is told to the number is told to nobody"
    else:
        assert await chat.speaks() == ada.id, "their own id is theirs still"


async def test_a_new_number_is_new_until_proven_and_the_old_one_is_nobodys(each):
    ada, chat = await buyer(each)
    moving = Moving(
        each.stores.app,
        each.vault,
        each.people,
        each.identity.doubts,
        each.secrets,
        chat.sessions,
        MemoryLocks(),
    )
    now = Address("whatsapp", "FR.new-id", "33600000001")
    each.clock.at += timedelta(minutes=1)

    assert await moving.follow(chat.address, now)
    assert not await moving.follow(chat.address, now), "told twice"

    mover = Chat(each, now)
    new = await mover.speaks()
    assert new != ada.id
    heir = await chat.speaks()
    assert heir not in (ada.id, new), "who comes to the old number is somebody else"
    assert await each.identity.proving.prove(new, ada.paid.id, ada.email) == "right"
    await each.engine.run()
    assert await mover.speaks() == ada.id
    assert await chat.speaks() == heir
    hashes = await each.all(select(identities.c.hash).where(identities.c.customer_id == ada.id))
    assert len(hashes) == 2, "the new id and the new number"


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_on_the_phone_nothing_of_the_former_owner_is_seen_and_a_link_brings_it_back(store):
    living = await Living(databases() if store == "postgres" else None).start()
    try:
        ada = living.traveller("whatsapp", "ada", "en")
        await ada.asks("/account", "Name:")
        await ada.taps("Name", "Which name")
        await ada.asks("Adaline Canaryson", "Name: Adaline")
        await ada.taps("Email", "Which email")
        await ada.asks("adaline@canary.example", "Email: adaline")
        await ada.buys()
        await living.at_rest()
        iccid = (await living.ledger())["delivered"][-1]["iccid"]
        order = (await living.ledger())["charges"][-1]["order"]

        await ada.does("identity", change="recycled")
        for words in ("hello", "/esims", "/orders", "/account", "/usage", "/invoice", "/privacy"):
            await ada.asks(words, ".")
        seen = str(await ada.messages())
        assert [one for one in (iccid, order, "Adaline", "canary.example", "LPA:") if one in seen] == []

        # The former owner comes back by another channel, and proves it.
        back = living.traveller("telegram", "ada", "en")
        await back.asks("/link", "What was bought")
        await back.taps("I was here before", "number of an order")
        await back.asks(order, "If that is you")
        mail = (await living.mail())[-1]
        assert mail["to"] == "adaline@canary.example"
        code = next(
            word for word in mail["text"].split() if len(word.strip(".")) == 6 and word.strip(".").isdigit()
        )
        await back.asks("000000" if code != "000000" else "000001", "does not fit")
        await back.asks(code.strip("."), "That is right")
        await back.sees("linked with another one", seconds=60)
        await back.asks("/orders", order)
        await ada.asks("/orders", "no orders")

        # Two chats of one person: a code of the one is typed in the other.
        await ada.asks("/link", "What was bought")
        shown = await ada.taps("Show a code", "write: /link")
        typed = shown["text"].split("/link ")[1].split()[0]
        await back.asks(f"/link {typed}", "a chat on WhatsApp")
        await back.taps("Link both", "being linked")
        await ada.sees("linked with another one", seconds=60)
        await ada.asks("/orders", order)
        await ada.asks("/unlink", "stay with your other chat")
        await ada.taps("Unlink this chat", "on its own now")
        await ada.asks("/orders", "no orders")
        await back.asks("/orders", order)
    finally:
        await living.stop()
