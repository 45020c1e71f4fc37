"""Lines: each with its profile, the packages bought for it, and what was used of them."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.sandbox.airalo.packages import Operator, Package

SMDP = "rsp.airalo.example"
#: An account holds no more lines; the next order is refused.
MOST_SIMS = 100_000
#: More packages on one line are refused.
MOST_PACKAGES = 200
#: After its last package is over for so long, a line is recycled.
GRACE = timedelta(days=90)
_LETTERS = string.ascii_uppercase + string.digits


@dataclass
class Bought:
    """A package on a line. Its days begin with its first use."""

    id: int
    package: Package
    at: datetime
    used_mb: int = 0
    activated_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def expires_at(self) -> datetime | None:
        """None: not begun."""
        return None if self.activated_at is None else self.activated_at + timedelta(days=self.package.days)

    def remaining(self) -> int:
        """Megabytes; 0 for what is unlimited."""
        return max(0, (self.package.mb or 0) - self.used_mb)

    def status(self, now: datetime) -> str:
        if self.activated_at is None:
            return "NOT_ACTIVE"
        if self.expires_at is not None and self.expires_at <= now:
            return "EXPIRED"
        return "FINISHED" if self.finished_at is not None else "ACTIVE"

    def over_since(self, now: datetime) -> datetime | None:
        """When it ended, or None while it has not."""
        match self.status(now):
            case "EXPIRED":
                return self.expires_at
            case "FINISHED":
                return self.finished_at
        return None

    def use(self, mb: int, now: datetime) -> int:
        """Set what is used, at most all there is; returns what did not fit."""
        most = self.package.mb
        self.used_mb = mb if most is None else min(mb, most)
        if self.used_mb:
            self.activated_at = self.activated_at or now
        self.finished_at = (self.finished_at or now) if most is not None and self.used_mb == most else None
        return mb - self.used_mb


@dataclass
class Sim:
    """A profile. `foreign`: it was there before anybody bought through the API in this run."""

    id: int
    iccid: str
    matching_id: str
    msisdn: str
    operator: Operator
    created_at: datetime
    foreign: bool = False
    #: The machine's monotonic time from which the profile's code can be seen.
    code_from: float = 0.0
    packages: list[Bought] = field(default_factory=list)
    #: Thresholds that the shop was told of, for the newest package.
    told: set[tuple[int, str]] = field(default_factory=set)

    @property
    def lpa_code(self) -> str:
        return f"LPA:1${SMDP}${self.matching_id}"

    def use(self, mb: int, now: datetime) -> None:
        """Set what was used in all: the oldest data goes first."""
        for bought in self.packages:
            mb = bought.use(mb, now)

    def current(self, now: datetime) -> Bought:
        """The package that is being used, or the last one."""
        return next((one for one in self.packages if one.over_since(now) is None), self.packages[-1])

    def status(self, now: datetime) -> str:
        """A line is as good as the best of its packages."""
        if self.recycled(now):
            return "RECYCLED"
        statuses = {one.status(now) for one in self.packages}
        return next(s for s in ("ACTIVE", "NOT_ACTIVE", "FINISHED", "EXPIRED") if s in statuses)

    def recycled(self, now: datetime) -> bool:
        """Whether everything on it has been over for too long."""
        ends = [one.over_since(now) for one in self.packages]
        return None not in ends and max(end for end in ends if end) + GRACE <= now


class Stock:
    """Every line, found by ICCID and by activation code. ICCIDs and codes are drawn anew in each run."""

    def __init__(self) -> None:
        self._sims: dict[str, Sim] = {}
        self._by_code: dict[tuple[str, str], str] = {}
        self._number = 11_000

    def __len__(self) -> int:
        return len(self._sims)

    def find(self, iccid: str) -> Sim | None:
        return self._sims.get(iccid)

    def oldest_first(self) -> list[Sim]:
        return list(self._sims.values())

    def by_lpa(self, text: str) -> str | None:
        """The ICCID that an activation code opens."""
        parts = text.strip().split("$")
        if len(parts) < 3 or parts[0].upper().removeprefix("LPA:") != "1":
            return None
        return self._by_code.get((parts[1].lower(), parts[2]))

    def make(self, package: Package, operator: Operator, at: datetime) -> Sim:
        """A new line with its first package."""
        sim = Sim(self._next(), self._iccid(), _code(), _digits("8831906", 15), operator, at)
        self.add(sim, package, at)
        self._sims[sim.iccid] = sim
        self._by_code[SMDP, sim.matching_id] = sim.iccid
        return sim

    def add(self, sim: Sim, package: Package, at: datetime) -> Bought:
        """More data for a line."""
        bought = Bought(self._next(), package, at)
        sim.packages.append(bought)
        return bought

    def _next(self) -> int:
        self._number += random.randint(1, 5)
        return self._number

    def _iccid(self) -> str:
        while True:
            iccid = _digits("894446", 19)
            if iccid not in self._sims:
                return iccid


def _digits(start: str, length: int) -> str:
    return start + "".join(random.choices(string.digits, k=length - len(start)))


def _code() -> str:
    """A MatchingID of four groups; no two are alike."""
    return "-".join("".join(random.choices(_LETTERS, k=5)) for _ in range(4))
