"""A price list as it was read: what an offer costs the traveller, the tax office, and us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from fnmatch import fnmatchcase

from services.money import Money, net_and_tax
from services.places.regions import closest, region_of
from services.prices.stars import StarRate
from services.providers import Cost, Offer
from services.taxes import TaxPolicy

#: To what part of the provider's currency the most that a plan may cost is told.
_CENTS = Decimal("0.01")


class NoRate(Exception):
    """The price list has no exchange rate for the currency that a provider wants."""


@dataclass(frozen=True)
class RateWarning:
    """A rate needs a look: "rate-expired", "rate-old", "stars-rate-ends" …, since or until that day."""

    cause: str
    since: date


@dataclass(frozen=True)
class Priced:
    """A price and what becomes of it. `cost`, `profit` in the shop's currency, exactly; `margin` a share of net."""

    price: Money
    net: Money
    tax: Money
    cost: Decimal
    profit: Decimal
    margin: Decimal
    #: What it may cost us at most while the least profit stays, in the provider's currency.
    most_cost: Decimal


@dataclass(frozen=True)
class Rounding:
    """Prices end in one of the `endings` of every `unit`; from `charm_from` on in one of the charming ones."""

    unit: Decimal
    endings: tuple[Decimal, ...]
    charm_from: Decimal | None
    charm_endings: tuple[Decimal, ...]

    def up(self, amount: Decimal) -> Decimal:
        """The next price that is not lower."""
        price = self._next(amount, self.endings)
        if self.charm_from is not None and price >= self.charm_from:
            return self._next(amount, self.charm_endings)
        return price

    def _next(self, amount: Decimal, endings: tuple[Decimal, ...]) -> Decimal:
        below = amount // self.unit * self.unit
        return min(
            p for p in (base + e for base in (below, below + self.unit) for e in endings) if p >= amount
        )


@dataclass(frozen=True)
class Book:
    """All of the file. Rates: what one unit of a currency costs in ours; shares, not percents."""

    currency: str
    rates: Mapping[str, Decimal]
    dated: date
    valid_until: date
    warn_after: timedelta
    vat: Decimal
    #: Which rate a paper names once it is known where the buyer lives.
    taxes: TaxPolicy
    margin: Decimal
    by_region: Mapping[str, Decimal] = field(repr=False)
    by_country: Mapping[str, Decimal] = field(repr=False)
    by_plan: Mapping[str, Decimal] = field(repr=False)
    least_profit: Decimal
    rounding: Rounding
    hidden: tuple[str, ...]
    #: None: the shop does not sell for Stars.
    stars: StarRate | None = None

    def price(self, offer: Offer) -> Priced:
        """What the offer sells for. Raises NoRate."""
        rate = self._rate(offer.cost.currency)
        cost = offer.cost.amount * rate
        net_wanted = max(cost / (1 - self.margin_of(offer)), cost + self.least_profit)
        gross = Money.of(self.rounding.up(net_wanted * (1 + self.vat)), self.currency)
        net, tax = net_and_tax(gross, self.vat)
        while net.decimal - cost < self.least_profit:
            # The net is rounded to a cent; that cent must not be ours.
            a_little_more = (gross + Money(1, self.currency)).decimal
            gross = Money.of(self.rounding.up(a_little_more), self.currency)
            net, tax = net_and_tax(gross, self.vat)
        profit = net.decimal - cost
        most_cost = ((net.decimal - self.least_profit) / rate).quantize(_CENTS, ROUND_DOWN)
        most_cost = max(most_cost, offer.cost.amount)
        return Priced(gross, net, tax, cost, profit, profit / net.decimal, most_cost)

    def worth(self, cost: Cost, currency: str) -> Decimal | None:
        """A provider's money in another currency; None when there is no rate, and then nobody is stopped by a guess."""
        if cost.currency == currency:
            return cost.amount
        try:
            return cost.amount * self._rate(cost.currency) / self._rate(currency)
        except NoRate:
            return None

    def margin_of(self, offer: Offer) -> Decimal:
        """The margin that is asked of an offer, before rounding: the most specific line of the file."""
        if offer.id in self.by_plan:
            return self.by_plan[offer.id]
        if offer.kind == "country":
            country = offer.countries[0]
            if country in self.by_country:
                return self.by_country[country]
            return self.by_region.get(region_of(country) or "", self.margin)
        return self.by_region.get(region_key(offer) or "", self.margin)

    def hides(self, plan_id: str) -> bool:
        """Whether the plan is not sold."""
        return any(fnmatchcase(plan_id, pattern) for pattern in self.hidden)

    def warnings(self, now: datetime) -> tuple[RateWarning, ...]:
        """What is wrong with the exchange rate today."""
        today, found = now.date(), []
        if today > self.valid_until:
            found.append(RateWarning("rate-expired", self.valid_until))
        elif today - self.dated > self.warn_after:
            found.append(RateWarning("rate-old", self.dated))
        if today < self.dated:
            found.append(RateWarning("rate-of-tomorrow", self.dated))
        return tuple(found)

    def star_warnings(self, now: datetime) -> tuple[RateWarning, ...]:
        """What is wrong with the rate of the Stars today; for a shop that sells for them."""
        if self.stars is None:
            return (RateWarning("stars-no-rate", now.date()),)
        if not self.stars.holds(now):
            late = now.date() > self.stars.until
            return (
                RateWarning("stars-rate-expired", self.stars.until)
                if late
                else RateWarning("stars-rate-of-tomorrow", self.stars.dated),
            )
        return (RateWarning("stars-rate-ends", self.stars.until),) if self.stars.ends_soon(now) else ()

    def in_stars(self, price: Money, now: datetime) -> int | None:
        """A price of the shop's currency in whole Stars; None when Stars cannot be asked for now."""
        if self.stars is None or not self.stars.holds(now) or price.currency != self.currency:
            return None
        return self.stars.of(price)

    def _rate(self, currency: str) -> Decimal:
        if currency == self.currency:
            return Decimal(1)
        if currency not in self.rates:
            raise NoRate(currency)
        return self.rates[currency]


def region_key(offer: Offer) -> str | None:
    """The region that an offer of several countries is for; None for an offer of one."""
    match offer.kind:
        case "country":
            return None
        case "global":
            return "world"
        case "regional":
            return closest(offer.countries)
