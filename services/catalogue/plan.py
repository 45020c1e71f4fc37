"""What a traveller can buy: an offer of a provider at a price of the shop."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from services.money import Money
from services.prices import Book, region_key
from services.providers import Offer


@dataclass(frozen=True)
class Rules:
    """What a traveller must know before buying. None: the provider does not say, and neither do we."""

    can_top_up: bool
    #: When its time begins: "purchase", "installation" or "first_use".
    starts: str | None


@dataclass(frozen=True)
class Plan:
    """An offer with its price. Frozen: what was shown is what is charged."""

    id: str
    offer: Offer = field(repr=False)
    price: Money
    net: Money
    tax: Money
    #: A share: 0.20.
    tax_rate: Decimal
    rules: Rules
    #: The region that a plan of several countries is for ("europe", "world").
    region: str | None
    #: What it may cost us at most, in the provider's currency.
    most_cost: Decimal

    @property
    def countries(self) -> tuple[str, ...]:
        return self.offer.countries

    @property
    def data_bytes(self) -> int | None:
        """None: unlimited."""
        return self.offer.data_bytes

    @property
    def unlimited(self) -> bool:
        return self.offer.unlimited

    @property
    def full_speed_bytes(self) -> int | None:
        """Of an unlimited plan: bytes a day before it slows down, when the provider says so."""
        return self.offer.full_speed_bytes

    @property
    def days(self) -> int | None:
        """None: it does not expire."""
        return self.offer.days

    @property
    def kind(self) -> str:
        """ "country", "regional" or "global"."""
        return self.offer.kind

    @property
    def provider(self) -> str:
        return self.offer.provider

    @property
    def sku(self) -> str:
        return self.offer.sku

    def lasts(self, days: int) -> bool:
        """Whether its time is enough for a trip."""
        return self.days is None or self.days >= days

    def frozen(self, going_to: Collection[str] = ()) -> dict[str, Any]:
        """The plan as it is sold, for the order (JSON); networks only of the countries the traveller goes to."""
        wanted = going_to or self.countries
        return {
            "id": self.id,
            "provider": self.provider,
            "sku": self.sku,
            "kind": self.kind,
            "region": self.region,
            "countries": list(self.countries),
            "data_bytes": self.data_bytes,
            "unlimited": self.unlimited,
            "full_speed_bytes": self.full_speed_bytes,
            "days": self.days,
            "networks": {code: list(n) for code, n in self.offer.networks.items() if code in wanted},
            "can_top_up": self.rules.can_top_up,
            "starts": self.rules.starts,
            "price": self.price.minor,
            "tax": self.tax.minor,
            "tax_rate": str(self.tax_rate),
            "currency": self.price.currency,
        }


def plan_of(offer: Offer, book: Book) -> Plan:
    """The offer at the price of this list. Raises NoRate."""
    priced = book.price(offer)
    return Plan(
        id=offer.id,
        offer=offer,
        price=priced.price,
        net=priced.net,
        tax=priced.tax,
        tax_rate=book.vat,
        rules=Rules(offer.can_top_up, offer.starts),
        region=region_key(offer),
        most_cost=priced.most_cost,
    )
