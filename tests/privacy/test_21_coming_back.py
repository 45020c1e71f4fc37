"""Whoever was erased and comes back is somebody new: another number, no history, no offers unless they ask for them."""

import pytest
from sqlalchemy import insert, select

from services.storage.app import chats, consents, customers, esims, identities, orders
from services.storage.identity import suppressions
from tests.privacy.house import traveller


async def comes_back(house, ada):
    """The same ids and the same address, after everything went."""
    await house.privacy.erase(ada.id, ada.chat)
    await house.engine.run()
    assert not await house.all(select(customers))
    again = await house.people.known_as({"whatsapp": ada.bsuid, "phone": ada.phone})
    await house.people.tell(again, "email", ada.email.upper())
    return again


async def test_nothing_is_revived_and_no_question_of_ours_leads_to_offers(each):
    ada = await traveller(each, "ada")

    again = await comes_back(each, ada)

    assert again != ada.id
    for table in (orders, esims, chats):
        assert not await each.all(select(table).where(table.c.customer_id == again)), table.name
    assert len(await each.all(select(identities))) == 2
    for channel in ("whatsapp", "mail"):
        assert await each.privacy.marketing(again, channel) == "objected"
        asked = await each.privacy.set_marketing(again, channel, "grant", "Offers?", "fr", f"1-{channel}")
        assert asked == "objected"
        joined = await each.privacy.set_marketing(again, channel, "join", "Offers?", "fr", f"2-{channel}")
        assert joined == "granted"


async def test_a_yes_that_never_counted_does_not_lapse(house):
    ada = await traveller(house, "ada")
    again = await comes_back(house, ada)
    await house.privacy.set_marketing(again, "whatsapp", "grant", "Offers?", "fr", "yes")
    (yes,) = await house.all(select(consents).where(consents.c.customer_id == again))
    old = dict(yes._mapping) | {"seq": yes.seq + 1, "policy": "0.9", "event_id": "old"}
    await house.do(insert(consents).values(old))

    assert not await house.privacy.marketing_lapsed(again, "whatsapp")


async def test_only_what_was_theirs_is_suppressed_and_only_for_three_years(house):
    ada = await traveller(house, "ada")
    again = await comes_back(house, ada)
    other = await house.people.known_as({"whatsapp": "FR.other"})
    await house.people.tell(other, "email", "other@example.org")
    assert [await house.privacy.marketing(other, one) for one in ("whatsapp", "mail")] == ["none"] * 2

    kept = str(await house.all(select(suppressions)))
    assert not [word for word in ada.plain if word in kept]
    found_by = await house.all(select(identities.c.hash))
    assert not [row.hash for row in found_by if row.hash in kept], "nobody is found by it without the key"

    house.clock.at = house.clock.at.replace(year=house.clock.at.year + 3, day=house.clock.at.day + 1)
    await house.privacy.let_go_of_old()
    assert not await house.all(select(suppressions))
    assert await house.privacy.marketing(again, "whatsapp") in ("none", "objected")


@pytest.mark.parametrize("told", [True, False])
async def test_who_was_never_asked_leaves_no_hash_behind(house, told):
    someone = await house.people.known_as({"telegram": "4711"})
    if told:
        await house.privacy.set_marketing(someone, "telegram", "show", "Offers?", "en", "e1")
    await house.privacy.erase(someone, house.secrets.hash("chat", "none"))
    await house.engine.run()
    assert bool(await house.all(select(suppressions))) == told
