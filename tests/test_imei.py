"""A plan that works in one device only: its IMEI is asked for before paying, kept sealed, and told when it is asked."""

from __future__ import annotations

import json
from decimal import Decimal
from hashlib import sha256
from types import SimpleNamespace

import pytest
from living import Living
from postgres import databases
from sqlalchemy import select

from services.attempts import Attempts
from services.buying import Buying
from services.clock import Clock
from services.customers import Customers
from services.esims import Esims
from services.imei import Imeis, imei_of
from services.lanes import Lanes
from services.metrics import Metrics
from services.money import Money
from services.orders import Orders
from services.orders.book import Sale
from services.orders.sold import SoldPlan
from services.providers import Cost, Fulfilled, Snapshot
from services.spend_guard import Go
from services.stock import Stock
from services.storage import open_stores
from services.storage.rights import disclosures
from services.storage.sealing import Secrets, Vault

IMEI = "352099001761481"


@pytest.mark.parametrize(
    ("words", "imei"),
    [
        (IMEI, IMEI),
        ("35-209900-176148-1", IMEI),
        ("IMEI1: 35 209900 176148 1 / 01", IMEI),
        ("352099001761481 and 490154203237518", IMEI),
        ("352099001761482 or 490154203237518", "490154203237518"),
        ("٣٥٢٠٩٩٠٠١٧٦١٤٨١", IMEI),
        ("352099001761482", None),  # a slip in the last digit
        ("352099001671481", None),  # two digits that changed places
        ("3520990017614811", None),
        ("35209900176148", None),
        ("89049032007108882600137544319616", None),  # an EID
        ("no idea", None),
        ("", None),
    ],
)
def test_an_imei_in_somebodys_words(words, imei):
    assert imei_of(words) == imei


class Wholesaler:
    """Sells, and remembers what it was told."""

    def __init__(self):
        self.told = []

    async def snapshot(self, intent):
        return Snapshot()

    async def purchase(self, intent):
        self.told.append(intent.imei)
        return Fulfilled(f"8965972579000{len(self.told):06}", "LPA:1$smdp.example$X")


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_the_provider_is_told_when_its_plan_asks_and_only_then(store, tmp_path):
    urls = databases().values() if store == "postgres" else [
        f"sqlite:///{tmp_path / name}.db" for name in ("app", "legal", "vault")
    ]  # fmt: skip
    stores = await open_stores(*urls)
    clock, secrets, wholesaler = Clock(), Secrets(b"m" * 32), Wholesaler()
    app, vault = stores.app, Vault(stores.vault, secrets, clock)
    orders, imeis = Orders(app, clock, lambda *_started: None), Imeis(app, vault, clock)
    esims, lanes = Esims(app, vault, secrets, clock), Lanes(app, "me", ["keepgo"], 60)

    async def may(*_asked):
        return Go(Cost(Decimal(1), "USD"))

    guard, attempts = SimpleNamespace(may=may), Attempts(app, Metrics())
    buying = Buying(
        app,
        esims,
        Stock(app, vault, secrets, clock),
        {"keepgo": wholesaler},
        guard,
        None,
        attempts,
        lanes,
        imeis,
        clock,
        None,
    )
    customer = await Customers(app, vault, secrets, clock).known_as({"telegram": "42"})
    try:
        for number, needs in enumerate((True, False)):
            plan = SoldPlan("k1", ("JP",), 1, 7, (), True, None, needs_imei=needs)
            sale = Sale(
                plan.as_json(), "keepgo", "1-1-7", Money(450, "EUR"), Money(75, "EUR"), "2.00", Decimal("0.2")
            )
            order = await orders.place(f"event-{number}", customer, "chat", "en", "1", sale, [])
            await imeis.keep(order.item.id, customer, IMEI)
            await orders.paid(order.id, "stripe", f"pi_{number}", Money(450, "EUR"))
            assert await buying.buy(order.item.id, 0) == "bought"
        assert wholesaler.told == [IMEI, None]
        (given,) = await app.read(lambda connection: connection.execute(select(disclosures)).all())
        assert (given.customer_id, given.recipient, given.what) == (customer, "keepgo", "imei")
        assert given.times == 1
    finally:
        await stores.close()


async def test_it_is_asked_for_before_paying_and_stands_nowhere_in_the_clear():
    living = await Living().start()
    try:
        living.stop_bot()
        need_imei(living.data / "catalogue.json")
        # The copy stays: nobody brings another list, however long the walk to the link takes.
        await living.fault("keepgo", "error-500", method="bundles", times=1_000)
        living.start_bot()
        await living.healthy()
        ada = living.traveller("whatsapp", "ada", "en")
        plans = await ada.asks("Japan, 10 days", "Plans for Japan")
        await ada.taps(plans["buttons"][0]["label"], "one phone or tablet only")
        await ada.taps("It fits", "1 of 2")
        await ada.taps("Yes, start now", "2 of 2")
        await ada.taps("I agree", "one device only")
        await ada.asks("352099001761482", "no IMEI, or it has a slip")
        link = await ada.asks("IMEI 35-209900-176148-1", "obligation to pay")
        session = link["buttons"][0]["url"].rsplit("/", 1)[1]
        await living.calm()
        await ada.mark()
        await living.pay(session)
        await ada.gets_qr()
        await living.at_rest()
    finally:
        await living.stop()
    for path in [*living.data.iterdir(), *living.logs]:
        assert IMEI.encode() not in path.read_bytes(), path.name


def need_imei(path):
    """Every plan of the catalogue's copy works in one device only."""
    head, content = path.read_text().splitlines()
    shelves = json.loads(content)
    for shelf in shelves.values():
        for row in shelf["offers"]:
            row[-1] = True
    content = json.dumps(shelves, separators=(",", ":"))
    says = {**json.loads(head), "sha256": sha256(content.encode()).hexdigest()}
    path.write_text(f"{json.dumps(says)}\n{content}\n")
