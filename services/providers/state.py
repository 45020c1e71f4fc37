"""A line as a provider knows it: its state in our words, its data, what was used of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

#: What the note of a line says that was sold and is nobody's any more. Never blank: that is stock.
CLOSED = "closed"


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


class ProfileState(StrEnum):
    """Where the profile is on its way into a device, where the provider tells."""

    RELEASED = "released"
    DOWNLOADED = "downloaded"
    INSTALLED = "installed"
    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"
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
    profile_state: ProfileState = ProfileState.UNKNOWN


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
    #: The provider's id of the newest data on the line, so that an alert is given once for each.
    package: str = ""


@dataclass(frozen=True)
class AccountLine:
    """A line on the account, for the books: sold, stock, or there before us."""

    iccid: str = field(repr=False)
    notes: str = field(repr=False)
    label: str
    state: LineState
    #: Our reference, where the purchase itself carried it: no sign yet that anybody was given the line.
    ref: str | None = None
