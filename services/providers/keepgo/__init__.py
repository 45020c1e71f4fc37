"""KeepGo (also sold as Esimba): https://www.keepgo.com, an API in which a purchase carries no reference of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.providers import (
    Accepted,
    AccountLine,
    Cancellation,
    Cancelled,
    Capabilities,
    Cost,
    CountryOf,
    Device,
    EsimDetails,
    Forged,
    Fulfilled,
    Gone,
    Hint,
    Intent,
    Known,
    LineState,
    Listing,
    Lookup,
    Oddities,
    Outcome,
    PriceChanged,
    PriceCheck,
    PriceOk,
    Probe,
    ProviderError,
    Refused,
    Rejected,
    Resolution,
    Snapshot,
    TopupIntent,
    TopupOffer,
    TopupOutcome,
    TopupResolution,
    Unchecked,
    Unknown,
    Usage,
    activation_of,
    iccid_of,
)
from services.providers.keepgo import devices, lines
from services.providers.keepgo.client import Client, Done, Settings
from services.providers.keepgo.lines import Seen
from services.providers.keepgo.probing import probe
from services.providers.keepgo.refills import Refills
from services.providers.keepgo.resolving import Resolver, balance_of, newest_first
from services.providers.keepgo.selling import NAME, Sku, listing
from services.providers.values import text

__all__ = ["AUTO_REFILL", "SETTLE", "Client", "KeepGo", "Settings", "connect", "probe"]

#: Seconds after which a purchase that left no line left none for good, before scaling.
SETTLE = 1200
#: A price younger than this needs no new list, in seconds of the machine's time.
PRICES_GOOD_FOR = 1200.0

#: The oddity of a line that buys data by itself, with our money.
AUTO_REFILL = "auto-refill-on"

CAPABILITIES = Capabilities(
    idempotent_create=False,
    # A line's note can only be written afterwards.
    client_ref=False,
    lookup=Lookup.DIFF,
    async_issue=True,
    # There are webhooks, but what they say and how they are signed is not documented.
    usage_push=False,
    lifecycle_push=False,
    cancel=True,
    sandbox=False,
    usage_min_interval=timedelta(minutes=15),
)


class KeepGo:
    """One account. `settle`: real seconds until "nothing was bought" can be said for certain."""

    name = NAME
    caps = CAPABILITIES

    def __init__(
        self,
        client: Client,
        country_of: CountryOf,
        *,
        settle: float = SETTLE,
        currency: str = "USD",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._country_of = country_of
        self._currency = currency
        self._now = now
        self._listed: _Listed | None = None
        self._listing = asyncio.Lock()
        #: What KeepGo said that nobody knows, for the operator and the metrics.
        self.oddities = Oddities()
        self._resolver = Resolver(client, self.oddities, settle)
        self._refills = Refills(client, self.oddities, settle)

    async def catalogue(self) -> Listing:
        """Every bundle that is issued at once; some seconds and megabytes. Raises ProviderError."""
        async with self._listing:
            return (await self._fetch()).listing

    async def check(self, sku: str, max_cost: Decimal) -> PriceCheck:
        """Against the latest list, which is fetched anew when it is old."""
        try:
            cost = (await self._fresh()).costs.get(sku)
        except ProviderError as error:
            return Unchecked(error.reason)
        if cost is None:
            return Gone()
        return PriceOk(cost) if cost.amount <= max_cost else PriceChanged(cost)

    async def snapshot(self, intent: Intent | TopupIntent) -> Snapshot:
        """Raises ProviderError: who cannot be asked three questions should not be sent a purchase."""
        if isinstance(intent, TopupIntent):
            return await self._refills.snapshot(intent.iccid)
        Sku.parse(intent.sku)
        page, balance, payments = await asyncio.gather(
            lines.page(self._client, self.oddities, 1, per_page=1),
            balance_of(self._client),
            newest_first(self._client),
        )
        newest = text(payments[0].get("transaction_id")) if payments else ""
        return Snapshot(page.total, balance, newest or None)

    async def purchase(self, intent: Intent) -> Outcome:
        """One POST. What KeepGo does not clearly refuse or grant is Unknown."""
        match await self._client.write("POST", "/line/create", Sku.parse(intent.sku).body()):
            case Done(answer):
                return self._bought(answer)
            case refused_or_unknown:
                return refused_or_unknown

    async def resolve(
        self, intent: Intent, snapshot: Snapshot, known: Known, elapsed: float, wanted: int
    ) -> Resolution:
        """Raises ProviderError; asking again is harmless."""
        label = self._listed.labels.get(Sku.parse(intent.sku).bundle) if self._listed else None
        return await self._resolver.resolve(intent, snapshot, known, elapsed, max(1, wanted), label)

    async def topup_offers(self, iccid: str) -> tuple[TopupOffer, ...]:
        """Not of unlimited lines: what data would add to one of those, KeepGo does not say."""
        return tuple(offer for offer in await self._refills.offers(iccid) if not offer.unlimited)

    async def topup(self, intent: TopupIntent) -> TopupOutcome:
        return await self._refills.buy(intent)

    async def resolve_topup(self, intent: TopupIntent, snapshot: Snapshot, elapsed: float) -> TopupResolution:
        """Raises ProviderError; asking again is harmless."""
        return await self._refills.resolve(intent, snapshot, elapsed)

    async def esim(self, iccid: str) -> EsimDetails:
        return (await self._line(iccid)).details

    async def sku_of(self, iccid: str) -> str | None:
        """From the bundle and the first data of a line; top-ups come later in its life."""
        line = await self._line(iccid)
        first = next(iter(line.details.packages), None)
        if line.bundle is None or first is None or first.total_bytes is None:
            return None
        return str(Sku(line.bundle, first.total_bytes // 1024**2, first.days))

    async def usage(self, iccid: str) -> Usage:
        """`unlimited` is None as long as the list of bundles was not read in this process."""
        line = await self._line(iccid)
        known = self._listed is not None and line.bundle in self._listed.labels
        unlimited = line.bundle in self._listed.unlimited if self._listed and known else None
        return lines.usage(line, unlimited, self._now())

    async def tag(self, iccid: str, ref: str) -> None:
        """The note of a line; it also keeps the line from being taken for a lost purchase."""
        match await self._client.write("PUT", f"/line/{iccid}/update_notes", {"notes": ref}):
            case Done():
                return
            case Unknown(cause):
                raise ProviderError(cause, again=5)
            case refused:
                raise ProviderError(refused.reason, again=(refused.after or 5) if refused.retryable else None)

    async def cancel(self, iccid: str) -> Cancellation:
        """A day that is over as the line's last one switches it off. Nothing comes back to the account."""
        over = (self._now() - timedelta(days=1)).date().isoformat()
        wanted = {"deactivation_date": over}
        match await self._client.write("PUT", f"/line/{iccid}/deactivation_date", wanted):
            case Rejected(reason, retryable=False):
                return Refused(reason)
            case Rejected(reason, after=after):
                raise ProviderError(reason, again=after or 5)
            case _:
                # An answer says that the day was noted; only the line's state says that it is off.
                off = (await lines.one(self._client, self.oddities, iccid)).details.line_state
        if off is not LineState.DEACTIVATED:
            raise ProviderError("still-on", again=60)
        return Cancelled()

    async def balance(self) -> Cost:
        return Cost(await balance_of(self._client), self._currency)

    async def lines(self) -> tuple[AccountLine, ...]:
        """Oldest pages included; read again until the total stands still."""
        first = await lines.page(self._client, self.oddities, 1)
        found: dict[str, AccountLine] = {}
        async for page in lines.every_page(self._client, self.oddities, first):
            found.update((line.iccid, line) for line in page.lines)
        return tuple(found.values())

    async def devices(self) -> tuple[Device, ...]:
        """Raises ProviderError."""
        return devices.read(await self._client.read("/esim_enabled_devices"))

    async def countries(self) -> tuple[str, ...]:
        """The names of every country that KeepGo knows, in alphabetical order. Raises ProviderError."""
        found = (await self._client.read("/countries")).get("countries")
        if not isinstance(found, Mapping):
            raise ProviderError("garbled", again=60)
        return tuple(sorted(filter(None, map(text, found.values()))))

    def parse_webhook(self, headers: Mapping[str, str], raw: bytes) -> tuple[Hint, ...]:  # noqa: ARG002
        """None is documented, so none can be told from a forged one."""
        raise Forged(NAME)

    async def probe(self) -> Probe:
        try:
            return Probe(ok=True, balance=await self.balance())
        except ProviderError as error:
            return Probe(ok=False, reason=error.reason)

    async def close(self) -> None:
        await self._client.close()

    async def _line(self, iccid: str) -> Seen:
        """One line, which must not buy more data by itself: that would be our money."""
        line = await lines.one(self._client, self.oddities, iccid)
        if line.details.auto_refill:
            self.oddities.note(AUTO_REFILL)
            await self._client.write("PUT", f"/line/{iccid}/turn_off_auto_refill", {})
        return line

    def _bought(self, answer: Mapping[str, Any]) -> Outcome:
        card = answer.get("sim_card")
        iccid = iccid_of(card.get("iccid")) if isinstance(card, Mapping) else None
        if not isinstance(card, Mapping) or iccid is None:
            return Unknown("no-iccid")
        transaction = text(answer.get("transaction_id")) or None
        activation = activation_of(card.get("lpa_code"))
        if activation is None:
            return Accepted(iccid, transaction)
        return Fulfilled(iccid, activation, transaction)

    async def _fresh(self) -> _Listed:
        async with self._listing:
            listed = self._listed
            if listed is not None and asyncio.get_running_loop().time() - listed.at < PRICES_GOOD_FOR:
                return listed
            return await self._fetch()

    async def _fetch(self) -> _Listed:
        # Bundles that issue later are left out until KeepGo documents how.
        answer = await self._client.read("/bundles", with_async="false")
        bundles = answer.get("bundles")
        if not isinstance(bundles, list):
            raise ProviderError("garbled", again=60)
        # Some thousand offers take tens of milliseconds: not on the loop.
        found = await asyncio.to_thread(listing, bundles, self._country_of, self.oddities)
        self._listed = _Listed(found, asyncio.get_running_loop().time())
        return self._listed


class _Listed:
    """What the latest list said, by SKU and by bundle. `at`: the loop's time of reading."""

    def __init__(self, found: Listing, at: float) -> None:
        self.listing = found
        self.at = at
        self.costs = {offer.sku: offer.cost for offer in found.offers}
        bundles = [(Sku.parse(offer.sku).bundle, offer) for offer in found.offers]
        self.labels = {bundle: offer.label for bundle, offer in bundles}
        self.unlimited = frozenset(bundle for bundle, offer in bundles if offer.unlimited)


def connect(settings: Settings, country_of: CountryOf, now: Callable[[], datetime]) -> KeepGo:
    """The account that the settings name; nothing is called yet. `now` is the shop's clock."""
    client = Client(settings)
    settle = SETTLE * settings.factor
    return KeepGo(client, country_of, settle=settle, currency=settings.currency, now=now)
