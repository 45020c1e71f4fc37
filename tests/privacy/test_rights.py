"""What travellers may ask about their own data: shown, carried away, switched off, and erased for good."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count

import jsonschema
import pytest
from sqlalchemy import delete, insert, select, update

from services.esims import Measured
from services.money import Money
from services.privacy import Controller, KeysMissing
from services.privacy.erasing.scrub import Scrubber
from services.privacy.facts.policy import books_kept_until, proof_kept_until
from services.privacy.requests.deadlines import due
from services.storage import Stores
from services.storage.app import (
    case_messages,
    cases,
    chats,
    consents,
    customers,
    devices,
    dispatches,
    esims,
    identities,
    items,
    mailings,
    orders,
    privacy_requests,
    refunds,
    statements,
    wordings,
)
from services.storage.legal import sales
from services.storage.sealing import Erased
from services.storage.vault import erasures
from tests.privacy.conftest import copied
from tests.privacy.erasing import check_erased, erased
from tests.privacy.house import (
    NAMES,
    SCHEMA,
    House,
    Killed,
    files_of,
    on_disk,
    traveller,
)


async def test_an_export_holds_everything_of_one_traveller_and_nothing_of_another(house):
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")

    name, content, request = await house.privacy.export(ada.id)

    document = json.loads(content)
    jsonschema.validate(document, SCHEMA)
    assert name == "miio-data-2026-11-23.json"
    assert await house.privacy.request_state(request) == "answered"
    text = content.decode()
    assert [one for one in ada.plain if one not in text] == [ada.chat]  # a keyed hash of ours
    assert [one for one in bob.plain if one in text] == []
    assert ada.paid.id in text
    assert bob.paid.id not in text


async def test_the_manifest_says_why_who_how_long_and_proves_the_records(house):
    ada = await traveller(house, "ada")

    document = json.loads((await house.privacy.export(ada.id))[1])

    manifest = document["manifest"]
    assert manifest["controller"]["address"] == "60 rue François 1er, 75008 Paris"
    by_name = {held["category"]: held for held in manifest["categories"]}
    assert {"purpose": "account", "basis": "contract"} in by_name["identification"]["purposes"]
    assert {"count": 3, "unit": "years", "after": "last_activity_or_last_package"} in by_name["transaction"][
        "periods"
    ]
    for table, rows in document["records"].items():
        written = json.dumps(rows, ensure_ascii=False, indent=2).encode()
        told = manifest["records"][table]
        assert (told["count"], told["sha256"]) == (len(rows), sha256(written).hexdigest())


async def test_an_activation_code_is_exported_only_while_the_esim_is_unused(house):
    ada = await traveller(house, "ada")
    unused = json.loads((await house.privacy.export(ada.id))[1])
    assert unused["records"]["esims"][0]["activation"] == ada.activation

    esim = await house.esims.of_item(ada.item)
    await house.esims.measured(esim, Measured("active", 1000, 10, None, house.clock.now()))

    used = json.loads((await house.privacy.export(ada.id))[1])
    assert used["records"]["esims"][0]["activation"] is None
    assert used["records"]["esims"][0]["iccid"] == ada.iccid


async def test_two_exports_of_a_day_are_one_request(house):
    ada = await traveller(house, "ada")

    first = (await house.privacy.export(ada.id))[2]
    second = (await house.privacy.export(ada.id))[2]
    house.clock.at += timedelta(days=2)
    third = (await house.privacy.export(ada.id))[2]

    assert first == second != third


async def test_nobody_gets_a_copy_of_somebody_who_was_erased(house):
    with pytest.raises(Erased):
        await house.privacy.export("nobody")


async def test_a_preview_says_what_goes_what_stays_and_what_to_know(house):
    ada = await traveller(house, "ada")

    preview = await house.privacy.preview(ada.id)

    goes = {one.what: (one.count, one.erasure) for one in preview.goes}
    assert goes["customers"] == (1, "delete")
    assert goes["identities"] == (2, "delete")
    assert goes["orders"] == (2, "pseudonymize")
    assert goes["case_messages"] == (2, "delete")
    stays = {one.what: one for one in preview.stays}
    assert stays["sales"].until == datetime(2037, 1, 1, tzinfo=UTC)
    assert stays["sales"].law == "commercial_code_l123_22"
    assert stays["statements"].until == datetime(2031, 11, 23, 12, tzinfo=UTC)
    assert stays["spent_lines"].until is None
    assert {fact.kind for fact in preview.facts} == {"open_checkout", "active_esim"}
    assert not preview.waits


async def test_a_preview_names_what_an_erasure_would_wait_for(house):
    ada = await traveller(house, "ada")
    late = await ada.order("late")
    await house.orders.paid(late.id, "stripe", "pi_late", Money(450, "EUR"))

    preview = await house.privacy.preview(ada.id)

    assert preview.waits
    assert ("undelivered", late.id) in [(fact.kind, fact.subject) for fact in preview.facts if fact.waits]


async def test_an_order_that_nobody_paid_leaves_nothing_in_the_archive(house):
    ada = await traveller(house, "ada")

    await erased(house, ada)

    assert [row.order_id for row in await house.all(select(sales), "legal")] == [ada.paid.id]


async def test_asking_twice_is_one_erasure(house):
    ada = await traveller(house, "ada")

    first = await house.privacy.erase(ada.id, ada.chat)
    second = await house.privacy.erase(ada.id, ada.chat)

    assert first == second
    assert len(await house.all(select(privacy_requests))) == 1
    assert await house.engine.run() == ["erased"]


async def test_nobody_erases_somebody_else(house):
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")

    with pytest.raises(LookupError):
        await house.privacy.erase(ada.id, bob.chat)
    with pytest.raises(LookupError):
        await house.privacy.erase("nobody", bob.chat)

    assert await house.all(select(erasures), "vault") == []


#: revoke, settle, tasks, tell, cases, work, empty, remove, scrub, goodbye, scrub again, done
STEPS = 12


@pytest.mark.parametrize("kill_at", range(1, STEPS + 1))
async def test_killed_after_any_step_the_next_process_finishes(house, kill_at):
    ada = await traveller(house, "ada")
    receipt = await house.privacy.erase(ada.id, ada.chat)
    house.engine.kill_at = kill_at
    with pytest.raises(Killed):
        await house.engine.run()

    later = house.next_process()
    await later.guard.check()
    await later.privacy.resume()
    assert "erased" in await later.engine.run()

    await check_erased(later, ada, receipt)
    disk = on_disk(later)
    assert [one for one in ada.plain if one.encode() in disk] == []
    assert {who for who, _, _ in house.last.said + later.last.said} == {ada.bsuid}


async def test_the_kills_cover_every_step(house):
    ada = await traveller(house, "ada")

    receipt = await erased(house, ada)

    assert len(house.engine.kept[f"erase-{receipt}-0"]["steps"]) == STEPS


class Mortal:
    """A store whose process dies right after one of its commits."""

    def __init__(self, store, life):
        self._store = store
        self._life = life
        self.url = store.url

    async def transaction(self, work):
        outcome = await self._store.transaction(work)
        self._life[0] -= 1
        if self._life[0] == 0:
            raise Killed
        return outcome

    async def read(self, work):
        return await self._store.read(work)

    together = transaction


async def test_killed_after_any_commit_the_next_process_finishes(migrated, tmp_path):
    for commits in count(1):
        folder = tmp_path / str(commits)
        folder.mkdir()
        house = House(await copied(migrated, folder))
        ada, life = await traveller(house, "ada"), [commits]
        mortal = House(
            Stores(*(Mortal(getattr(house.stores, name), life) for name in NAMES)),
            house.engine.kept,
            house.clock,
        )
        try:
            await mortal.privacy.erase(ada.id, ada.chat)
            await mortal.engine.run()
        except Killed:
            pass
        else:
            await house.close()
            break

        later = house.next_process()
        await later.guard.check()
        receipt = await later.privacy.erase(ada.id, ada.chat) if await later.journal_is_empty() else None
        await later.privacy.resume()
        await later.engine.run()

        (line,) = await later.all(select(erasures), "vault")
        assert receipt in (None, line.id)
        await check_erased(later, ada, line.id)
        assert [one for one in ada.plain if one.encode() in on_disk(later)] == [], commits
        await later.close()

    assert commits > 8


async def test_a_kill_between_journal_and_workflow_is_taken_up(house):
    ada = await traveller(house, "ada")
    receipt = await house.privacy.erase(ada.id, ada.chat)
    house.engine.kept.clear()  # the workflow's transaction never came
    await house.do(delete(privacy_requests))

    later = house.next_process()
    assert await later.privacy.resume() == 1

    assert "erased" in await later.engine.run()
    await check_erased(later, ada, receipt)


async def test_a_file_that_still_holds_a_trace_is_rewritten(house):
    ada = await traveller(house, "ada")
    trace = b"a trace that somebody else left behind"
    path = files_of(house.stores.app.url)[0]
    with closing(sqlite3.connect(path)) as careless:
        careless.execute("PRAGMA secure_delete=OFF")
        careless.execute("CREATE TABLE scrap (x)")
        careless.execute("INSERT INTO scrap VALUES (?)", (trace * 100,))
        careless.execute("DELETE FROM scrap")
        careless.commit()

    assert await Scrubber(house.stores).scrub({trace}) == "clean"

    assert trace not in on_disk(house)
    assert (await house.people.account(ada.id)).name == ada.name


async def test_a_trace_that_stays_is_not_called_erased(house):
    ada = await traveller(house, "ada")
    receipt = await house.privacy.erase(ada.id, ada.chat)
    await house.do(
        insert(wordings).values(
            digest="x", locale="en", policy="1", text=f"quoting {ada.email}", at=house.clock.at
        )
    )

    assert await house.engine.run() == ["waiting"]

    assert ("erasure_not_proven", receipt) in house.voice.alarms
    assert await house.privacy.request_state(receipt) == "in_progress"


async def test_an_erasure_waits_for_what_was_paid_and_goes_on_by_itself(house):
    ada = await traveller(house, "ada")
    late = await ada.order("late")
    await house.orders.paid(late.id, "stripe", "pi_ada_late", Money(450, "EUR"))
    receipt = await house.privacy.erase(ada.id, ada.chat)

    assert await house.engine.run() == ["waiting"]
    assert house.last.said == []
    assert house.voice.alarms == [("erasure_waits", receipt)]
    assert await house.privacy.resume() == 0

    item = f"{late.id}-1"
    await house.orders.move(item, ("waiting",), "buying", "paid")
    await house.orders.move(item, ("buying",), "delivered", "shown")
    assert await house.privacy.resume() == 1
    assert await house.engine.run() == ["erased"]
    await check_erased(house, ada, receipt)
    assert len(await house.all(select(sales), "legal")) == 2


async def test_an_erasure_waits_for_work_that_is_still_running(house):
    ada = await traveller(house, "ada")
    house.engine.busy = [f"hand-over-{ada.item}-123"]
    await house.privacy.erase(ada.id, ada.chat)

    assert await house.engine.run() == ["waiting"]

    house.engine.busy = []
    assert await house.privacy.resume() == 1
    assert await house.engine.run() == ["erased"]


async def test_after_the_month_of_the_law_nothing_is_waited_for(house):
    ada = await traveller(house, "ada")
    late = await ada.order("late")
    await house.orders.paid(late.id, "stripe", "pi_ada_late", Money(450, "EUR"))
    receipt = await house.privacy.erase(ada.id, ada.chat)
    assert await house.engine.run() == ["waiting"]

    house.bank.script = ["pending"]
    house.clock.at += timedelta(days=29, hours=1)
    assert await house.privacy.resume() == 1
    assert "erased" in await house.engine.run()

    # Paid means delivered or refunded: the payment's number stays until the money is back, and nothing else does.
    assert await house.privacy.request_state(receipt) == "partly_fulfilled"
    (order,) = await house.all(select(orders).where(orders.c.id == late.id))
    assert (order.customer_id, order.chat_id, order.reference) == (None, None, "pi_ada_late")
    (item,) = await house.all(select(items).where(items.c.order_id == late.id))
    assert (item.state, item.reason) == ("refunded", "buyer_erased")
    assert [one.amount for one in house.bank.given.values()] == [Money(450, "EUR")]
    assert await house.privacy.resume() == 0

    await house.do(update(refunds).where(refunds.c.order_id == late.id).values(state="succeeded"))
    assert await house.privacy.resume() == 1
    assert "erased" in await house.engine.run()
    await house.engine.run()
    await check_erased(house, ada, receipt)
    assert [one for one in [*ada.plain, "pi_ada_late"] if one.encode() in on_disk(house)] == []
    (sale,) = await house.all(select(sales).where(sales.c.order_id == late.id), "legal")
    payment = house.secrets.archive.open_json(sale.payment, f"sales:payment:{late.id}:sale")
    assert payment["payments"] == ["pi_ada_late"]
    assert sale.refunded == 450


async def test_a_payment_service_that_is_away_is_asked_again(house):
    ada = await traveller(house, "ada")
    house.checkouts.away = 3

    await erased(house, ada)

    assert house.checkouts.expired == [f"{ada.session}_2"]


async def test_a_provider_that_stays_away_is_told_to_the_operator(house):
    ada = await traveller(house, "ada")
    house.provider.failures = 100

    receipt = await erased(house, ada)

    await check_erased(house, ada, receipt)
    assert house.provider.notes == {}


async def test_staff_copies_that_cannot_be_deleted_are_told_to_the_operator(house):
    ada = await traveller(house, "ada")
    house.staff_obeys = False

    receipt = await erased(house, ada)

    assert house.voice.alarms == [("staff_copies_left", f"{receipt} 77ada")]
    await check_erased(house, ada, receipt)


async def test_the_last_word_is_tried_again_and_never_in_the_way(house):
    ada = await traveller(house, "ada")
    house.last.answers = ["again", "again"]

    await erased(house, ada)

    assert [bsuid for bsuid, _, _ in house.last.said] == [ada.bsuid]


async def test_an_order_placed_while_others_go_is_erased_too(house):
    ada = await traveller(house, "ada")
    receipt = await house.privacy.erase(ada.id, ada.chat)
    placed = []

    forgotten = house.privacy.forgetting.erasures._erasing._partings.forget_work

    async def order_meanwhile(one):
        if not placed:
            placed.append(await ada.order("last-minute"))
        return await forgotten(one)

    house.privacy.forgetting.erasures._erasing._partings.forget_work = order_meanwhile
    assert await house.engine.run() == ["erased"]

    await check_erased(house, ada, receipt)
    assert await house.all(select(orders).where(orders.c.id == placed[0].id)) == []


async def test_an_erasure_that_broke_is_begun_again(house):
    ada = await traveller(house, "ada")
    receipt = await house.privacy.erase(ada.id, ada.chat)
    house.engine.kept[f"erase-{receipt}-0"]["ended"] = "ERROR"

    assert await house.privacy.resume() == 1

    assert ("erasure_broke", receipt) in house.voice.alarms
    assert await house.engine.run() == ["erased"]


async def test_the_sweep_forgets_the_erasure_itself(house):
    ada = await traveller(house, "ada")
    receipt = await erased(house, ada)
    house.clock.at += timedelta(minutes=5)

    assert await house.privacy.resume() == 0

    assert f"erase-{receipt}-0" not in house.engine.kept


async def test_whoever_comes_back_is_somebody_new(house):
    ada = await traveller(house, "ada")
    await erased(house, ada)

    again = await house.people.known_as({"whatsapp": ada.bsuid, "phone": ada.phone})

    assert again != ada.id
    assert (await house.people.account(again)).name is None
    assert await house.privacy.marketing(again, "whatsapp") == "objected"


async def test_a_customer_without_a_key_stops_the_start(house):
    ada = await traveller(house, "ada")
    await house.guard.check()
    await house.vault.destroy(ada.id)

    with pytest.raises(KeysMissing, match="1 customer"):
        await house.guard.check()


async def test_marketing_needs_a_yes_and_an_objection_outlives_it(house):
    ada = await traveller(house, "ada")
    answer = house.privacy.set_marketing
    shown = ("Offers?", "fr")

    assert await house.privacy.marketing(ada.id, "telegram") == "none"
    assert await answer(ada.id, "telegram", "refuse", *shown, "e1") == "refused"
    assert await answer(ada.id, "telegram", "grant", *shown, "e2") == "granted"
    assert await answer(ada.id, "telegram", "withdraw", *shown, "e3") == "withdrawn"
    assert await answer(ada.id, "telegram", "grant", *shown, "e4") == "granted"
    assert await answer(ada.id, "whatsapp", "object", *shown, "e5") == "objected"
    assert await house.privacy.marketing(ada.id, "telegram") == "objected"
    assert await answer(ada.id, "telegram", "grant", *shown, "e6") == "objected"
    assert await answer(ada.id, "telegram", "withdraw", *shown, "e7") == "objected"
    assert await answer(ada.id, "telegram", "join", *shown, "e8") == "granted"
    assert await house.privacy.marketing(ada.id, "whatsapp") == "objected"


async def test_the_ledger_keeps_the_very_words_and_each_event_once(house):
    ada = await traveller(house, "ada")
    before = len(await house.all(select(consents)))

    for _ in range(2):
        await house.privacy.set_marketing(ada.id, "telegram", "grant", "Offers, yes?", "en", "e1")

    rows = await house.all(select(consents).order_by(consents.c.seq))
    assert len(rows) == before + 1
    (wording,) = await house.all(select(wordings).where(wordings.c.digest == rows[-1].digest))
    assert sha256(wording.text.encode()).hexdigest() == rows[-1].digest
    assert (rows[-1].policy, rows[-1].locale, rows[-1].event_id) == ("1.1", "en", "e1")


async def test_a_yes_under_a_policy_that_changed_much_has_expired(house):
    ada = await traveller(house, "ada")
    (yes,) = await house.all(select(consents))
    old = dict(yes._mapping) | {"seq": None, "policy": "0.9", "channel": "telegram", "event_id": "old"}
    await house.do(insert(consents).values(old | {"seq": yes.seq + 1}))

    assert await house.privacy.marketing(ada.id, "telegram") == "expired"
    assert await house.privacy.marketing_lapsed(ada.id, "telegram")
    assert not await house.privacy.marketing_lapsed(ada.id, "whatsapp")

    await house.privacy.set_marketing(ada.id, "telegram", "refuse", "Offers?", "en", "no")
    assert not await house.privacy.marketing_lapsed(ada.id, "telegram")


async def test_answers_that_are_none_and_customers_who_are_gone_are_refused(house):
    ada = await traveller(house, "ada")

    with pytest.raises(ValueError, match="perhaps"):
        await house.privacy.set_marketing(ada.id, "telegram", "perhaps", "?", "en", "e1")
    with pytest.raises(LookupError):
        await house.privacy.set_marketing("nobody", "telegram", "grant", "?", "en", "e1")


@pytest.mark.parametrize(
    ("asked", "until"),
    [
        ("2027-01-31", "2027-02-28"),
        ("2026-11-23", "2026-12-23"),
        ("2026-12-31", "2027-01-30"),
        ("2028-01-30", "2028-02-29"),
        ("2026-07-01", "2026-07-31"),
    ],
)
def test_a_request_is_due_in_a_month_and_never_later_than_thirty_days(asked, until):
    assert due(datetime.fromisoformat(asked)).date().isoformat() == until


@pytest.mark.parametrize(
    ("sold", "closes", "until"),
    [
        ("2026-03-01T10:00", (12, 31), "2037-01-01"),
        ("2026-12-31T23:30", (12, 31), "2038-01-01"),
        ("2026-08-01T10:00", (6, 30), "2037-07-01"),
        ("2026-03-01T10:00", (6, 30), "2037-01-01"),
    ],
)
def test_books_are_kept_ten_years_from_the_end_of_the_year(sold, closes, until):
    moment = datetime.fromisoformat(sold).replace(tzinfo=UTC)

    assert books_kept_until(moment, Controller(year_closes=closes)).date().isoformat() == until


def test_proof_is_kept_five_years():
    assert proof_kept_until(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2033, 3, 1, tzinfo=UTC)


async def test_all_identities_go(house):
    ada = await traveller(house, "ada")

    await erased(house, ada)

    for table in (
        customers,
        identities,
        chats,
        esims,
        cases,
        case_messages,
        statements,
        dispatches,
        mailings,
        devices,
    ):
        assert await house.all(select(table)) == [], table.name
