"""What a provider sells, and at what cost."""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import Literal

#: A country, ISO 3166 alpha-2 in capitals.
ISO2 = str
#: The country of a provider's name for it and, where there is one, the address of its flag; None: nobody knows.
CountryOf = Callable[[str, str | None], ISO2 | None]

#: Characters of a plan's id, which travels in buttons.
LONGEST_ID = 20


@dataclass(frozen=True)
class Cost:
    """What something costs us. `amount` in main units, exactly as the provider told it."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Offer:
    """One thing a provider sells: so much data, for so long, there."""

    provider: str
    sku: str
    countries: tuple[ISO2, ...]
    #: None: unlimited, or the provider does not say.
    data_bytes: int | None
    unlimited: bool
    #: None: it does not expire.
    days: int | None
    cost: Cost
    kind: Literal["country", "regional", "global"]
    #: The provider's own name for it: for the operator, never for a traveller.
    label: str
    #: The networks of each country, as far as the provider tells.
    networks: Mapping[ISO2, tuple[str, ...]] = field(hash=False, repr=False)
    can_top_up: bool
    #: When its time begins: "purchase", "installation" or "first_use"; None: the provider does not say.
    starts: str | None
    #: Of an unlimited plan: bytes a day at full speed, when the provider says so.
    full_speed_bytes: int | None = None
    #: The line works only in the device whose IMEI was told with the purchase.
    needs_imei: bool = False

    @property
    def id(self) -> str:
        """Short, ASCII, without a colon, the same for ever: "k2-1024-7"."""
        readable = self.provider[0] + self.sku
        if len(readable) <= LONGEST_ID and re.fullmatch(r"[A-Za-z0-9-]+", readable):
            return readable
        digest = blake2b(self.sku.encode(), digest_size=10).digest()
        return self.provider[0] + b32encode(digest).decode().lower()


@dataclass(frozen=True)
class Listing:
    """Everything a provider sells now, and the names of places that nobody could tell the country of."""

    offers: tuple[Offer, ...]
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True)
class TopupOffer:
    """More data for one line. It works where the line works."""

    #: The provider's own name for it.
    sku: str
    #: None: unlimited, or the provider does not say.
    data_bytes: int | None
    unlimited: bool
    #: None: it does not expire.
    days: int | None
    cost: Cost


@dataclass(frozen=True)
class PriceOk:
    """It is sold, at no more than the most it may cost."""

    cost: Cost


@dataclass(frozen=True)
class PriceChanged:
    """It is sold, but dearer than it may cost."""

    cost: Cost


@dataclass(frozen=True)
class Gone:
    """It is not sold any more."""


@dataclass(frozen=True)
class NoStock:
    """It is sold, but there is none of it now."""


@dataclass(frozen=True)
class Unchecked:
    """The provider did not say."""

    cause: str


PriceCheck = PriceOk | PriceChanged | Gone | NoStock | Unchecked


@dataclass(frozen=True)
class Device:
    """A device that takes eSIMs, as a provider lists it. `exceptions`: variants that do not, in its words."""

    brand: str
    model: str
    exceptions: str = ""
