"""What the shop wants of a wholesaler of eSIMs, whoever that is: offers, one purchase at a time, the truth about it.

Units: bytes (None = unknown, never 0), `Decimal` with a currency, aware UTC, ISO 3166 alpha-2, ICCIDs as text.
A provider is one module or package beside this file, with its own `Settings` and `connect`.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Literal, Protocol

#: A country, ISO 3166 alpha-2 in capitals.
ISO2 = str
#: The country of a provider's name for it and, where there is one, the address of its flag; None: nobody knows.
CountryOf = Callable[[str, str | None], ISO2 | None]
#: Which of these ICCIDs the shop knows: claimed, spent, or there before it.
Known = Callable[[Collection[str]], Awaitable[set[str]]]

#: Characters of a plan's id, which travels in buttons.
LONGEST_ID = 20
# ITU-T E.118 says 19 digits; 18 to 22 are in use, and the check digit is not reliable.
_ICCID = re.compile(r"[0-9]{18,22}")
# SGP.22 §4.1: 1$<SM-DP+ address>$<matching id>[$<OID>[$<1 = confirmation code required>]], 255 characters.
_ACTIVATION = re.compile(r"1\$[A-Za-z0-9.:-]+\$[A-Za-z0-9-]*(\$[^$]*)*")


class ProviderError(Exception):
    """The provider could not be asked, or its answer not be read. `reason` is a short code, safe to log."""

    def __init__(self, reason: str, *, again: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        #: Seconds after which asking again makes sense; None: it does not.
        self.again = again


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
class Intent:
    """A purchase about to be tried. `ref` is ours; `max_cost` in the provider's currency."""

    ref: str
    sku: str
    max_cost: Decimal
    begun_at: datetime


@dataclass(frozen=True)
class Snapshot:
    """How the account stood before the purchase: lines in all, balance, the newest payment's id."""

    total: int
    balance: Decimal | None
    newest_transaction: str | None

    def to_json(self) -> dict[str, Any]:
        balance = None if self.balance is None else str(self.balance)
        return {"total": self.total, "balance": balance, "newest_transaction": self.newest_transaction}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Snapshot:
        balance = kept["balance"]
        return cls(kept["total"], None if balance is None else Decimal(balance), kept["newest_transaction"])


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
class Unchecked:
    """The provider did not say."""

    cause: str


PriceCheck = PriceOk | PriceChanged | Gone | Unchecked


@dataclass(frozen=True)
class Fulfilled:
    """Bought, with its activation code ("LPA:1$…")."""

    iccid: str = field(repr=False)
    activation: str = field(repr=False)
    transaction: str | None = None


@dataclass(frozen=True)
class Accepted:
    """Bought; the activation code comes later, from `esim`."""

    iccid: str | None = field(repr=False)
    transaction: str | None = None


@dataclass(frozen=True)
class Rejected:
    """Not bought, and nothing was spent. `reason` is a code; `detail` the provider's words, for the operator."""

    reason: str
    retryable: bool = False
    out_of_credit: bool = False
    #: Seconds to wait before trying again, when the provider names them.
    after: float | None = None
    detail: str = field(default="", repr=False)


@dataclass(frozen=True)
class Unknown:
    """Bought or not: only looking can tell."""

    cause: str


Outcome = Fulfilled | Accepted | Rejected | Unknown


@dataclass(frozen=True)
class Found:
    """Lines that an unknown purchase may take, oldest first; the first ones are as good as any."""

    iccids: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class NotFound:
    """Nothing was bought, and nothing will be: trying again is safe."""


@dataclass(frozen=True)
class Pending:
    """Nothing to be seen yet; look again."""


@dataclass(frozen=True)
class Ambiguous:
    """The evidence does not agree with itself; a person must look. Trying again is not safe."""

    cause: str


Resolution = Found | NotFound | Pending | Ambiguous


class LineState(StrEnum):
    """What a line can be, in our words. A word nobody knows is UNKNOWN, and counted."""

    PENDING = "pending"
    READY = "ready"
    ACTIVE = "active"
    EXHAUSTED = "exhausted"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    DEACTIVATED = "deactivated"
    RECYCLED = "recycled"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Package:
    """Data bought for a line: with it, or as a top-up."""

    id: str
    state: LineState
    total_bytes: int | None
    remaining_bytes: int | None
    days: int | None
    assigned_at: datetime | None
    activated_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True)
class EsimDetails:
    """One line as the provider knows it."""

    iccid: str = field(repr=False)
    activation: str | None = field(repr=False)
    line_state: LineState
    label: str
    notes: str = field(repr=False)
    #: Oldest first.
    packages: tuple[Package, ...] = ()
    #: The provider would buy more data by itself, with our money.
    auto_refill: bool = False


@dataclass(frozen=True)
class Usage:
    """What was used of a line, measured at `as_of`. None: the provider does not say."""

    total_bytes: int | None
    used_bytes: int | None
    remaining_bytes: int | None
    #: The amounts say little when this is True.
    unlimited: bool | None
    expires_at: datetime | None
    as_of: datetime
    line_state: LineState


@dataclass(frozen=True)
class AccountLine:
    """A line on the account, for the books: sold, stock, or there before us."""

    iccid: str = field(repr=False)
    notes: str = field(repr=False)
    label: str
    state: LineState


@dataclass(frozen=True)
class Probe:
    """Whether the account can be reached with our credentials; `reason` is a code when not."""

    ok: bool
    reason: str = ""
    balance: Cost | None = None


class EsimProvider(Protocol):
    """One wholesaler. Reads raise ProviderError; a purchase never raises, it has an outcome."""

    name: str

    async def catalogue(self) -> Listing:
        """Everything that is sold now."""

    async def check(self, sku: str, max_cost: Decimal) -> PriceCheck:
        """Whether it is still sold at that cost (provider's currency). Never raises."""

    async def snapshot(self, intent: Intent) -> Snapshot:
        """How the account stands; to be stored before the purchase is tried."""

    async def purchase(self, intent: Intent) -> Outcome:
        """Buy once. Nothing is ever tried twice in here."""

    async def resolve(
        self, intent: Intent, snapshot: Snapshot, known: Known, elapsed: float, wanted: int
    ) -> Resolution:
        """What became of an Unknown, by looking.

        `elapsed` is in real seconds since the purchase was tried; `wanted` says how many purchases of this
        SKU are unknown now.
        """

    async def esim(self, iccid: str) -> EsimDetails:
        """One line, with its activation code once there is one."""

    async def usage(self, iccid: str) -> Usage:
        """What was used, measured now."""

    async def tag(self, iccid: str, ref: str) -> None:
        """Leave our reference with the line, where the provider keeps such a thing. Repeats are harmless."""

    async def balance(self) -> Cost | None:
        """What the account still holds; None where there is no such thing."""

    async def lines(self) -> tuple[AccountLine, ...]:
        """Every line on the account."""

    async def sku_of(self, iccid: str) -> str | None:
        """What a line of the account was bought as; None when that cannot be told."""

    async def probe(self) -> Probe:
        """Whether the provider answers to us. Never raises."""

    async def close(self) -> None:
        """Let go of the connections."""


def iccid_of(text: object) -> str | None:
    """An ICCID as the provider wrote it, or None for what is none."""
    digits = str(text).strip() if isinstance(text, str | int) else ""
    return digits if _ICCID.fullmatch(digits) else None


def activation_of(text: object) -> str | None:
    """An activation code in the form "LPA:1$address$matching-id", its letters unchanged; None for what is none."""
    code = text.strip() if isinstance(text, str) else ""
    if code[:4].upper() == "LPA:":
        code = code[4:]
    if len(code) > 255 or not _ACTIVATION.fullmatch(code):
        return None
    return f"LPA:{code}"
