"""Two chats of one person become one customer's: nothing lost, nothing left behind, nothing doubled, whatever dies."""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import insert, select

from services.identity import Found, Locked
from services.news import ChatsLinked
from services.privacy.codes import LIVES, MOST_SENT
from services.privacy.facts.belongings import count_of, rows_of, tables
from services.privacy.facts.registry import about
from services.storage.app import (
    APP,
    case_messages,
    cases,
    consents,
    customers,
    items,
)
from services.storage.identity import codes
from services.storage.legal import LEGAL
from services.storage.sealing import Broken, Erased
from services.storage.vault import erasures, joins, keys
from tests.privacy.conftest import copied
from tests.privacy.house import Killed, everything, traveller


async def two(house):
    ada, bob = await traveller(house, "ada"), None
    house.clock.at += timedelta(minutes=1)
    bob = await traveller(house, "bob")
    return ada, bob


async def linked(house, shows, types):
    code = await house.identity.links.show(shows.id)
    found = await house.identity.link(types.id, code)
    assert isinstance(found, Found)
    await house.engine.run()


async def counts(house, customer):
    return await house.stores.app.read(
        lambda connection: {table.name: count_of(connection, table, customer) for table in tables()}
    )


@pytest.mark.parametrize("who", ["older", "younger"])
async def test_data_that_rest_go_on_resting(house, who):
    ada, bob = await two(house)
    at = house.clock.at
    await house.rights.pauses.begin(ada.id if who == "older" else bob.id)
    house.clock.at += timedelta(minutes=1)

    await linked(house, ada, bob)

    assert await house.rights.pauses.since(ada.id) == at


async def check_united(house, ada, bob, before):
    """All of both is the older one's, sealed with that one's key alone; nothing is the younger one's."""
    assert [row.id for row in await house.all(select(customers))] == [ada.id]
    after = await counts(house, ada.id)
    own = {"customers", "codes", "wordings"}
    assert {name: n for name, n in after.items() if name not in own} == {
        name: n for name, n in before.items() if name not in own
    }
    left = {name for name, n in (await counts(house, bob.id)).items() if n} - {"consents", "wordings"}
    assert left == set(), "the old ledger stays as proof, and nothing else"
    document = (await house.privacy.export(ada.id))[1].decode()
    assert [
        one for one in (*ada.plain, *bob.plain) if one not in document and one not in (ada.chat, bob.chat)
    ] == [one for one in (bob.name, bob.email) if one not in document]
    assert await unsealed(house, ada.id) == []


async def unsealed(house, customer):
    """Sealed values of a customer that their key does not open."""
    sealer = await house.vault.sealer(customer)

    def work(connection):
        found = []
        for table in tables():
            for row in rows_of(connection, table, customer):
                for entry in about(table.name):
                    if entry.place and row[entry.column] is not None:
                        try:
                            sealer.open(row[entry.column], entry.place.format_map(row))
                        except Broken:
                            found.append(f"{table.name}.{entry.column}")
        return found

    return await house.stores.app.read(work)


@pytest.mark.parametrize("who_shows", ["older", "younger"])
async def test_all_of_both_is_one_customers(each, who_shows):
    ada, bob = await two(each)
    one, other = await counts(each, ada.id), await counts(each, bob.id)
    before = {name: one[name] + other[name] for name in one}

    await linked(each, *((ada, bob) if who_shows == "older" else (bob, ada)))

    await check_united(each, ada, bob, before)
    assert {(where, type(item)) for where, item, _ in each.voice.told} == {
        (ada.bsuid, ChatsLinked),
        (bob.bsuid, ChatsLinked),
    }
    assert each.returned == [ada.id]
    assert await each.people.known_as({"whatsapp": bob.bsuid, "phone": bob.phone}) == ada.id
    assert (await each.people.account(ada.id)).email == ada.email, "what the older one told stands"
    assert (await each.imeis.of(bob.item)) == bob.imei


async def test_what_the_older_one_never_told_the_younger_one_may_have(house):
    ada, bob = await two(house)
    await house.people.tell(ada.id, "email", None)

    await linked(house, ada, bob)

    account = await house.people.account(ada.id)
    assert (account.name, account.email) == (ada.name, bob.email)


async def test_answers_about_offers_keep_their_order_in_time(house):
    ada, bob = await two(house)
    say = house.privacy.set_marketing
    house.clock.at += timedelta(hours=1)
    await say(bob.id, "telegram", "join", "Offers?", "en", "yes")
    house.clock.at += timedelta(hours=1)
    await say(ada.id, "whatsapp", "object", "Offers?", "en", "stop")

    await linked(house, ada, bob)

    assert await house.privacy.marketing(ada.id, "telegram") == "objected", "the later answer counts"
    old = await house.all(select(consents).where(consents.c.customer_id == bob.id))
    assert len(old) == 2, "rows of the ledger are never moved"


async def test_a_kill_at_every_step_is_made_good(migrated, tmp_path):
    from tests.privacy.house import House

    for step in count(1):
        folder = tmp_path / str(step)
        folder.mkdir()
        house = House(await copied(migrated, folder))
        ada, bob = await two(house)
        one, other = await counts(house, ada.id), await counts(house, bob.id)
        before = {name: one[name] + other[name] for name in one}
        code = await house.identity.links.show(ada.id)
        house.engine.kill_at = step
        await house.identity.link(bob.id, code)
        try:
            await house.engine.run()
            killed = False
        except Killed:
            killed = True

        process = house.next_process()
        await process.engine.run()
        await check_united(process, ada, bob, before)
        assert [row.state for row in await process.all(select(joins), "vault")] == ["done"]
        await house.close()
        if not killed:
            assert step > 3
            return


async def test_a_kill_between_the_vaults_note_and_the_work_is_made_good(house):
    ada, bob = await two(house)
    assert await house.identity.uniting.begin(ada.id, bob.id)
    for workflow in [name for name in house.engine.kept if name.startswith("unite-")]:
        del house.engine.kept[workflow]  # killed before the work was noted
    process = house.next_process()

    assert await process.identity.uniting.resume() == 1
    await process.engine.run()

    assert [row.id for row in await process.all(select(customers))] == [ada.id]


async def test_a_restored_store_is_united_again(house):
    ada, bob = await two(house)
    await linked(house, ada, bob)
    old = await house.vault.sealer(bob.id)
    # What a backup of yesterday brings back.
    await house.do(insert(customers).values(id=bob.id, created_at=house.clock.at, active_at=house.clock.at))
    await house.do(
        insert(cases).values(
            id="C-old",
            customer_id=bob.id,
            chat_id=bob.chat,
            state="open",
            opened_at=house.clock.at,
            last_at=house.clock.at,
        )
    )
    body = old.seal("words of yesterday", "case_messages:body:C-old")
    await house.do(
        insert(case_messages).values(
            case_id="C-old", event_id="e-old", who="traveller", body=body, at=house.clock.at
        )
    )
    house.clock.at += timedelta(minutes=1)
    await house.guard.check()

    assert await house.identity.uniting.resume() == 1
    await house.engine.run()

    assert await house.all(select(cases.c.id).where(cases.c.customer_id == ada.id, cases.c.id == "C-old"))
    assert await unsealed(house, ada.id) == []


async def test_what_was_sealed_with_the_old_key_at_the_last_moment_is_sealed_anew(house):
    ada, bob = await two(house)
    late = await house.vault.sealer(bob.id)
    step, house.engine.kill_at = house.identity.uniting._tell, 1

    code = await house.identity.links.show(ada.id)
    await house.identity.link(bob.id, code)
    with pytest.raises(Killed):
        await house.engine.run()
    body = late.seal("one more word", f"case_messages:body:{bob.case}")
    await house.do(
        insert(case_messages).values(
            case_id=bob.case, event_id="late", who="staff", body=body, at=house.clock.at
        )
    )
    assert await unsealed(house, ada.id) == ["case_messages.body"]
    assert step is not None

    process = house.next_process()
    await process.engine.run()

    assert await unsealed(process, ada.id) == []


async def test_an_erasure_afterwards_erases_both_and_no_backup_brings_either_back(each):
    ada, bob = await two(each)
    await linked(each, ada, bob)

    await each.privacy.erase(ada.id, bob.chat)
    await each.engine.run()
    each.clock.at += timedelta(days=1, minutes=1)  # the other chat may say no for a day
    await each.privacy.resume()
    await each.engine.run()
    await each.engine.run()

    texts = [value for table, value in await everything(each) if table not in LEGAL.tables]
    assert [one for one in (*ada.plain, *bob.plain) if any(one in text for text in texts)] == []
    assert not await each.all(select(keys), "vault")
    assert not await each.all(select(joins), "vault")
    gone = {row.customer_id for row in await each.all(select(erasures), "vault")}
    assert gone == {ada.id, bob.id}
    with pytest.raises(Erased):
        await each.vault.sealer(bob.id)


async def test_whoever_is_being_erased_is_linked_to_nobody(house):
    ada, bob = await two(house)
    code = await house.identity.links.show(ada.id)
    await house.privacy.erase(ada.id, ada.chat)
    assert await house.identity.link(bob.id, code) == "over"


async def test_the_old_key_goes_when_no_backup_can_hold_what_it_seals(house):
    ada, bob = await two(house)
    await linked(house, ada, bob)
    house.clock.at += timedelta(days=36)
    await house.privacy.let_go_of_old()
    assert [row.customer_id for row in await house.all(select(keys), "vault")] == [ada.id]
    assert not await house.all(select(joins), "vault")


async def test_while_a_line_is_being_bought_it_waits(house):
    ada, bob = await two(house)
    from sqlalchemy import update

    await house.do(update(items).where(items.c.id == bob.item).values(state="buying"))
    code = await house.identity.links.show(ada.id)
    await house.identity.link(bob.id, code)
    assert await house.engine.run() == ["waiting"]
    assert len(await house.all(select(customers))) == 2

    await house.do(update(items).where(items.c.id == bob.item).values(state="delivered"))
    house.clock.at += timedelta(minutes=10)
    assert await house.identity.uniting.resume() == 1
    await house.engine.run()
    assert [row.id for row in await house.all(select(customers))] == [ada.id]


async def test_a_code_is_good_once_for_ten_minutes_and_never_for_its_own_chat(each):
    ada, bob = await two(each)
    links = each.identity.links
    code = await links.show(ada.id)
    assert len(code) == 8
    assert await links.find(ada.id, code) == "wrong"
    assert isinstance(await links.find(bob.id, f"{code[:4]} {code[4:]}"), Found)
    each.clock.at += LIVES
    assert await links.find(bob.id, code) == "wrong"
    for _ in range(MOST_SENT - 1):
        code = await links.show(ada.id)
    with pytest.raises(Locked):
        await links.show(ada.id)
    for number in range(4):
        said = await links.find(bob.id, f"{(int(code) + number + 1) % 10**8:08}")
    assert said == "locked"
    assert await links.find(bob.id, code) == "locked", "even the right one"
    stored = str(await each.all(select(codes)))
    assert code not in stored


def test_no_table_of_somebodys_is_forgotten():
    """Whatever names a customer is either moved by itself, or by one of the tables that are."""
    names = {table.name for table in APP.sorted_tables if "customer_id" in table.c}
    by_others = {table.name for table in tables()} - names
    assert by_others <= {
        "customers", "dispatches", "leases", "wordings", "purchases", "devices", "items", "history", "statements",
        "checkouts", "disputes", "refunds", "mailings", "paperwork", "claims", "case_messages", "inbound", "request_history",
        "request_contacts",
    }, "rows of this table belong to somebody: say in services/identity/one_owner.py how they change hands"  # fmt: skip
