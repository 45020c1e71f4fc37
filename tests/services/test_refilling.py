"""One top-up at a provider in all its fates, step by step: tried once, looked for, never twice, never for nobody."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from decimal import Decimal
from itertools import count
from types import SimpleNamespace

import pytest
from postgres import databases
from sqlalchemy import delete, select, update

from services.attempts import Attempts
from services.books import read_books
from services.clock import Clock
from services.customers import Customers
from services.esims import Esims
from services.lanes import Lanes
from services.metrics import Metrics
from services.money import Money
from services.orders import Orders
from services.orders.book import Sale
from services.orders.sold import SoldPlan
from services.prices import DEFAULT, read_book
from services.providers import (
    Cost,
    EsimDetails,
    LineState,
    NotFound,
    Pending,
    ProviderError,
    Rejected,
    Snapshot,
    ToppedUp,
    TopupOffer,
    Unknown,
)
from services.sales_pause import SalesPause
from services.spend_guard import Limits, SpendGuard
from services.stock import STOCK_GOOD_FOR, Stock
from services.storage import open_stores
from services.storage.app import esims, items, purchases
from services.storage.sealing import Secrets, Vault
from services.topups import Refilling, SurplusData

_numbers = count(1)
BOUGHT = ToppedUp("7", "t7")


class Wholesaler:
    """Says what the test tells it to; the last answer of each kind stays."""

    def __init__(self):
        self.state = LineState.ACTIVE
        self.cost = Decimal(2)
        self.outcomes, self.looks = deque([BOUGHT]), deque([Pending()])
        self.asked, self.snapshots = [], []

    async def esim(self, iccid):
        return EsimDetails(iccid, "LPA:1$smdp.example$X", self.state, "Orion", "")

    async def topup_offers(self, iccid):
        return (TopupOffer("1024-10", 1024**3, False, 10, Cost(self.cost, "USD")),)

    async def snapshot(self, intent):
        return Snapshot(1, None, None, ("1",))

    async def balance(self):
        return None

    async def topup(self, intent):
        self.asked.append(intent.ref)
        return self._next(self.outcomes)

    async def resolve_topup(self, intent, snapshot, elapsed):
        self.snapshots.append(snapshot.packages)
        return self._next(self.looks)

    @staticmethod
    def _next(answers):
        answer = answers.popleft() if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Shop:
    """The services around one line of one customer."""

    def __init__(self, stores):
        self.app, self.clock, self.alarms = stores.app, Clock(), []
        #: Nobody else's line, customer or order in these stores is this one's.
        self.number = next(_numbers)
        self.iccid = f"89659725790001{self.number:05}"
        secrets = Secrets(b"m" * 32)
        vault = Vault(stores.vault, secrets, self.clock)
        self.customers = Customers(self.app, vault, secrets, self.clock)
        self.orders = Orders(self.app, self.clock, lambda *_started: None)
        self.esims = Esims(self.app, vault, secrets, self.clock)
        self.stock = Stock(self.app, vault, secrets, self.clock)
        self.wholesaler = Wholesaler()
        providers, attempts = {"keepgo": self.wholesaler}, Attempts(self.app, Metrics())
        waits, voice = (lambda seconds, floor=0: seconds), SimpleNamespace(alarm=self._alarm)
        sales = SalesPause(self.app, self.clock, waits)
        book = read_book(DEFAULT)
        guard = SpendGuard(
            self.app,
            providers,
            attempts,
            sales,
            Limits({}),
            lambda: book,
            self.clock,
            waits,
            voice,
            self._nobody_else,
        )
        lanes = Lanes(self.app, "me", providers, 60)
        self.steps = Refilling(self.app, self.esims, providers, attempts, guard, lanes, self.clock)
        self.surplus = SurplusData(self.app, self.esims, providers, attempts, self.clock, voice)

    async def _alarm(self, alarm):
        self.alarms.append(alarm.cause)

    async def _nobody_else(self, _item):
        return False

    async def move_in(self):
        self.ada = await self.customers.known_as({"telegram": f"42{self.number}"})
        item = await self.order(None)
        assert await self.esims.claim(item, "keepgo", "2-1024-7", self.iccid, "LPA:1$smdp.example$X")
        self.line = (await self.esims.of_item(item)).id
        return self

    async def order(self, line, customer=None):
        """A paid order: of a line, or of more data for one."""
        plan = SoldPlan("k1", ("JP",), 1024**3, 10, (), True, None, tops_up=line is not None)
        event = f"event-{next(_numbers)}"
        sku = "2-1024-7" if line is None else "1024-10"
        price = Money(450, "EUR"), Money(75, "EUR")
        sale = Sale(plan.as_json(), "keepgo", sku, *price, "2.50", Decimal("0.2"), line)
        order = await self.orders.place(event, customer or self.ada, "chat", "en", "1", sale, [])
        await self.orders.paid(order.id, "stripe", f"pi_{event}", Money(450, "EUR"))
        return order.item.id

    async def all(self, query):
        return await self.app.read(lambda connection: connection.execute(query).all())

    async def do(self, statement):
        await self.app.transaction(lambda connection: connection.execute(statement))

    async def state(self, item):
        return (await self.all(select(items.c.state).where(items.c.id == item)))[0][0]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
async def stores(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("refilling")
    urls = [f"sqlite:///{folder / name}.db" for name in ("app", "legal", "vault")]
    stores = await open_stores(*(databases().values() if request.param == "postgres" else urls))
    yield stores
    await stores.close()


@pytest.fixture
async def shop(stores):
    return await Shop(stores).move_in()


async def test_data_that_was_added_is_delivered_and_never_bought_again(shop):
    before, item = await read_books(shop.app), await shop.order(shop.line)
    assert await shop.steps.buy(item, 0) == "bought"
    assert await shop.steps.buy(item, 0) == "bought"
    assert await shop.state(item) == "delivered"
    assert shop.wholesaler.asked == [item]
    assert (await read_books(shop.app)).refills == before.refills + 1


async def test_an_attempt_that_was_begun_is_looked_for_and_not_begun_again(shop):
    item = await shop.order(shop.line)
    shop.wholesaler.outcomes = deque([Unknown("timeout")])
    shop.wholesaler.looks = deque([Pending(), ProviderError("timeout"), BOUGHT])
    assert await shop.steps.buy(item, 0) == "unknown"
    assert await shop.steps.buy(item, 0) == "unknown"
    assert [await shop.steps.look(item, 0) for _ in range(4)] == ["pending", "busy", "bought", "bought"]
    assert shop.wholesaler.asked == [item]


async def test_what_came_late_is_taken_before_anything_is_tried_again(shop):
    item = await shop.order(shop.line)
    shop.wholesaler.outcomes = deque([Unknown("timeout")])
    shop.wholesaler.looks = deque([NotFound(), BOUGHT])
    await shop.steps.buy(item, 0)
    assert await shop.steps.look(item, 0) == "absent"
    assert await shop.steps.buy(item, 1) == "bought"
    assert shop.wholesaler.asked == [item]


async def test_before_the_money_goes_back_it_is_looked_once_more(shop):
    item = await shop.order(shop.line)
    shop.wholesaler.outcomes = deque([Unknown("timeout")])
    shop.wholesaler.looks = deque([NotFound(), NotFound(), BOUGHT])
    await shop.steps.buy(item, 0)
    await shop.steps.look(item, 0)
    assert await shop.steps.after_all(item) == "absent"
    assert await shop.steps.after_all(item) == "bought"


async def test_one_top_up_of_a_line_is_in_flight_at_a_time(shop):
    first, second = await shop.order(shop.line), await shop.order(shop.line)
    shop.wholesaler.outcomes = deque([Unknown("timeout"), ToppedUp("8", "t8")])
    assert await shop.steps.buy(first, 0) == "unknown"
    assert await shop.steps.buy(second, 0) == "busy"
    shop.wholesaler.looks = deque([BOUGHT])
    assert await shop.steps.look(first, 0) == "bought"
    assert await shop.steps.buy(second, 0) == "bought"
    assert shop.wholesaler.asked == [first, second]


async def test_data_of_another_order_is_not_taken_for_ones_own(shop):
    first = await shop.order(shop.line)
    shop.wholesaler.outcomes = deque([Unknown("timeout"), ToppedUp("8", "t8")])
    shop.wholesaler.looks = deque([NotFound()])
    await shop.steps.buy(first, 0)
    await shop.steps.look(first, 0)
    assert await shop.steps.buy(await shop.order(shop.line), 0) == "bought"
    await shop.steps.after_all(first)
    assert shop.wholesaler.snapshots[-1] == ("1", "8")


@pytest.mark.parametrize("state", [LineState.EXPIRED, LineState.DEACTIVATED, LineState.RECYCLED])
async def test_a_line_that_has_ended_takes_no_data(shop, state):
    item = await shop.order(shop.line)
    shop.wholesaler.state = state
    assert await shop.steps.buy(item, 0) == "over"
    assert shop.wholesaler.asked == []


async def test_nobodys_line_and_somebody_elses_are_never_topped_up(shop):
    bob = await shop.customers.known_as({"telegram": f"43{shop.number}"})
    assert await shop.steps.buy(await shop.order(shop.line, bob), 0) == "over"
    item = await shop.order(shop.line)
    await shop.do(delete(esims).where(esims.c.id == shop.line))
    assert await shop.steps.buy(item, 0) == "over"
    assert shop.wholesaler.asked == []


@pytest.mark.parametrize(
    ("cost", "outcome", "why"),
    [
        (Decimal("2.51"), BOUGHT, "dearer"),
        (Decimal(2), Rejected("refused"), "refused"),
    ],
)
async def test_what_is_not_sold_at_that_price_is_rejected(shop, cost, outcome, why):
    item = await shop.order(shop.line)
    shop.wholesaler.cost, shop.wholesaler.outcomes = cost, deque([outcome])
    assert await shop.steps.buy(item, 0) == "rejected"
    assert await shop.steps.why(item) == why
    assert len(shop.wholesaler.asked) == (why == "refused")


async def test_an_attempt_cut_off_as_its_money_went_back_holds_up_no_other_top_up(shop):
    item, other = await shop.order(shop.line), await shop.order(shop.line)
    shop.wholesaler.outcomes = deque([Unknown("timeout"), ToppedUp("8", "t8")])
    await shop.steps.buy(item, 0)
    await shop.do(update(items).where(items.c.id == item).values(state="refund_due"))
    assert await shop.steps.buy(other, 0) == "busy"

    assert await shop.steps.buy(item, 0) == "unknown"
    assert await shop.steps.look(item, 0) == "gone"

    assert await shop.steps.buy(item, 0) == "gone"
    assert await shop.steps.buy(other, 0) == "bought"


async def test_data_that_came_after_the_refund_is_told_to_the_operator(shop):
    before, item = await read_books(shop.app), await shop.order(shop.line)
    shop.wholesaler.outcomes = deque([Unknown("timeout")])
    shop.wholesaler.looks = deque([NotFound(), NotFound(), BOUGHT])
    await shop.steps.buy(item, 0)
    await shop.steps.look(item, 0)
    await shop.do(update(items).where(items.c.id == item).values(state="refunded"))
    assert [await shop.surplus.look() for _ in range(3)] == [0, 1, 0]
    assert "surplus_data" in shop.alarms
    books = await read_books(shop.app)
    assert (books.refills, books.surplus_refills) == (before.refills, before.surplus_refills + 1)


async def test_data_that_came_while_a_person_decides_is_its_buyers(shop):
    item = await shop.order(shop.line)
    shop.wholesaler.outcomes = deque([Unknown("timeout")])
    shop.wholesaler.looks = deque([BOUGHT])
    await shop.steps.buy(item, 0)
    await shop.steps.leave(item, 0)
    await shop.orders.move(item, ("buying",), "needs_person", "unresolved")
    assert await shop.surplus.look() == 1
    assert await shop.state(item) == "delivered"
    (bought,) = await shop.all(select(purchases).where(purchases.c.item_id == item))
    assert (bought.state, bought.package) == ("bought", "7")


@pytest.mark.parametrize(("keeps", "given"), [(False, False), (True, True)])
async def test_a_line_that_waited_for_hours_is_given_only_if_its_days_do_not_run(shop, keeps, given):
    item = await shop.order(None)
    long_ago = shop.clock.now() - STOCK_GOOD_FOR - timedelta(minutes=1)
    assert await shop.stock.keep("keepgo", "2-1024-7", "9" + shop.iccid[1:], "LPA:1$a.b$X", long_ago)
    assert await shop.stock.give(item, "keepgo", "2-1024-7", keeps=keeps) is given
