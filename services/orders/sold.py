"""A plan as it was offered and sold: frozen on the order, so that later changes of the catalogue do not touch it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from services.providers import Offer

#: Networks named in a message: more than this nobody reads.
MOST_NETWORKS = 6


@dataclass(frozen=True)
class SoldPlan:
    """What the traveller was told. `data` in bytes; None: unlimited. `days` None: does not expire."""

    id: str
    countries: tuple[str, ...]
    data: int | None
    days: int | None
    #: Of the countries in order, without repeats.
    networks: tuple[str, ...]
    can_top_up: bool
    #: "purchase", "installation", "first_use"; None: the provider does not say.
    starts: str | None
    #: Of an unlimited plan: bytes a day at full speed.
    full_speed: int | None = None
    #: More data for a line, and no line of its own.
    tops_up: bool = False
    #: The line works only in the device whose IMEI was told before paying.
    needs_imei: bool = False

    @classmethod
    def of(cls, offer: Offer) -> SoldPlan:
        """An offer, as a traveller is told of it."""
        return cls(
            id=offer.id,
            countries=offer.countries,
            data=None if offer.unlimited else offer.data_bytes,
            days=offer.days,
            networks=_networks(offer),
            can_top_up=offer.can_top_up,
            starts=offer.starts,
            full_speed=offer.full_speed_bytes,
            needs_imei=offer.needs_imei,
        )

    @property
    def refundable(self) -> bool:
        """Wholesalers take back neither unlimited plans nor data for a line, so the shop's rule is for the others."""
        return self.data is not None and not self.tops_up

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> SoldPlan:
        """What `as_json` gave."""
        return cls(**{**kept, "countries": tuple(kept["countries"]), "networks": tuple(kept["networks"])})

    def as_json(self) -> dict[str, Any]:
        """For the order's row."""
        return asdict(self)


def _networks(offer: Offer) -> tuple[str, ...]:
    """The first few: a world plan has hundreds."""
    found: dict[str, None] = {}
    for country in offer.countries:
        found |= dict.fromkeys(offer.networks.get(country, ()))
        if len(found) >= MOST_NETWORKS:
            break
    return tuple(found)[:MOST_NETWORKS]
