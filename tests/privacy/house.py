"""The stores and services of one process in a test's hands, and a traveller who has used everything that the shop has."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

from sqlalchemy import insert, make_url, select, update

from bot.conversation.i18n import speaking
from bot.conversation.router import Router
from handlers import policy, privacy_data
from services.cancelling import Cancelling
from services.clock import Clock, Waits
from services.customers import Customers
from services.dispatches import Dispatches
from services.esims import Esims
from services.identity import Identity
from services.imei import Imeis
from services.locks import MemoryLocks
from services.mailer import Mailer
from services.mailer import Settings as MailSettings
from services.money import Money
from services.news import Told
from services.orders import Orders
from services.orders.book import Sale
from services.orders.order import Statement
from services.payments import PaymentError, Redaction
from services.payments.ways import WaysBack
from services.privacy import Controller, Door, Others, Privacy, open_guard
from services.privacy.carrying.schema import schema
from services.privacy.rights import open_rights
from services.providers import ProviderError
from services.refund_truth import RefundTruth
from services.refunds import Refunds
from services.storage.app import (
    case_messages,
    cases,
    chats,
    checkouts,
    dispatches,
    mailings,
    orders,
    purchases,
    refunds,
)
from services.storage.sealing import Secrets, Vault
from services.storage.vault import erasures, keys
from tests.floor.outside import Bank

SCHEMA = schema()
#: The handlers' own words, without a chat.
WORDS = Router().include([privacy_data.router, policy.router])
SHOP = SimpleNamespace(controller=Controller())
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

    async def finished(self, workflow):
        await self.run()

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

    async def write(self, _locale, item):
        return item

    async def sheet(self, locale, item):
        with speaking(locale):
            return await WORDS.find("sheet", type(item))(SHOP, item)

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


class Redactor:
    """Stripe, as far as it can forget a payer."""

    def __init__(self, house):
        self._house = house
        self.failures = []
        self.disputed = False
        #: key → job, and what each job has done.
        self.jobs = {}
        self.state = {}
        self.ran = []
        self.verdict = "ready"

    async def is_disputed(self, payments):
        return self.disputed

    async def redact(self, ids, key):
        if self.failures:
            raise PaymentError(self.failures.pop(), again=True)
        job = self.jobs.setdefault(key, f"prj_{len(self.jobs) + 1}")
        self.state.setdefault(job, ["working", tuple(ids)])
        return Redaction(job, "working")

    async def look_at_redaction(self, job):
        state = self.state[job]
        was = state[0]
        state[0] = {"working": self.verdict, "redacting": "succeeded"}.get(was, was)
        return Redaction(job, {"redacting": "working"}.get(state[0], state[0]))

    async def run_redaction(self, job, key):
        self.ran.append(job)
        self.state[job][0] = "redacting"
        return Redaction(job, "working")


class Meta:
    def __init__(self):
        self.answers = []
        self.forgotten = []

    async def forget(self, scoped):
        answer = self.answers.pop(0) if self.answers else "gone"
        if answer == "gone":
            self.forgotten.append(scoped)
        return answer


class Last:
    """Where last words are heard."""

    def __init__(self):
        self.said = []
        self.answers = []

    async def say(self, address, locale, said_at, item):
        if self.answers:
            return Told(self.answers.pop(0))
        self.said.append((address["id"], locale, item))
        return Told("told")


class Mailbox:
    def __init__(self):
        self.letters = []

    async def write(self, email, locale, item):
        self.letters.append((email, locale, item))
        return True


class Post:
    """Takes every letter."""

    ready = True

    def __init__(self):
        self.sent = []

    async def send(self, to, letter):
        self.sent.append((to, letter))


class NoPapers:
    """Nothing was invoiced."""

    async def of_order(self, _order):
        return []


class Noon(Clock):
    def __init__(self):
        self.at = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def now(self):
        return self.at


class House:
    """The stores and services of one process, with stand-ins for the world outside."""

    def __init__(self, stores, kept=None, clock=None, mails=False, controller=None):
        self.stores = stores
        self.is_open = True
        self.clock = clock or Noon()
        self.secrets = Secrets(MASTER)
        self.vault = Vault(stores.vault, self.secrets, self.clock)
        self.people = Customers(stores.app, self.vault, self.secrets, self.clock)
        self.esims = Esims(stores.app, self.vault, self.secrets, self.clock)
        self.imeis = Imeis(stores.app, self.vault, self.clock)
        self.engine = Engine(kept)
        self.orders = Orders(stores.app, self.clock, self.engine.start_with)
        self.voice = Voice(self)
        self.checkouts = Checkouts(self)
        self.provider = Provider()
        self.payments, self.meta, self.last, self.mailbox = Redactor(self), Meta(), Last(), Mailbox()
        self.unrecorded = set()
        self.bank = Bank()
        waits = Waits(0)
        truth = RefundTruth(
            stores.app, self.bank, self.clock, self.engine.start_with, self.secrets, self.voice
        )
        self.refunds = Refunds(
            stores.app,
            self.orders,
            WaysBack(self.bank, self.bank),
            self.engine,
            self.clock,
            waits,
            self.voice,
            Dispatches(stores.app, self.clock, waits),
            truth,
        )
        self.staff_deleted = []
        self.staff_obeys = True
        self.privacy = Privacy(
            stores,
            self.vault,
            self.secrets,
            self.clock,
            Waits(0),
            self.engine,
            Others(
                self.checkouts,
                {"keepgo": self.provider},
                self.forget_staff_messages,
                self.voice,
                payments=self.payments,
                forget_contact=self.meta.forget,
                last_word=self.last.say,
                cancel=Cancelling(stores.app, self.refunds, self.engine.start_with).cancel,
                mails=mails,
                write=self.mailbox.write,
                may_tell=lambda recipient: recipient not in self.unrecorded,
            ),
            controller=controller,
            door=Door("https://shop.example/export"),
        )
        self.rights = open_rights(
            stores,
            self.people,
            self.secrets,
            self.checkouts,
            NoPapers(),
            Mailer(MailSettings()),
            self.clock,
            self.voice,
        )
        self.mailer = Post()
        #: Who was caught up with.
        self.returned = []
        self.identity = Identity(
            stores,
            self.vault,
            self.secrets,
            self.clock,
            Waits(0),
            self.engine,
            MemoryLocks(),
            self.voice,
            self.people,
            self.mailer,
            self._has_returned,
        )
        self.guard = open_guard(stores, self.vault, self.secrets, self.clock)

    async def _has_returned(self, customer):
        self.returned.append(customer)

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
        self.phone, self.bsuid = f"3365550{sum(map(ord, tag)):05d}", f"FR.{tag}0bsuid"
        self.iccid = f"89{sum(map(ord, tag)):05d}4321098765432"
        self.imei = f"35{sum(map(ord, tag)):05d}99001761"
        self.activation = f"LPA:1$smdp.example${tag.upper()}-MATCHING"
        self.words, self.answered = f"my phone shows {tag} nothing", f"dear {tag} please restart"
        self.payment, self.session = f"pi_{tag}_payment", f"cs_{tag}_session"
        self.second, self.refund = f"pi_{tag}_second", f"re_{tag}_refund"
        self.chat = house.secrets.hash("chat", tag)

    @property
    def plain(self):
        """What must not be readable anywhere."""
        return [
            self.name, self.email, self.phone, self.bsuid, self.iccid, self.activation, self.imei, self.words,
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
        sale = Sale(
            {"data": "1 GB"}, "keepgo", "sku-1", Money(450, "EUR"), Money(75, "EUR"), "2.00", Decimal("0.2")
        )
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
        await house.imeis.keep(self.item, self.id, self.imei)
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
        from services.privacy.facts.registry import STORES

        for table in STORES[store].sorted_tables:
            for row in await house.all(select(table), store):
                for value in row:
                    found += list(readings(value, sealers, table.name, row._mapping))
    return found


def readings(value, sealers, table, row):
    if not isinstance(value, bytes):
        yield (table, str(value))
        return
    from services.privacy.facts.registry import about

    for entry in about(table):
        if entry.place and row[entry.column] == value:
            for sealer in sealers:
                try:
                    yield (table, sealer.open(value, entry.place.format_map(row)).decode())
                except ValueError:
                    continue
