"""Airalo: https://developers.partners.airalo.com, an API whose orders carry a reference of ours and can be found by it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from services.providers import (
    AccountLine,
    Cancellation,
    Capabilities,
    Cost,
    CountryOf,
    Device,
    EsimDetails,
    Gone,
    Hint,
    Intent,
    Known,
    Listing,
    Lookup,
    Oddities,
    Outcome,
    PriceChanged,
    PriceCheck,
    PriceOk,
    Probe,
    ProviderError,
    Resolution,
    Snapshot,
    TopupIntent,
    TopupOffer,
    TopupOutcome,
    TopupResolution,
    Unchecked,
    Unsupported,
    Usage,
)
from services.providers.airalo import lines, webhooks
from services.providers.airalo.client import Client, Settings
from services.providers.airalo.orders import Orders
from services.providers.airalo.selling import NAME, Pricing, listing
from services.providers.airalo.token import Keep
from services.providers.airalo.topups import Topups
from services.providers.values import decimal, text, whole

__all__ = ["SETTLE", "Airalo", "Settings", "connect"]

#: Seconds after which an order that several looks have not found is not there, before scaling.
SETTLE = 600
#: Airalo itself gives an answer about usage again for so long, before scaling.
USAGE_KEPT = timedelta(minutes=20)
#: Answers about usage that are kept.
MOST_KEPT = 5_000
#: A price younger than this needs no new list, in seconds of the machine's time.
PRICES_GOOD_FOR = 1200.0
#: Pages of the catalogue; it comes in one unless Airalo changes its mind.
MOST_PAGES = 500

CAPABILITIES = Capabilities(
    idempotent_create=False,
    client_ref=True,
    lookup=Lookup.REF,
    async_issue=True,
    usage_push=True,
    lifecycle_push=False,
    # A refund is a request that people review: https://developers.partners.airalo.com/request-refund-14583565e0
    cancel=False,
    sandbox=True,
    usage_min_interval=USAGE_KEPT,
)


class Airalo:
    """One account."""

    name = NAME
    caps = CAPABILITIES

    def __init__(
        self,
        client: Client,
        settings: Settings,
        country_of: CountryOf,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._settings = settings
        self._country_of = country_of
        self._now = now
        self._listing = asyncio.Lock()
        self._costs: tuple[float, Mapping[str, Cost]] | None = None
        self._used: OrderedDict[str, tuple[float, Usage]] = OrderedDict()
        #: What Airalo said that nobody knows, for the operator and the metrics.
        self.oddities = Oddities()
        settle = SETTLE * settings.factor
        self._orders = Orders(client, self.oddities, settings, settle)
        self._topups = Topups(client, self.oddities, settle)

    async def catalogue(self) -> Listing:
        """Every package of every operator that asks for no passport; some seconds and megabytes."""
        async with self._listing:
            return await self._fetch()

    async def check(self, sku: str, max_cost: Decimal) -> PriceCheck:
        """Against the latest list, which is fetched anew when it is old."""
        try:
            cost = (await self._fresh()).get(sku)
        except ProviderError as error:
            return Unchecked(error.reason)
        if cost is None:
            return Gone()
        return PriceOk(cost) if cost.amount <= max_cost else PriceChanged(cost)

    async def snapshot(self, intent: Intent | TopupIntent) -> Snapshot:
        """An order is found by its description and needs none; a line that is topped up is looked at first."""
        if isinstance(intent, TopupIntent):
            return await self._topups.snapshot(intent.iccid)
        return Snapshot()

    async def purchase(self, intent: Intent) -> Outcome:
        return await self._orders.place(intent)

    async def resolve(
        self, intent: Intent, snapshot: Snapshot, known: Known, elapsed: float, wanted: int
    ) -> Resolution:
        """Nothing but the description is needed: no other purchase has the same."""
        del snapshot, known, wanted
        return await self._orders.find(intent, elapsed)

    async def topup_offers(self, iccid: str) -> tuple[TopupOffer, ...]:
        return await self._topups.offers(iccid)

    async def topup(self, intent: TopupIntent) -> TopupOutcome:
        return await self._topups.buy(intent)

    async def resolve_topup(self, intent: TopupIntent, snapshot: Snapshot, elapsed: float) -> TopupResolution:
        return await self._topups.find(intent, snapshot, elapsed)

    async def esim(self, iccid: str) -> EsimDetails:
        return await lines.one(self._client, self.oddities, iccid)

    async def usage(self, iccid: str) -> Usage:
        """As measured when Airalo was first asked: within twenty minutes it would only say the same again."""
        now = asyncio.get_running_loop().time()
        kept = self._used.get(iccid)
        if kept is not None and now - kept[0] < USAGE_KEPT.total_seconds() * self._settings.factor:
            return kept[1]
        usage = await lines.usage(self._client, self.oddities, iccid, self._now())
        self._used[iccid] = now, usage
        self._used.move_to_end(iccid)
        if len(self._used) > MOST_KEPT:
            self._used.popitem(last=False)
        return usage

    async def tag(self, iccid: str, ref: str) -> None:
        """Our reference has been there since the order."""

    async def cancel(self, iccid: str) -> Cancellation:
        """Airalo's people decide about money back, on a request that a person must write."""
        del iccid
        return Unsupported()

    async def balance(self) -> Cost | None:
        """None for an account without credit. Raises ProviderError."""
        data = (await self._client.read("/balance")).get("data")
        balances = data.get("balances") if isinstance(data, Mapping) else None
        available = balances.get("availableBalance") if isinstance(balances, Mapping) else None
        if not isinstance(available, Mapping):
            return None
        amount, currency = decimal(available.get("amount")), text(available.get("currency"))
        if amount is None or not currency:
            raise ProviderError("garbled", again=60)
        return Cost(amount, currency)

    async def lines(self) -> tuple[AccountLine, ...]:
        found = {line.iccid: line async for line in lines.everything(self._client, self.oddities)}
        return tuple(found.values())

    async def sku_of(self, iccid: str) -> str | None:
        return await lines.bought_as(self._client, iccid)

    async def devices(self) -> tuple[Device, ...]:
        found = lines.rows(await self._client.read("/compatible-devices-lite"))
        return tuple(
            Device(text(one.get("brand")), text(one.get("name")) or text(one.get("model"))) for one in found
        )

    def parse_webhook(self, headers: Mapping[str, str], raw: bytes) -> tuple[Hint, ...]:
        found = webhooks.hints(headers, raw, self._settings, self.oddities)
        for hint in found:
            if hint.iccid is not None:
                self._used.pop(hint.iccid, None)
        return found

    async def subscribe(self) -> None:
        """Ask to be told of accepted orders, low data and low credit, where we can be. Raises ProviderError."""
        if self._settings.webhook_url:
            await webhooks.subscribe(self._client, self._settings)

    async def probe(self) -> Probe:
        try:
            return Probe(ok=True, balance=await self.balance())
        except ProviderError as error:
            return Probe(ok=False, reason=error.reason)

    async def close(self) -> None:
        await self._client.close()

    async def _fresh(self) -> Mapping[str, Cost]:
        async with self._listing:
            costs = self._costs
            if costs is None or asyncio.get_running_loop().time() - costs[0] >= PRICES_GOOD_FOR:
                await self._fetch()
            return self._costs[1] if self._costs else {}

    async def _fetch(self) -> Listing:
        destinations = []
        pricing = Pricing()
        for number in range(1, MOST_PAGES + 1):
            self._client.ask("packages")
            answer = await self._client.read(
                "/packages", {"include": "topup"} | ({"page": number} if number > 1 else {})
            )
            destinations += lines.rows(answer)
            pricing = Pricing.of(answer)
            meta = answer.get("meta")
            if number >= ((whole(meta.get("last_page")) or 1) if isinstance(meta, Mapping) else 1):
                break
        # Some thousand packages take tens of milliseconds: not on the loop.
        found = await asyncio.to_thread(listing, destinations, pricing, self._country_of, self.oddities)
        self._costs = asyncio.get_running_loop().time(), {offer.sku: offer.cost for offer in found.offers}
        return found


def connect(
    settings: Settings, country_of: CountryOf, now: Callable[[], datetime], keep: Keep | None = None
) -> Airalo:
    """The account that the settings name; nothing is called yet. `now` is the shop's clock."""
    return Airalo(Client(settings, keep), settings, country_of, now)
