"""A shop whose services are real, opened on empty databases."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from itertools import count
from pathlib import Path

from sqlalchemy import select

from services.attempts import Attempts
from services.books import read_books
from services.buyer_guard import BuyerGuard
from services.buyer_guard import Limits as BuyerLimits
from services.buying import Buying
from services.catalogue import Catalogue
from services.checkout import Checkouts
from services.clock import Waits
from services.customers import Customers
from services.delivery import Delivery
from services.dispatches import Dispatches
from services.disputes import Disputes
from services.esims import Esims
from services.evidence import Evidence
from services.failover import Failover
from services.fulfilment import Fulfilment
from services.giving_back import GivingBack
from services.imei import Imeis
from services.lanes import Lanes
from services.mailer import Mailer
from services.mailer import Settings as MailSettings
from services.metrics import Metrics
from services.money import Money
from services.news import EsimReady
from services.orders import Orders, Statement
from services.orders.book import Sale
from services.orders.order import FINAL
from services.payments.ways import WaysBack
from services.prices import Prices
from services.privacy.erasing.archive import Archive
from services.privacy.erasing.wiping import Wiping
from services.privacy.facts.policy import Controller
from services.promise import Promise
from services.refund_truth import RefundTruth
from services.refunds import Refunds
from services.sales_pause import SalesPause
from services.spend_guard import Limits, SpendGuard
from services.stock import Stock
from services.storage import open_stores
from services.storage.app import APP, esims, items, leases, orders, refunds
from services.storage.legal import LEGAL
from services.storage.sealing import Secrets, Vault
from services.storage.vault import VAULT
from services.trying import Trying
from tests.floor.engine import Engine
from tests.floor.outside import Bank, Noon, Phones, Wholesaler

SKU, PRICE = "1-1024-7", Money(1310, "EUR")
#: What every buyer declares before paying, and without which nothing is handed over.
DECLARED = (Statement("start_now", "at once"), Statement("right_ends", "it ends"))
STORES = ("app", "legal", "vault")
_numbers = count(1)


class Floor:
    """Everything between a payment and a QR. Made by `opened`."""

    def __init__(self, stores, limits=None):
        self.stores = stores
        app = stores.app
        self.clock, waits = Noon(), Waits(0)
        self.engine = Engine()
        self.wholesaler, self.bank, self.phones = Wholesaler(), Bank(), Phones(self._show)
        providers = {"keepgo": self.wholesaler}
        secrets = Secrets(b"m" * 32)
        self.vault = Vault(stores.vault, secrets, self.clock)
        self.customers = Customers(app, self.vault, secrets, self.clock)
        self.esims = Esims(app, self.vault, secrets, self.clock)
        self.orders = Orders(app, self.clock, self.engine.start_with)
        self.sales = SalesPause(app, self.clock, waits)
        prices = Prices()
        self.attempts = Attempts(app, Metrics())
        # One wholesaler, and no list: nobody else sells it.
        failover = Failover(
            app, Catalogue([], prices, Path("none"), self.clock), lambda: prices.book, self.clock
        )
        self.guard = SpendGuard(
            app,
            providers,
            self.attempts,
            self.sales,
            limits or Limits({}),
            lambda: prices.book,
            self.clock,
            Waits(1),
            self.phones,
            failover.could,
        )
        lanes = Lanes(app, "here", providers, 15)
        imeis, stock = Imeis(app, self.vault, self.clock), Stock(app, self.vault, secrets, self.clock)
        self.buying = Buying(
            app,
            self.esims,
            stock,
            providers,
            self.guard,
            failover,
            self.attempts,
            lanes,
            imeis,
            self.clock,
            self.phones,
        )
        dispatches = Dispatches(app, self.clock, waits)
        self.truth = RefundTruth(app, self.bank, self.clock, self.engine.start_with, secrets, self.phones)
        self.refunds = Refunds(
            app,
            self.orders,
            WaysBack(self.bank, self.bank),
            self.engine,
            self.clock,
            waits,
            self.phones,
            dispatches,
            self.truth,
        )
        self.delivery = Delivery(
            app,
            self.orders,
            self.esims,
            self.customers,
            Mailer(MailSettings("", "")),
            dispatches,
            self.engine,
            self.clock,
            waits,
            self.phones,
        )
        self.promise = Promise(
            app,
            self.engine,
            self.orders,
            stock,
            self.buying,
            self.refunds,
            self.clock,
            waits,
            self.phones,
        )
        self.fulfilment = Fulfilment(
            self.engine,
            self.orders,
            Trying(self.engine, waits, self.promise),
            self.buying,
            failover,
            self.delivery,
            self.refunds,
            self.phones,
            waits,
        )
        self.giving_back = GivingBack(app, self.clock, self.engine.start_with)
        buyers = BuyerGuard(app, BuyerLimits(), secrets, self.clock)
        checkouts = Checkouts(app, self.orders, self.bank, buyers, self.clock, self.phones)
        evidence = Evidence(app, self.orders, self.esims, self.customers, checkouts, providers, self.clock)
        self.disputes = Disputes(app, self.bank, evidence, self.vault, secrets, self.clock, self.phones)
        controller = Controller("Shop", "Street", "shop@example.org", "CNIL", "https://cnil.example")
        self._wiping = Wiping(
            app,
            self.vault,
            Archive(app, stores.legal, self.vault, secrets, controller),
            secrets,
            self.clock,
        )
        self.engine.next_start = self._inherit
        #: ICCID → the orders on whose phones it was shown.
        self.shown = {}

    async def order(self, customer=None):
        """Somebody orders; the order."""
        customer = customer or await self.customers.known_as({"telegram": str(next(_numbers))})
        sale = Sale(
            plan={
                "id": "k1",
                "countries": ["JP"],
                "data": 2**30,
                "days": 7,
                "networks": [],
                "can_top_up": False,
                "starts": None,
                "full_speed": None,
            },
            provider="keepgo",
            sku=SKU,
            price=PRICE,
            tax=Money(218, "EUR"),
            tax_rate=Decimal("0.20"),
            most_cost="5.00",
        )
        return await self.orders.place(
            f"event{next(_numbers)}", customer, f"chat-{customer}"[:64], "en", "2026-11", sale, DECLARED
        )

    async def pay(self, order, reference=None, amount=PRICE):
        """Money comes in."""
        return await self.orders.paid(order, "stripe", reference or f"pi_{order}", amount)

    async def settle(self):
        """Until nothing happens without time passing."""
        await self.engine.settle()
        await asyncio.gather(*self.promise._telling)

    async def erase(self, customer):
        """As the workflow of an erasure does it once nothing of theirs is on its way; False while something is."""
        theirs = select(orders.c.id).where(orders.c.customer_id == customer)
        moving = select(items.c.id).where(
            items.c.order_id.in_(theirs.where(orders.c.captured > 0)), items.c.state.not_in(FINAL)
        )
        due = select(refunds.c.key).where(refunds.c.order_id.in_(theirs), refunds.c.state == "due")
        if await self.all(moving) or await self.all(due):
            return False
        await self._wiping.empty(customer)
        if await self._wiping.remove(customer):
            await self.vault.destroy(customer)
        return True

    async def books(self):
        return await read_books(self.stores.app)

    async def all(self, query):
        return await self.stores.app.read(lambda connection: connection.execute(query).all())

    async def _inherit(self):
        """Alone on these databases: what is held there was held by a dead process."""
        await self.stores.app.transaction(lambda connection: connection.execute(leases.delete()))

    async def _show(self, item):
        if isinstance(item, EsimReady):
            esim = await self.esims.of_item(item.item)
            if esim is not None:
                assert esim.activation, "shown without a code"
                self.shown.setdefault(esim.iccid, set()).add(item.order)

    async def held_twice(self):
        """Items that were given two lines."""
        rows = await self.all(select(esims.c.item_id).where(esims.c.item_id.is_not(None)))
        items = [row.item_id for row in rows]
        return {item for item in items if items.count(item) > 1}


async def opened(urls, limits=None):
    """A shop on these three databases, which are emptied first."""
    stores = await open_stores(*urls)
    for store, tables in ((stores.app, APP), (stores.legal, LEGAL), (stores.vault, VAULT)):
        await store.transaction(
            lambda connection, tables=tables: [
                connection.execute(table.delete()) for table in reversed(tables.sorted_tables)
            ]
        )
    return Floor(stores, limits)


def files(folder):
    """The URLs of three SQLite files in a folder."""
    return tuple(f"sqlite:///{folder}/{name}.db" for name in STORES)
