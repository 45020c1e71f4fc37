"""The money side of a shop in a test's hands: a real store, the world's Stripe over real HTTP, and a voice to listen to."""

from __future__ import annotations

import json
import socket
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from types import SimpleNamespace

from sqlalchemy import select, update
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.telegram.payments import Transfer
from bot.payment_watch import watch
from bot.sandbox import credentials
from bot.sandbox.stripe import Stripe as WorldsStripe
from services.books import read_books
from services.buyer_guard import BuyerGuard, Limits
from services.checkout import Checkouts
from services.clock import Clock, Waits
from services.customers import Customers
from services.esims import Esims
from services.money import Money
from services.news import Told
from services.orders import Orders
from services.orders.book import Sale
from services.orders.order import Statement
from services.payments import PaymentError
from services.payments.stars import ALREADY, Stars
from services.payments.stripe.client import Stripe
from services.payments.stripe.settings import Settings
from services.payments.ways import WaysBack
from services.prices.stars import StarRate
from services.providers import LineState, ProviderError, Usage
from services.refund_truth import RefundTruth
from services.refunds import Refunds
from services.sales_pause import SalesPause
from services.stars import StarSales
from services.storage.app import checkouts, history, items, orders, refunds
from services.storage.sealing import Secrets, Vault
from tests.privacy.house import Engine
from tests.sandbox.small_world import listening, serving, until

PLAN = {
    "id": "k2-1024-7",
    "countries": ["JP"],
    "data": 1024**3,
    "days": 7,
    "networks": ["NTT Docomo"],
    "can_top_up": True,
    "starts": "first_use",
}
LIMITS = Limits(orders=4, amount=Decimal(100), secure_above=Decimal(50), declines=3)
#: Stripe's own library still hands its form to httpx in the old way.
OLD_WAY = "ignore:Use 'content=<...>' to upload:DeprecationWarning"
RATE = StarRate(Decimal(84), date(2026, 1, 1), timedelta(days=3650), 50)
SHOWN = "I ask that my eSIM be delivered at once."
_numbers = count(1)


class Voice:
    """Hears what is told, and says that it arrived."""

    def __init__(self):
        self.told, self.alarms = [], []

    async def tell(self, chat, item, key, also=None):
        if key not in [one for _, _, one in self.told]:
            self.told.append((chat, item, key))
        return Told("told")

    async def alarm(self, alarm):
        self.alarms.append((alarm.cause, alarm.facts))

    def kinds(self, order):
        return [type(item).__name__ for _, item, _ in self.told if item.order == order]


class Provider:
    """What a wholesaler says of its lines."""

    def __init__(self):
        self.used, self.away, self.cancelled = {}, False, []

    async def cancel(self, iccid):
        self.cancelled.append(iccid)

    async def tag(self, iccid, ref):
        pass

    async def usage(self, iccid):
        if self.away:
            raise ProviderError("away", again=1.0)
        used = self.used.get(iccid, 0)
        state = LineState.ACTIVE if used else LineState.READY
        return Usage(1024**3, used, 1024**3 - used, False, None, Clock().now(), state)


class Bank:
    """The account of Stars at Telegram: gives back whole, once, and may keep its answer to itself."""

    def __init__(self):
        self.account, self.given_back, self.refusals = [], [], []

    def pays(self, order, stars, payer=1):
        """Somebody pays; the line in the account."""
        line = Transfer(f"stx{next(_numbers)}", stars, payer, order, back=False)
        self.account.append(line)
        return line

    async def give_back(self, payer, charge):
        refusal = self.refusals.pop(0) if self.refusals else None
        if refusal is not None and refusal.reason != "answer_lost":
            raise refusal
        line = next(one for one in self.account if one.charge == charge and one.payer == payer)
        if charge in self.given_back:
            raise PaymentError(ALREADY, again=False)
        self.given_back.append(charge)
        self.account.append(replace(line, back=True))
        if refusal is not None:
            raise refusal

    async def transfers(self, skip):
        return self.account[skip : skip + 100]

    async def transfer(self, charge, *, back):
        mine = (one for one in self.account if one.charge == charge and one.back == back)
        return next(mine, None)


class WorldsTime(Clock):
    """The shop lives by the world's clock."""

    def __init__(self, world):
        self._world = world

    def now(self):
        return self._world.clock.now()


class Till:
    """Orders are placed and paid here; events come in when the test brings them."""

    def __init__(self, stores, world, stripe, post):
        self.stores, self.world, self.stripe, self.post = stores, world, stripe, post
        app = stores.app
        self.settings = SimpleNamespace(buyer_refund_warned=True)
        self.clock = WorldsTime(world)
        self.secrets = Secrets(b"m" * 32)
        self.vault = Vault(stores.vault, self.secrets, self.clock)
        self.customers = Customers(app, self.vault, self.secrets, self.clock)
        self.esims = Esims(app, self.vault, self.secrets, self.clock)
        self.durable = Engine()
        self.waits = Waits(0.0001)
        self.voice = Voice()
        self.provider = Provider()
        self.providers = {"keepgo": self.provider}
        self.orders = Orders(app, self.clock, self.durable.start_with)
        self.payments = Stripe(
            Settings(
                credentials.STRIPE_RESTRICTED_KEY,
                ("whsec_old", credentials.STRIPE_WEBHOOK_SECRET),
                f"{world.here}/stripe",
            )
        )
        self.guard = BuyerGuard(app, LIMITS, self.secrets, self.clock)
        self.checkouts = Checkouts(app, self.orders, self.payments, self.guard, self.clock, self.voice)
        truth = RefundTruth(app, self.payments, self.clock, self.durable.start_with, self.secrets, self.voice)
        self.bank = Bank()
        self.prices = SimpleNamespace(in_stars=lambda price, _now: RATE.of(price))
        self.catalogue = SimpleNamespace(plan=lambda plan: None if plan in self.unsold else plan)
        self.unsold = set()
        self.sales = SalesPause(app, self.clock, self.waits)
        self.stars = StarSales(
            app,
            self.orders,
            self.checkouts,
            self.catalogue,
            self.sales,
            self.prices,
            self.bank,
            self.guard,
            self.secrets,
            self.durable,
            truth,
            self.clock,
            self.waits,
            self.voice,
        )
        by_stars = Stars(self.bank, self.orders.get, lambda one: self.customers.id_at("telegram", one))
        self.refunds = Refunds(
            app,
            self.orders,
            WaysBack(self.payments, by_stars),
            self.durable,
            self.clock,
            self.waits,
            self.voice,
            Arrives(),
            truth,
        )
        self.watch = watch(self, truth, self.guard)

    async def buyer(self):
        """Somebody new."""
        return await self.customers.known_as({"telegram_user": f"till-{next(_numbers)}"})

    async def places(self, price=450, customer=None):
        """An order of somebody, not paid yet."""
        number = next(_numbers)
        sale = Sale(
            PLAN, "keepgo", "2", Money(price, "EUR"), Money(price // 6, "EUR"), "3.00", Decimal("0.20")
        )
        return await self.orders.place(
            f"event-{number}",
            customer or await self.buyer(),
            f"chat-{number}",
            "en",
            "2026-11",
            sale,
            [Statement("start_now", SHOWN)],
        )

    async def link(self, order):
        """The session at which it is paid."""
        url = await self.checkouts.link(order, "Japan", "https://t.me/sandbox_esim_bot")
        return url.rsplit("/", 1)[1]

    async def sells(self, price=450, delivered=True):
        """An order that is paid, and delivered: (order, session)."""
        order = await self.places(price)
        session = await self.link(order)
        await self.stripe.pay(session, "card", "Ada Example", "ada@example.org")
        await self.checkouts.settle(session)
        if delivered:
            await self.delivers(order)
        return order, session

    async def delivers(self, order):
        item = order.item.id
        await self.orders.move(item, ("waiting",), "buying", "paid")
        assert await self.esims.claim(item, "keepgo", "2", self.iccid(order), None)
        await self.esims.given(item, "told")

    def passes(self, **time):
        """Time passes, at Stripe and in the shop."""
        self.world.clock.offset += timedelta(**time)

    async def bank_answers(self):
        """Whatever a bank has been asked it has answered."""
        await until(lambda: not len(self.stripe._office.bank))

    async def run(self, story, subject):
        """A workflow, from here to its end."""
        name = f"by-hand-{next(_numbers)}"
        self.durable.start_with(None, story.__name__, name, subject)
        await self.durable.run()
        return self.durable.kept[name]["ended"]

    def iccid(self, order):
        """The line that an order gets."""
        return f"8900{int.from_bytes(order.id.encode(), 'big') % 10**15:015d}"

    async def forgets(self, session):
        """The shop has lost its note of an attempt to be paid."""
        await self.stores.app.transaction(
            lambda connection: connection.execute(
                update(checkouts).where(checkouts.c.session == session).values(state="failed", session=None)
            )
        )

    async def hears(self, session, *kinds):
        """Bring the events about a session's payment, of these kinds or all, in the order that was asked for."""
        mine = await self.bodies(session, *kinds)
        for raw, signature in mine:
            await self.watch.events.heard(self.payments.verify(raw, signature))
        return len(mine)

    async def bodies(self, session, *kinds):
        about = self._about(session)
        await until(lambda: not len(self.stripe._office.deliveries))
        found = [one for one in self.post if about & set(_ids(one[2]))]
        if not kinds:
            return [one[:2] for one in found]
        return [one[:2] for kind in kinds for one in found if one[2]["type"] == kind]

    def payment(self, session):
        """The payment's number at Stripe."""
        return self.stripe._office.books.sessions.get(session)["payment_intent"]

    def _about(self, session):
        books = self.stripe._office.books
        intent = self.payment(session)
        charges = {one["id"] for one in books.charges.oldest_first() if one["payment_intent"] == intent}
        return {session, intent, *charges} - {None}

    async def book(self, order):
        """The order's line in the books, which must close."""
        [line] = [one for one in (await read_books(self.stores.app)).orders if one.order == order.id]
        assert line.closes, line
        return line

    async def stands(self, order):
        """Where an order is, in words that can be compared between two orders."""

        def work(connection):
            row = connection.execute(select(orders).where(orders.c.id == order.id)).one()
            moves = connection.execute(
                select(history.c.was, history.c.now, history.c.why).where(history.c.order_id == order.id)
            ).all()
            back = connection.execute(
                select(refunds.c.amount, refunds.c.state, refunds.c.why).where(refunds.c.order_id == order.id)
            ).all()
            return {
                "state": row.state,
                "captured": row.captured,
                "disputed": row.disputed,
                "items": tuple(
                    connection.execute(select(items.c.state).where(items.c.order_id == order.id)).scalars()
                ),
                "moves": Counter(map(tuple, moves)),
                "refunds": sorted(map(tuple, back)),
            }

        found = await self.stores.app.read(work)
        works = [one["name"] for one in self.durable.kept.values() if order.id in one["subject"]]
        return found | {"work": sorted(works), "told": sorted(self.voice.kinds(order.id))}

    async def close(self):
        await self.payments.close()


class Arrives:
    """Every message arrives."""

    async def tries(self, about):
        return 0

    def noting(self, chat, about):
        return None

    async def arrived(self, *about):
        return True


def _ids(event):
    about = event["data"]["object"]
    return about["id"], about.get("payment_intent"), about.get("charge")


@asynccontextmanager
async def a_till(stores):
    """A till whose post is a list: (body, signature, event) of everything that Stripe has sent."""
    post = []

    async def take(request):
        raw = await request.body()
        post.append((raw, request.headers["stripe-signature"], json.loads(raw)))
        return Response()

    with socket.socket(proto=socket.IPPROTO_TCP) as door:
        door.bind(("127.0.0.1", 0))
        bot = f"http://127.0.0.1:{door.getsockname()[1]}"
        app = Starlette(routes=[Route("/stripe", take, methods=["POST"])])
        async with listening(app, door), serving(WorldsStripe, bot) as (world, stripe):
            till = Till(stores, world, stripe, post)
            try:
                yield till
            finally:
                await till.close()
