"""What a traveller can buy: an offer of a provider at a price of the shop."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from services.money import Money
from services.prices import Book, region_key
from services.providers import Offer


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
    #: What it costs us, in the shop's currency, exactly.
    cost: Decimal
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
    def days(self) -> int | None:
        """None: it does not expire."""
        return self.offer.days

    @property
    def kind(self) -> str:
        """ "country", "regional" or "global"."""
        return self.offer.kind

    @property
    def can_top_up(self) -> bool:
        return self.offer.can_top_up

    @property
    def starts(self) -> str | None:
        """When its time begins: "purchase", "installation" or "first_use"; None: the provider does not say."""
        return self.offer.starts

    @property
    def provider(self) -> str:
        return self.offer.provider

    @property
    def sku(self) -> str:
        return self.offer.sku

    def lasts(self, days: int) -> bool:
        """Whether its time is enough for a trip."""
        return self.days is None or self.days >= days


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
        cost=priced.cost,
        region=region_key(offer),
        most_cost=priced.most_cost,
    )
