"""A purchase or a top-up at a provider: what is about to be tried, what came of it, what looking can tell."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.providers.offers import Cost

Which = Callable[[Collection[str]], Awaitable[set[str]]]


@dataclass(frozen=True)
class Known:
    """What the shop knows already, and so cannot be what it is looking for."""

    #: Of these ICCIDs, those that are claimed, spent, or were there before it.
    lines: Which
    #: Of these payments, by the provider's ids, those that it knows the reason of.
    payments: Which


@dataclass(frozen=True)
class Intent:
    """A purchase about to be tried. `ref` is ours; `max_cost` in the provider's currency."""

    ref: str
    sku: str
    max_cost: Decimal
    begun_at: datetime
    #: The device's IMEI, only for offers that say that they need it.
    imei: str | None = field(default=None, repr=False)
    #: What the provider called the purchase when it only accepted it; known when it is resolved.
    request: str | None = None


@dataclass(frozen=True)
class TopupIntent:
    """A top-up of one line about to be tried, by the same rules."""

    ref: str
    iccid: str = field(repr=False)
    sku: str
    max_cost: Decimal
    begun_at: datetime
    request: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """How things stood before the write, as far as the provider's way of resolving wants to know.

    Of the account: lines in all, balance, the newest payment's id. Of a line to be topped up: the ids of its
    packages, and the newest of its own payments.
    """

    total: int = 0
    balance: Decimal | None = None
    newest_transaction: str | None = None
    packages: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        balance = None if self.balance is None else str(self.balance)
        return {
            "total": self.total,
            "balance": balance,
            "newest_transaction": self.newest_transaction,
            "packages": list(self.packages),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Snapshot:
        balance = kept["balance"]
        return cls(
            kept["total"],
            None if balance is None else Decimal(balance),
            kept["newest_transaction"],
            tuple(kept.get("packages", ())),
        )


@dataclass(frozen=True)
class Fulfilled:
    """Bought, with its activation code ("LPA:1$…")."""

    iccid: str = field(repr=False)
    activation: str = field(repr=False)
    transaction: str | None = None
    #: What it did cost, when the provider says so.
    cost: Cost | None = None


@dataclass(frozen=True)
class Accepted:
    """Bought, or about to be. With an ICCID, the activation code comes from `esim`; without, it is to be resolved."""

    iccid: str | None = field(repr=False)
    transaction: str | None = None
    #: The provider's name for what it will do; `resolve` gets it back in the intent.
    request: str | None = None
    cost: Cost | None = None


@dataclass(frozen=True)
class ToppedUp:
    """The data is on the line. `package` is the provider's id of it."""

    package: str
    transaction: str | None = None
    cost: Cost | None = None


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
TopupOutcome = ToppedUp | Accepted | Rejected | Unknown


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
TopupResolution = ToppedUp | NotFound | Pending | Ambiguous


@dataclass(frozen=True)
class Cancelled:
    """The line is off. `credited`: what comes back to the account; None: nothing."""

    credited: Cost | None = None


@dataclass(frozen=True)
class Refused:
    """The provider does not cancel it. `reason` is a code."""

    reason: str


@dataclass(frozen=True)
class Unsupported:
    """This provider cancels nothing by itself; a person must ask it to."""


Cancellation = Cancelled | Refused | Unsupported
