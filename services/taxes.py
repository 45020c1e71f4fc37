"""Which VAT a sale bears: a policy that the shop chooses in its price list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

#: "home": the seller's own rate; "oss": the buyer's country's, declared through the One Stop Shop; "outside": the
#: buyer lives outside of the Union, where its VAT does not reach.
Scheme = Literal["home", "oss", "outside"]


@dataclass(frozen=True)
class Taxed:
    """The rate of a sale, a share (0.20), and by which rule."""

    rate: Decimal
    scheme: Scheme = "home"
    #: Where the buyer was taken to live: ISO 3166 alpha-2; None: nothing told.
    country: str | None = None


class TaxPolicy(Protocol):
    """Decides the rate of a sale that was made at `agreed`, the rate shown before it was paid."""

    def of(self, agreed: Decimal, country: str | None, day: date) -> Taxed:
        """`country`: where the buyer lives, as far as known; `day`: of the payment."""


@dataclass(frozen=True)
class OneRate:
    """The rate that was in the price, wherever the buyer lives."""

    def of(self, agreed: Decimal, country: str | None, day: date) -> Taxed:  # noqa: ARG002
        return Taxed(agreed, "home", country)


@dataclass(frozen=True)
class ByCountry:
    """Telecommunication sold to consumers is taxed where they live (directive 2006/112/EC, art. 58).

    `rates`: country of the Union → first day → standard rate, a share.
    """

    home: str
    rates: Mapping[str, Mapping[date, Decimal]]

    def of(self, agreed: Decimal, country: str | None, day: date) -> Taxed:
        if country is None or country == self.home:
            return Taxed(agreed, "home", self.home)
        if country not in self.rates:
            return Taxed(Decimal(0), "outside", country)
        known = [since for since in self.rates[country] if since <= day]
        # Before the first day that the list knows, its first rate is the best guess.
        since = max(known) if known else min(self.rates[country])
        return Taxed(self.rates[country][since], "oss", country)
