"""The port itself: what every provider can be asked, and what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol

from services.providers.oddities import Oddities
from services.providers.offers import Cost, Device, Listing, PriceCheck, TopupOffer
from services.providers.outcomes import (
    Cancellation,
    Intent,
    Known,
    Outcome,
    Resolution,
    Snapshot,
    TopupIntent,
    TopupOutcome,
    TopupResolution,
)
from services.providers.state import AccountLine, EsimDetails, Usage


class ProviderError(Exception):
    """The provider could not be asked, or its answer not be read. `reason` is a short code, safe to log."""

    def __init__(self, reason: str, *, again: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        #: Seconds after which asking again makes sense; None: it does not.
        self.again = again


class Forged(Exception):
    """A webhook that the provider did not sign, or that cannot be verified at all."""


class Lookup(StrEnum):
    """How an unknown purchase is found again: by our reference, by its time, by counting, or not at all."""

    REF = "ref"
    TIME = "time"
    DIFF = "diff"
    NONE = "none"


@dataclass(frozen=True)
class Capabilities:
    """What a provider can do, so that nobody has to know its name."""

    #: The same purchase sent twice is carried out once.
    idempotent_create: bool
    #: A purchase carries a reference of ours.
    client_ref: bool
    lookup: Lookup
    #: A purchase may be answered before the line exists.
    async_issue: bool
    #: It tells by itself when data runs low, or when a line changes.
    usage_push: bool
    lifecycle_push: bool
    cancel: bool
    #: There is an account to try things out on.
    sandbox: bool
    #: Asking for the same line's usage more often makes no sense.
    usage_min_interval: timedelta


@dataclass(frozen=True)
class Hint:
    """What a verified webhook is about. It changes nothing: whoever hears it goes and reads."""

    about: Literal["order", "usage", "credit"]
    #: Our reference of a purchase, the provider's name of it, or the line: what the webhook names.
    ref: str | None = None
    request: str | None = None
    iccid: str | None = None


@dataclass(frozen=True)
class Probe:
    """Whether the account can be reached with our credentials; `reason` is a code when not."""

    ok: bool
    reason: str = ""
    balance: Cost | None = None


class EsimProvider(Protocol):
    """One wholesaler. Reads raise ProviderError; a purchase or a top-up never raises, it has an outcome."""

    name: str
    caps: Capabilities
    oddities: Oddities

    async def catalogue(self) -> Listing:
        """Everything that is sold now."""

    async def check(self, sku: str, max_cost: Decimal) -> PriceCheck:
        """Whether it is still sold at that cost (provider's currency). Never raises."""

    async def snapshot(self, intent: Intent | TopupIntent) -> Snapshot:
        """How the account, or the line to top up, stands; to be stored before the write is tried."""

    async def purchase(self, intent: Intent) -> Outcome:
        """Buy once. Nothing is ever tried twice in here."""

    async def resolve(
        self, intent: Intent, snapshot: Snapshot, known: Known, elapsed: float, wanted: int
    ) -> Resolution:
        """What became of an Unknown, by looking.

        `elapsed` is in real seconds since the purchase was tried; `wanted` says how many purchases of this
        SKU are unknown now.
        """

    async def topup_offers(self, iccid: str) -> tuple[TopupOffer, ...]:
        """What can be bought for a line now; empty when nothing can."""

    async def topup(self, intent: TopupIntent) -> TopupOutcome:
        """Top up once. Nothing is ever tried twice in here."""

    async def resolve_topup(self, intent: TopupIntent, snapshot: Snapshot, elapsed: float) -> TopupResolution:
        """What became of an unknown top-up, by looking at the line. One is in flight for each line."""

    async def esim(self, iccid: str) -> EsimDetails:
        """One line, with its activation code once there is one."""

    async def usage(self, iccid: str) -> Usage:
        """What was used, measured now."""

    async def tag(self, iccid: str, ref: str) -> None:
        """Leave our reference with the line, where the provider keeps such a thing. Repeats are harmless."""

    async def cancel(self, iccid: str) -> Cancellation:
        """Switch a line off for good. Raises ProviderError when nobody knows whether it is; repeats are harmless."""

    async def balance(self) -> Cost | None:
        """What the account still holds; None where there is no such thing."""

    async def lines(self) -> tuple[AccountLine, ...]:
        """Every line on the account."""

    async def sku_of(self, iccid: str) -> str | None:
        """What a line of the account was bought as; None when that cannot be told."""

    async def devices(self) -> tuple[Device, ...]:
        """Devices that take this provider's lines; empty where it keeps no list."""

    def parse_webhook(self, headers: Mapping[str, str], raw: bytes) -> tuple[Hint, ...]:
        """What a webhook is about. Raises Forged when it is not the provider's."""

    async def probe(self) -> Probe:
        """Whether the provider answers to us. Never raises."""

    async def close(self) -> None:
        """Let go of the connections."""
