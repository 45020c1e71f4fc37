"""What the shop sells now, held in memory: reading it never waits for anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from services.catalogue.assortment import Assortment
from services.catalogue.choosing import MOST
from services.catalogue.copy import NAME, CopyError, Shelf, read_copy, write_copy
from services.catalogue.names import countries, country_of
from services.catalogue.plan import Plan, plan_of
from services.places import Region
from services.prices import Prices
from services.providers import EsimProvider, Listing, Offer, ProviderError
from services.sales_pause import AskPaused, nothing_pauses

__all__ = [
    "MOST",
    "NAME",
    "Catalogue",
    "CopyError",
    "Plan",
    "Shelf",
    "countries",
    "country_of",
    "plan_of",
    "read_copy",
    "write_copy",
]

#: A list of less than this share of the one before is taken for a mistake.
LEAST_SHARE = 0.5
#: Names that one alert tells.
MOST_NAMES = 20

#: Told (cause, facts) when somebody should look; facts hold no more than names of places and numbers.
Alert = Callable[[str, str], None]


class Clock(Protocol):
    """The shop's clock."""

    def now(self) -> datetime: ...


class Catalogue:
    """Offers of all providers, priced by the list in force. Call `load` once, then `refresh` now and then."""

    def __init__(
        self,
        providers: Sequence[EsimProvider],
        prices: Prices,
        path: Path,
        clock: Clock,
        alert: Alert = lambda _cause, _facts: None,
        paused: AskPaused = nothing_pauses,
    ) -> None:
        self._providers = {provider.name: provider for provider in providers}
        if len({name[0] for name in self._providers}) < len(providers):
            raise ValueError("plans are told apart by their providers' first letters, and two are the same")
        self._prices = prices
        self._path = path
        self._clock = clock
        self._alert = alert
        self._paused = paused
        self._refreshing = asyncio.Lock()
        self._shelves: dict[str, Shelf] = {}
        self._sold = Assortment((), prices, alert, paused)

    @property
    def providers(self) -> tuple[str, ...]:
        """Whose plans are sold."""
        return tuple(self._providers)

    async def load(self) -> None:
        """The last good copy from disk; a provider that it lacks is asked."""
        try:
            shelves = await asyncio.to_thread(read_copy, self._path)
        except CopyError as error:
            if error.reason != "missing":
                self._alert("catalogue-copy", error.reason)
            shelves = {}
        self._put({name: shelf for name, shelf in shelves.items() if name in self._providers})
        if len(self._shelves) < len(self._providers):
            await self.refresh(only_missing=True)

    async def refresh(self, *, only_missing: bool = False) -> bool:
        """Ask the providers. False when one of them did not give a list that can be believed."""
        async with self._refreshing:
            asked = [p for p in self._providers.values() if not (only_missing and p.name in self._shelves)]
            fetched = await asyncio.gather(*map(self._fetch, asked))
            new = {p.name: shelf for p, shelf in zip(asked, fetched, strict=True) if shelf is not None}
            if new:
                self._put(new)
                await self._keep()
            return len(new) == len(asked)

    def plans(self, country: str, days: int | None = None) -> list[Plan]:
        """At most nine good choices for a country, the best first. `days`: how long the trip is."""
        return self._sold.covering((country,), days)

    def covering(self, going_to: Collection[str], days: int | None = None) -> list[Plan]:
        """Good choices that work in all of these countries, the best first."""
        return self._sold.covering(going_to, days)

    def of_region(self, key: str, days: int | None = None) -> list[Plan]:
        """Good choices made for a region ("europe"), the best first."""
        return self._sold.of_region(key, days)

    def of_size(self, place: str, size: int | None, days: int | None = None) -> Plan | None:
        """The cheapest plan of exactly that size (bytes; None: unlimited) and, if told, days, for a country or region."""
        return self._sold.of_size(place, size, days)

    def regions(self) -> list[Region]:
        """The regions that there are plans for."""
        return self._sold.regions()

    def countries(self) -> list[str]:
        """Every country that there are plans for, in alphabetical order of their codes."""
        return self._sold.countries()

    def plan(self, plan_id: str) -> Plan | None:
        """A plan by its id, at today's price; None when it is not sold (any more)."""
        return self._sold.plan(plan_id)

    def for_sale(self, going_to: Collection[str]) -> list[Offer]:
        """Everything that can be bought now and works in all of these countries, whoever sells it."""
        return self._sold.for_sale(going_to)

    def currency_of(self, provider: str) -> str | None:
        """What a provider's prices are in; None when it sells nothing."""
        shelf = self._shelves.get(provider)
        return shelf.listing.offers[0].cost.currency if shelf and shelf.listing.offers else None

    def pauses(self, plan_id: str) -> bool:
        """Whether a plan is not sold now, but will be again."""
        return self._sold.pauses(plan_id)

    def rests(self, going_to: Collection[str]) -> bool:
        """Whether some plans for all of these countries are not sold now, but will be again."""
        return self._sold.rests(going_to)

    def __len__(self) -> int:
        return len(self._sold)

    @property
    def fresh(self) -> datetime | None:
        """When the oldest of the lists was fetched; None while there is none."""
        return min((shelf.fetched_at for shelf in self._shelves.values()), default=None)

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Names of places that no country is known for; what else is sold with them is."""
        return tuple(sorted({name for shelf in self._shelves.values() for name in shelf.listing.unmapped}))

    async def _fetch(self, provider: EsimProvider) -> Shelf | None:
        """The provider's list, or None for one that should not replace what we have."""
        try:
            listing = await provider.catalogue()
        except ProviderError as error:
            self._alert("catalogue-unavailable", f"{provider.name} {error.reason}")
            return None
        shelf = self._shelves.get(provider.name)
        before = Listing(()) if shelf is None else shelf.listing
        counts = len(before.offers), len(listing.offers)
        if not listing.offers or counts[1] < counts[0] * LEAST_SHARE:
            self._alert("catalogue-shrunk", f"{provider.name} {counts[0]} {counts[1]}")
            return None
        if listing.unmapped and listing.unmapped != before.unmapped:
            self._alert("catalogue-unmapped", ", ".join(listing.unmapped[:MOST_NAMES]))
        return Shelf(listing, self._clock.now())

    def _put(self, new: Mapping[str, Shelf]) -> None:
        self._shelves |= new
        every = (offer for shelf in self._shelves.values() for offer in shelf.listing.offers)
        self._sold = Assortment(every, self._prices, self._alert, self._paused)

    async def _keep(self) -> None:
        try:
            await asyncio.to_thread(write_copy, self._path, dict(self._shelves))
        except OSError:
            self._alert("catalogue-copy", "not-written")
