"""What more data a line can get now, and at what price; or why it can get none."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from time import monotonic
from typing import Literal

import structlog

from services.esims import Esim
from services.money import Money
from services.orders.book import Sale
from services.orders.sold import SoldPlan
from services.prices import NoRate, Prices
from services.providers import EsimProvider, LineState, Offer, ProviderError, TopupOffer

log = structlog.get_logger()

#: A traveller waits no longer than this for a provider, in seconds.
IN_TIME = 2.5
#: What a provider offers for a line is good for so long, in seconds of the machine's time.
GOOD_FOR = 600.0
#: Lines whose offers are remembered.
MOST_REMEMBERED = 500
#: Offers shown for one line.
MOST_SHOWN = 9
#: A line of so many countries is priced as a global one.
GLOBAL_FROM = 60
#: A line in one of these states takes no more data.
OVER = frozenset({LineState.EXPIRED, LineState.DEACTIVATED, LineState.RECYCLED, LineState.SUSPENDED})


@dataclass(frozen=True)
class Topup:
    """More data for one line, as a traveller is told of it, at a price of the shop."""

    #: The provider's name for it.
    sku: str
    sold: SoldPlan
    price: Money
    tax: Money
    #: A share: 0.20.
    tax_rate: Decimal
    most_cost: Decimal

    def sale(self, esim: Esim) -> Sale:
        """For the order's book."""
        return Sale(
            plan=self.sold.as_json(),
            provider=esim.provider,
            sku=self.sku,
            price=self.price,
            tax=self.tax,
            most_cost=str(self.most_cost),
            tax_rate=self.tax_rate,
            tops_up=esim.id,
        )


@dataclass(frozen=True)
class Closed:
    """There is nothing to buy. "not_sold": this plan takes no more data; "over": nor does a line that has ended;
    "unreachable": the provider did not say in time."""

    why: Literal["not_sold", "over", "unreachable"]


@dataclass(frozen=True)
class _Heard:
    state: LineState
    offers: tuple[TopupOffer, ...]
    at: float = field(default_factory=monotonic)


class Topups:
    """Asks providers, and prices what they offer."""

    def __init__(self, providers: Mapping[str, EsimProvider], prices: Prices) -> None:
        self._providers = providers
        self._prices = prices
        self._heard: OrderedDict[str, _Heard] = OrderedDict()
        self._asking: dict[str, asyncio.Task[_Heard]] = {}

    async def of(self, esim: Esim) -> Sequence[Topup] | Closed:
        """The offers for a line that the caller owns, the cheapest first; answered in time."""
        if not esim.plan or not SoldPlan.from_json(esim.plan).can_top_up:
            return Closed("not_sold")
        try:
            heard = await self._ask_in_time(esim)
        except (TimeoutError, ProviderError) as error:
            log.info("no offers in time", esim=esim.id, error=type(error).__name__)
            return Closed("unreachable")
        if heard.state in OVER:
            return Closed("over")
        found = [topup for offer in heard.offers if (topup := self._priced(esim, offer)) is not None]
        return sorted(found, key=lambda topup: topup.price.minor)[:MOST_SHOWN] or Closed("not_sold")

    async def one(self, esim: Esim, plan: str) -> Topup | Closed:
        """One of the offers by the id of what is sold, at today's price."""
        found = await self.of(esim)
        if isinstance(found, Closed):
            return found
        return next((topup for topup in found if topup.sold.id == plan), Closed("not_sold"))

    async def _ask_in_time(self, esim: Esim) -> _Heard:
        heard = self._heard.get(esim.id)
        if heard is not None and monotonic() - heard.at < GOOD_FOR:
            return heard
        # One question at a time for each line; it goes on when we stop waiting, and the next press finds the answer.
        task = self._asking.get(esim.id)
        if task is None:
            task = self._asking[esim.id] = asyncio.create_task(self._ask(esim))
            task.add_done_callback(lambda done: self._asked(esim.id, done))
        return await asyncio.wait_for(asyncio.shield(task), IN_TIME)

    async def _ask(self, esim: Esim) -> _Heard:
        provider = self._providers[esim.provider]
        details, offers = await asyncio.gather(provider.esim(esim.iccid), provider.topup_offers(esim.iccid))
        heard = self._heard[esim.id] = _Heard(details.line_state, offers)
        while len(self._heard) > MOST_REMEMBERED:
            self._heard.popitem(last=False)
        return heard

    def _asked(self, esim: str, task: asyncio.Task[_Heard]) -> None:
        self._asking.pop(esim, None)
        if not task.cancelled():
            task.exception()  # it was told to whoever waited; nobody else needs it

    def _priced(self, esim: Esim, offer: TopupOffer) -> Topup | None:
        line = SoldPlan.from_json(esim.plan)
        as_plan = _as_plan(esim, line, offer)
        if self._prices.hides(as_plan.id):
            return None
        try:
            priced = self._prices.price(as_plan)
        except NoRate:
            return None
        sold = SoldPlan(
            id=as_plan.id,
            countries=line.countries,
            data=None if offer.unlimited else offer.data_bytes,
            days=offer.days,
            networks=line.networks,
            can_top_up=True,
            starts=None,
            tops_up=True,
        )
        return Topup(offer.sku, sold, priced.price, priced.tax, self._prices.book.vat, priced.most_cost)


def _as_plan(esim: Esim, line: SoldPlan, offer: TopupOffer) -> Offer:
    """A top-up is priced like a plan of the same size for the same places."""
    wide = "global" if len(line.countries) >= GLOBAL_FROM else "regional"
    return Offer(
        provider=esim.provider,
        sku=offer.sku,
        countries=line.countries,
        data_bytes=offer.data_bytes,
        unlimited=offer.unlimited,
        days=offer.days,
        cost=offer.cost,
        kind="country" if len(line.countries) == 1 else wide,  # type: ignore[arg-type]  # one of the two above
        label="",
        networks={},
        can_top_up=True,
        starts=None,
    )
