"""What paused by itself is sold again when its reason is gone, and not before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from services.clock import Waits
from services.prices import DEFAULT, read_book
from services.providers import Cost, Gone, PriceChanged, Probe, ProviderError
from services.sales_pause import SalesPause, plan_of
from services.sales_probe import SalesProbe
from services.storage import open_stores
from tests.floor.outside import Noon

#: A dollar is 0.90 €.
BOOK = replace(read_book(DEFAULT), rates={"USD": Decimal("0.90")})
FIVE = Decimal(5)
PLAN = plan_of("keepgo", "1-1024-7")


class Account:
    """A provider's answers to the questions of a look."""

    def __init__(self):
        self.left: Cost | ProviderError | None = Cost(Decimal(0), "USD")
        self.listed = Gone()
        self.reached = Probe(ok=False, reason="unauthorized")

    async def balance(self):
        if isinstance(self.left, ProviderError):
            raise self.left
        return self.left

    async def check(self, _sku, _max_cost):
        return self.listed

    async def probe(self):
        return self.reached


class Looks:
    """A shop of which only the pauses and the looks at them are open."""

    def __init__(self, app):
        self.clock, self.account, self.fresh = Noon(), Account(), False
        self.sales = SalesPause(app, self.clock, Waits())
        self._probe = SalesProbe(
            self.sales,
            {"keepgo": self.account},
            self._refreshed,
            {"keepgo": "USD"}.get,
            lambda: BOOK,
            self.clock,
        )

    async def sells(self, cost=FIVE):
        """After the next look that is due."""
        self.clock.at += timedelta(hours=7)
        await self._probe.look()
        return await self.sales.stops("keepgo", "1-1024-7", cost) is None

    async def _refreshed(self):
        return self.fresh


@pytest.fixture
async def shop(tmp_path):
    stores = await open_stores(*(f"sqlite:///{tmp_path}/{name}.db" for name in ("app", "legal", "vault")))
    yield Looks(stores.app)
    await stores.close()


@pytest.mark.parametrize(
    ("left", "sells", "four"),
    [
        (Cost(Decimal("4.99"), "USD"), False, True),
        (Cost(Decimal("5.00"), "USD"), True, True),
        # 4.50 € are five dollars, and 3.60 € are four.
        (Cost(Decimal("4.49"), "EUR"), False, True),
        (Cost(Decimal("3.59"), "EUR"), False, False),
        (Cost(Decimal("4.50"), "EUR"), True, True),
        # Nobody is stopped by a guess, and whoever cannot tell is asked by buying.
        (Cost(Decimal("0.01"), "CHF"), True, True),
        (None, True, True),
        (ProviderError("timeout"), False, False),
    ],
)
async def test_credit_is_counted_in_the_currency_of_the_prices(shop, left, sells, four):
    await shop.sales.pause("keepgo", "no_credit", over=Decimal(0), wanted=FIVE)
    shop.account.left = left

    assert await shop.sells() == sells
    assert await shop.sells(Decimal(4)) == four


async def test_a_persons_pause_is_a_persons_to_end(shop):
    await shop.sales.pause("keepgo")
    shop.account.left, shop.account.reached = None, Probe(ok=True)

    assert not await shop.sells()


async def test_a_cap_ends_by_its_time_alone(shop):
    await shop.sales.pause("keepgo", "capped", shop.clock.now() + timedelta(hours=10), wanted=FIVE)

    assert not await shop.sells()
    assert await shop.sells()


async def test_an_account_that_lets_us_in_again_sells_again(shop):
    await shop.sales.pause("keepgo", "refused", wanted=FIVE)
    assert not await shop.sells()

    shop.account.reached = Probe(ok=True)
    assert await shop.sells()


async def test_a_plan_that_is_listed_again_is_sold_again(shop):
    await shop.sales.pause(PLAN, "gone", wanted=FIVE)
    assert not await shop.sells()

    shop.account.listed = PriceChanged(Cost(Decimal(6), "USD"))
    assert await shop.sells()


async def test_what_became_dearer_is_sold_once_todays_prices_are_known(shop):
    await shop.sales.pause(PLAN, "dearer", wanted=FIVE)
    assert not await shop.sells()

    shop.fresh = True
    assert await shop.sells()


async def test_a_look_comes_when_it_is_due_and_ever_more_rarely(shop):
    await shop.sales.pause(PLAN, "gone", wanted=FIVE)
    due = []
    for _ in range(3):
        (pause,) = (await shop.sales.reload()).pauses
        due.append(round((pause.look_at - shop.clock.now()).total_seconds()))
        shop.clock.at = pause.look_at - timedelta(seconds=1)
        await shop._probe.look()
        assert (await shop.sales.reload()).pauses == (pause,)
        shop.clock.at = pause.look_at
        await shop._probe.look()
    assert due == [300, 600, 1_200]
