"""The services that write papers, on real stores, with buyers whose orders are paid and delivered at a word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from bot.conversation.i18n import speaking
from handlers import papers as words
from services.clock import Clock
from services.customers import Customers
from services.money import Money
from services.orders import Orders
from services.orders.book import Sale, move_item
from services.orders.order import Statement
from services.papers import Papers, Receipts
from services.payments import PaymentError, Received
from services.privacy.facts.policy import Controller
from services.seller import Seller
from services.storage.app import items, orders, refunds
from services.storage.legal import papers, series
from services.storage.sealing import Secrets, Vault
from services.taxes import OneRate

SELLER = Seller(
    brand="Miio",
    name="Miio SAS",
    form="SAS",
    capital="10 000 €",
    address="60 rue François 1er, 75008 Paris, France",
    siren="900 000 001",
    siret="900 000 001 00017",
    registry="RCS Paris 900 000 001",
    vat="FR12900000001",
    email="contact@esim-miio.com",
    mention="",
    zone=ZoneInfo("Europe/Paris"),
)
PLAN = {
    "id": "k2-1024-7",
    "countries": ["JP"],
    "data": 5 * 1024**3,
    "days": 30,
    "networks": ["au"],
    "can_top_up": True,
    "starts": None,
    "full_speed": None,
}
_numbers = count(1)


class Words:
    """Speaks as the bot does: the handlers' own words, without a chat."""

    def __init__(self):
        self.shop = SimpleNamespace(papers=SimpleNamespace(seller=SELLER))

    async def sheet(self, locale, facts):
        with speaking(locale):
            return await words.sheet(self.shop, facts)


class Service:
    """What the payment service tells of every payment; None: it does not answer."""

    def __init__(self):
        self.told = Received()

    async def received(self, _payment):
        if self.told is None:
            raise PaymentError("unreachable", again=True)
        return self.told


class Told(Clock):
    """The shop's time, as a test sets it: every look at it is a little later."""

    def __init__(self):
        super().__init__()
        self.at = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)

    def now(self):
        self.at += timedelta(milliseconds=1)
        return self.at


class Desk:
    """Everything that writes papers. `legal` may stand in for the store of the law."""

    def __init__(self, stores, policy=None, legal=None):
        self.stores = stores
        self.clock = Told()
        self.secrets = Secrets(b"m" * 32)
        self.customers = Customers(
            stores.app, Vault(stores.vault, self.secrets, self.clock), self.secrets, self.clock
        )
        self.orders = Orders(stores.app, self.clock, lambda *_: None)
        self.receipts = Service()
        self.learning = Receipts(stores.app, self.orders, {"stripe": self.receipts}, self.clock)
        self.policy = policy or OneRate()
        kept = SimpleNamespace(app=stores.app, legal=legal or stores.legal, vault=stores.vault)
        self.papers = Papers(
            kept,
            self.secrets,
            self.orders,
            self.customers,
            self.learning,
            lambda: self.policy,
            SELLER,
            Controller(),
            self.clock,
            Words(),
        )

    async def buyer(self, name=None):
        customer = await self.customers.known_as({"telegram": f"buyer-{next(_numbers)}"})
        if name:
            await self.customers.tell(customer, "name", name)
        return customer

    async def sale(self, customer=None, price=1310, rate="0.20", locale="en", *, delivered=True):
        """An order that was paid, and delivered unless told otherwise; its number."""
        customer = customer or await self.buyer()
        price = Money(price, "EUR")
        sold = Sale(PLAN, "keepgo", "sku-1", price, Money(0, "EUR"), "2.00", Decimal(rate))
        event = f"event-{next(_numbers)}"
        said = [Statement("terms", "J’accepte les conditions.")]
        order = await self.orders.place(event, customer, "chat-1", locale, "1", sold, said)
        await self.orders.paid(order.id, "stripe", f"pi_{order.id}", price)
        if delivered:
            await self.deliver(order.id)
        return order.id

    async def deliver(self, order):
        await self.move(order, "waiting", "buying")
        await self.move(order, "buying", "delivered")

    async def move(self, order, was, now):
        moved = await self.stores.app.transaction(
            lambda c: move_item(c, f"{order}-1", (was,), now, "test", self.clock.at)
        )
        assert moved

    async def refund(self, order, amount, key="one", state="succeeded", currency="EUR"):
        """Money of an order that goes back; the refund's key."""
        row = {
            "key": f"back:{order}:{key}",
            "order_id": order,
            "item_id": f"{order}-1",
            "amount": amount,
            "currency": currency,
            "payment": "pi_x",
            "state": state,
            "why": "goodwill",
            "at": self.clock.at,
        }
        await self.stores.app.transaction(lambda c: c.execute(insert(refunds).values(row)))
        return row["key"]

    async def moved(self, refund, state):
        await self.stores.app.transaction(
            lambda c: c.execute(update(refunds).where(refunds.c.key == refund).values(state=state))
        )

    async def paid_in_stars(self, order, stars, listed):
        """As an order that was paid in Telegram's Stars stands in the book."""
        values = {
            "currency": "XTR",
            "total": stars,
            "captured": stars,
            "listed_currency": "EUR",
            "listed_total": listed,
            "listed_tax": 0,
            "method": "stars",
        }

        def work(connection):
            connection.execute(update(orders).where(orders.c.id == order).values(values))
            connection.execute(update(items).where(items.c.order_id == order).values(price=stars))

        await self.stores.app.transaction(work)

    async def numbers(self, kind="invoice"):
        """The numbers of a series as they stand in the store, and the last one that was taken."""

        def work(connection):
            taken = connection.execute(
                select(papers.c.seq).where(papers.c.kind == kind).order_by(papers.c.seq)
            )
            last = connection.execute(select(series.c.last).where(series.c.kind == kind)).scalar()
            return list(taken.scalars()), last

        return await self.stores.legal.read(work)
