"""A live chat needs no further proof for its own data; where there is doubt, nothing is given until it is proven."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversation.events import Address, Memory
from bot.sessions import SILENCE, Sessions, State
from services.locks import MemoryLocks
from services.news import ProofCode
from services.storage.app import chats, customers, identities, orders
from services.storage.identity import doubts
from tests.privacy.house import traveller


class Chat:
    """A traveller's own chat, as the platform tells of it."""

    def __init__(self, house, address):
        self.house, self.address = house, address
        self.sessions = Sessions(
            house.stores.app,
            house.vault,
            house.people,
            house.identity.doubts,
            house.secrets,
            house.clock,
            MemoryLocks(),
        )
        self.id = self.sessions.chat_id(address)
        self.turns = 0

    async def speaks(self):
        """The customer that a word of theirs is answered as."""
        self.turns += 1
        async with self.sessions.visited(self.address, f"e{self.id}{self.turns}") as room:
            state = room.state or State(self.address, "fr", Memory())
            await self.sessions.commit(room, f"e{self.id}{self.turns}", state, heard=True)
            return room.customer


async def buyer(house, channel="whatsapp"):
    """Somebody with orders, an eSIM and an address, and the chat in which they speak."""
    ada = await traveller(house, "ada")
    address = Address(
        channel, ada.bsuid if channel == "whatsapp" else "4711", ada.phone if channel == "whatsapp" else None
    )
    chat = Chat(house, address)
    house.clock.at += timedelta(minutes=1)  # whoever comes later is younger
    if channel == "telegram":
        ada.id = await chat.speaks()
        return ada, chat
    from services.identity.one_owner import rename_chat

    assert await chat.speaks() == ada.id

    def only_this(connection):
        rename_chat(connection, ada.chat, chat.id)
        connection.execute(chats.delete().where(chats.c.id == ada.chat))

    await house.stores.app.transaction(only_this)
    return ada, chat


async def exported(house, customer):
    return json.loads((await house.privacy.export(customer))[1])["records"]


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
async def test_a_live_chat_has_its_own_data_without_further_proof(each, channel):
    ada, chat = await buyer(each, channel)
    each.clock.at += SILENCE - timedelta(days=1)
    assert await chat.speaks() == ada.id
    assert (await exported(each, ada.id))["customers"]


async def test_a_telegram_account_is_nobody_elses_however_long_it_is_silent(house):
    ada, chat = await buyer(house, "telegram")
    house.clock.at += 4 * SILENCE
    assert await chat.speaks() == ada.id


async def test_after_ninety_days_of_silence_it_is_somebody_new_until_proven(each):
    ada, chat = await buyer(each)
    each.clock.at += SILENCE

    new = await chat.speaks()

    assert new != ada.id
    records = await exported(each, new)
    assert not records["orders"]
    assert not records["esims"]
    text = json.dumps(records)
    assert [one for one in ada.plain if one in text and one not in (ada.bsuid, ada.phone)] == []
    assert await chat.speaks() == new, "and stays so"
    told = each.voice.told[:]
    outcome = [row.blocked for row in await each.all(select(chats).where(chats.c.customer_id == ada.id))]
    assert outcome == [True], "news of old orders reach nobody here"
    assert each.voice.told == told

    await each.identity.proving.ask(new, "", "fr")
    (to, letter) = each.mailer.sent[-1]
    assert to == ada.email
    assert await each.identity.proving.prove(new, "", letter.code) == "right"
    await each.engine.run()

    assert await chat.speaks() == ada.id
    assert (await exported(each, ada.id))["orders"]
    assert [row.id for row in await each.all(select(customers))] == [ada.id]
    assert [row.chat_id for row in await each.all(select(orders.c.chat_id).distinct())] == [chat.id]
    assert [(row.id, row.blocked) for row in await each.all(select(chats))] == [(chat.id, False)]
    assert not await each.all(select(doubts))
    assert each.returned == [ada.id]


async def test_five_wrong_codes_lock(each):
    _, chat = await buyer(each)
    each.clock.at += SILENCE
    new = await chat.speaks()
    await each.identity.proving.ask(new, "", "fr")
    code = each.mailer.sent[-1][1].code

    said = [await each.identity.proving.prove(new, "", f"{(int(code) + n) % 10**6:06}") for n in range(1, 6)]

    assert said == ["wrong"] * 4 + ["locked"]
    assert await each.identity.proving.prove(new, "", code) == "locked"
    assert await chat.speaks() == new


async def test_an_orders_number_with_its_buyers_address_proves_it_too(each):
    ada, chat = await buyer(each)
    each.clock.at += SILENCE
    new = await chat.speaks()
    prove = each.identity.proving.prove

    assert await prove(new, "", ada.email) == "wrong", "an address alone proves nothing"
    assert await prove(new, ada.paid.id, "bob@example.org") == "wrong"
    assert await prove(new, "NO-SUCH-ORDER", ada.email) == "wrong"
    assert await prove(new, ada.paid.id.lower(), f" {ada.email.upper()} ") == "right"
    await each.engine.run()
    assert await chat.speaks() == ada.id


async def test_a_code_goes_to_another_chat_of_theirs_and_only_the_asker_can_use_it(house):
    ada, chat = await buyer(house)
    telegram = Chat(house, Address("telegram", "4711"))
    other = await telegram.speaks()
    code = await house.identity.links.show(ada.id)
    await house.identity.link(other, code)
    await house.engine.run()
    house.clock.at += SILENCE
    new = await chat.speaks()
    thief = await Chat(house, Address("telegram", "666")).speaks()

    await house.identity.proving.ask(new, "", "fr")

    sent = [(where, item.code) for where, item, _ in house.voice.told if isinstance(item, ProofCode)]
    assert [where for where, _ in sent] == ["4711"], "not to the chat that is in doubt"
    assert await house.identity.proving.prove(thief, ada.paid.id, sent[0][1]) == "wrong"
    assert await house.identity.proving.prove(new, "", sent[0][1]) == "right"


async def test_nobody_learns_whether_somebody_is_known(house):
    stranger = await Chat(house, Address("telegram", "666")).speaks()
    await house.identity.proving.ask(stranger, "NO-SUCH-ORDER", "fr")
    await house.identity.proving.ask(stranger, "", "fr")
    assert house.mailer.sent == []
    said = [await house.identity.proving.prove(stranger, "", "123456") for _ in range(5)]
    assert said == ["wrong"] * 4 + ["locked"]


async def test_whoever_unlinks_a_chat_is_new_there_and_keeps_everything_elsewhere(each):
    ada, chat = await buyer(each)
    telegram = Chat(each, Address("telegram", "4711"))
    other = await telegram.speaks()
    await each.identity.link(other, await each.identity.links.show(ada.id))
    await each.engine.run()
    assert await telegram.speaks() == ada.id

    assert await each.identity.unlink(ada.id, chat.id)

    new = await chat.speaks()
    assert new != ada.id
    assert not (await exported(each, new))["orders"]
    assert await telegram.speaks() == ada.id
    assert {row.chat_id for row in await each.all(select(orders.c.chat_id))} == {telegram.id}
    assert not await each.identity.unlink(ada.id, telegram.id), "the last chat stays"
    kinds = await each.all(select(identities.c.kind).where(identities.c.customer_id == ada.id))
    assert [row.kind for row in kinds] == ["telegram"]
