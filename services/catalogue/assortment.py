"""Everything that is sold, arranged by place and priced when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from itertools import islice

from services.catalogue.choosing import choose, worth_having
from services.catalogue.merging import one_of_each
from services.catalogue.plan import Plan, plan_of
from services.places import Region, regions
from services.prices import Book, NoRate, Prices
from services.providers import Offer
from services.sales_pause import AskPaused, Paused

#: Itineraries whose plans are remembered, and what was chosen of them for so many days; every country is one.
MOST_REMEMBERED = 2_000


class Assortment:
    """Offers that do not change, at prices that may. All of it is in memory; nothing here waits."""

    def __init__(
        self, offers: Iterable[Offer], prices: Prices, alert: Callable[[str, str], None], paused: AskPaused
    ) -> None:
        self._prices = prices
        self._alert = alert
        self._paused = paused
        self._offers = {offer.id: offer for offer in offers}
        self._by_country: dict[str, list[Offer]] = {}
        for offer in self._offers.values():
            for code in offer.countries:
                self._by_country.setdefault(code, []).append(offer)
        self._priced = _Priced(prices.book, paused())

    def __len__(self) -> int:
        return len(self._offers)

    def covering(self, going_to: Collection[str], days: int | None) -> list[Plan]:
        """Good choices that work in all of these countries, the best first."""
        return list(self._chosen(tuple(sorted(set(going_to))), days))

    def of_region(self, key: str, days: int | None) -> list[Plan]:
        """Good choices made for a region, the best first."""
        priced = self._current()
        if key not in regions():
            return []
        if key not in priced.by_region:
            found = (plan for plan in self._wide() if plan.region == key)
            priced.by_region[key] = worth_having(found, everywhere=True)
        return choose(priced.by_region[key], days)

    def of_size(self, place: str, size: int | None, days: int | None) -> Plan | None:
        """The cheapest plan of exactly that size for a country or a region, the narrowest first."""
        if place in regions():
            found: Iterable[Plan] = (plan for plan in self._wide() if plan.region == place)
        else:
            found = self._plans(self._by_country.get(place, ()))
        fitting = [p for p in found if p.data_bytes == size and days in (None, p.days)]
        return min(fitting, key=lambda p: (len(p.countries), p.price.minor, p.id), default=None)

    def regions(self) -> list[Region]:
        """The regions that there are plans for."""
        sold = {plan.region for plan in self._wide()}
        return [region for key, region in regions().items() if key in sold]

    def countries(self) -> list[str]:
        """Every country that there are plans for, by code."""
        return sorted(code for code in self._by_country if self._worth_having((code,)))

    def plan(self, plan_id: str) -> Plan | None:
        """A plan by its id, at today's price."""
        offer = self._offers.get(plan_id)
        return None if offer is None else self._plan(offer)

    def for_sale(self, going_to: Collection[str]) -> list[Offer]:
        """Everything that can be bought now and works in all of these countries, whoever sells it."""
        return [offer for offer in self._working_in(tuple(going_to)) if self._plan(offer) is not None]

    def pauses(self, plan_id: str) -> bool:
        """Whether a plan is sold at other times."""
        offer = self._offers.get(plan_id)
        return offer is not None and self._stopped(offer)

    def rests(self, going_to: Collection[str]) -> bool:
        """Whether there would be plans for these countries if nothing paused."""
        return any(map(self._stopped, self._working_in(tuple(going_to))))

    def _chosen(self, going_to: tuple[str, ...], days: int | None) -> tuple[Plan, ...]:
        chosen = self._current().chosen
        if (going_to, days) not in chosen:
            if len(chosen) >= MOST_REMEMBERED:
                del chosen[next(iter(chosen))]
            chosen[going_to, days] = tuple(choose(self._worth_having(going_to), days))
        return chosen[going_to, days]

    def _worth_having(self, going_to: tuple[str, ...]) -> tuple[Plan, ...]:
        priced = self._current()
        if not going_to or any(code not in self._by_country for code in going_to):
            return ()
        if going_to not in priced.by_countries:
            if len(priced.by_countries) >= MOST_REMEMBERED:
                del priced.by_countries[next(islice(priced.by_countries, 1))]
            priced.by_countries[going_to] = worth_having(self._plans(self._working_in(going_to)))
        return priced.by_countries[going_to]

    def _working_in(self, going_to: tuple[str, ...]) -> list[Offer]:
        rarest = min((self._by_country.get(code, []) for code in going_to), key=len, default=[])
        return [offer for offer in rarest if all(code in offer.countries for code in going_to)]

    def _wide(self) -> tuple[Plan, ...]:
        priced = self._current()
        if priced.wide is None:
            priced.wide = self._plans(offer for offer in self._offers.values() if offer.kind != "country")
        return priced.wide

    def _plans(self, offers: Iterable[Offer]) -> tuple[Plan, ...]:
        return one_of_each(plan for plan in map(self._plan, offers) if plan is not None)

    def _plan(self, offer: Offer) -> Plan | None:
        priced = self._current()
        if offer.id not in priced.plans:
            hidden = priced.book.hides(offer.id) or self._stopped(offer)
            priced.plans[offer.id] = None if hidden else self._price(offer, priced)
        return priced.plans[offer.id]

    def _stopped(self, offer: Offer) -> bool:
        return self._current().paused.stops(offer.provider, offer.sku, offer.cost.amount) is not None

    def _price(self, offer: Offer, priced: _Priced) -> Plan | None:
        try:
            return plan_of(offer, priced.book)
        except NoRate as missing:
            if str(missing) not in priced.no_rates:
                priced.no_rates.add(str(missing))
                self._alert("no-exchange-rate", str(missing))
            return None

    def _current(self) -> _Priced:
        """What was priced by the list in force; it is all forgotten when the list, or what pauses, changes."""
        book, paused = self._prices.book, self._paused()
        if book is not self._priced.book or paused is not self._priced.paused:
            self._priced = _Priced(book, paused)
        return self._priced


class _Priced:
    """Prices worked out so far. No part grows beyond the offers, the regions, or its own bound."""

    def __init__(self, book: Book, paused: Paused) -> None:
        self.book = book
        self.paused = paused
        self.plans: dict[str, Plan | None] = {}
        self.by_countries: dict[tuple[str, ...], tuple[Plan, ...]] = {}
        self.chosen: dict[tuple[tuple[str, ...], int | None], tuple[Plan, ...]] = {}
        self.by_region: dict[str, tuple[Plan, ...]] = {}
        self.wide: tuple[Plan, ...] | None = None
        self.no_rates: set[str] = set()
