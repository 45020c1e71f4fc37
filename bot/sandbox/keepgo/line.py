"""One line: its profile, the data bought for it, and what has been used of that."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.sandbox.keepgo.catalogue import Bundle, Size

#: The oldest entry of a line's log goes when there are more.
MOST_ENTRIES = 100
#: More data than this on one line is refused.
MOST_PACKAGES = 200


@dataclass
class Package:
    """A size bought for a line. It runs from its purchase, not from its first use."""

    id: int
    size: Size
    assigned_at: datetime
    used_kb: int = 0
    activated_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def allowed_kb(self) -> int:
        return self.size.mb * 1024

    @property
    def expire_at(self) -> datetime | None:
        """None: never."""
        return None if self.size.days is None else self.assigned_at + timedelta(days=self.size.days)

    def expired(self, now: datetime) -> bool:
        return self.expire_at is not None and self.expire_at <= now

    def remaining_kb(self, now: datetime) -> int:
        """What can still be used."""
        return 0 if self.expired(now) else self.allowed_kb - self.used_kb

    def use(self, kb: int, now: datetime) -> int:
        """Set what is used, at most all there is; returns what did not fit."""
        self.used_kb = min(kb, self.allowed_kb)
        self.activated_at = (self.activated_at or now) if self.used_kb else None
        self.finished_at = (self.finished_at or now) if self.used_kb == self.allowed_kb else None
        return kb - self.used_kb


@dataclass(frozen=True)
class Entry:
    """A line of the audit log."""

    at: datetime
    field: str
    before: str
    after: str
    by: str


@dataclass
class AutoRefill:
    """What the provider buys by itself when the data runs out, and how far (dollars; None: without end)."""

    size: Size
    bill_protect: float | None
    spent: float = 0.0


@dataclass
class Line:
    """A profile with its number. `foreign`: it was there before anybody bought through the API."""

    iccid: str
    msisdn: str
    smdp: str
    matching_id: str
    bundle: Bundle
    created_at: datetime
    foreign: bool = False
    notes: str = ""
    deactivation_date: date | None = None
    #: The machine's monotonic time from which the profile's code can be seen.
    code_from: float = 0.0
    auto_refill: AutoRefill | None = None
    packages: list[Package] = field(default_factory=list)
    log: deque[Entry] = field(default_factory=lambda: deque(maxlen=MOST_ENTRIES))

    @property
    def lpa_code(self) -> str:
        return f"LPA:1${self.smdp}${self.matching_id}"

    def status(self, now: datetime) -> str:
        """Registered, Activated or Deactivated."""
        if self.deactivation_date is not None and self.deactivation_date <= now.date():
            return "Deactivated"
        return "Activated" if any(package.used_kb for package in self.packages) else "Registered"

    def use(self, kb: int, now: datetime) -> None:
        """Set what has been used in all: the oldest data goes first, and no more than there is."""
        before = self.status(now)
        for package in self.packages:
            kb = package.use(kb, now)
        self.note_status(before, now)

    def note_status(self, before: str, now: datetime) -> None:
        """Write a changed status into the log."""
        after = self.status(now)
        if after != before:
            self.log.append(Entry(now, "Status", before, after, "System"))
