"""The lines of the account, newest first, found by ICCID and by activation code."""

from __future__ import annotations

import random
import string
from datetime import datetime, timedelta

from bot.sandbox.keepgo.catalogue import Bundle, Size
from bot.sandbox.keepgo.line import Entry, Line, Package

SMDP = "rsp.keepgo.example"
#: An account holds no more lines; the next create is refused.
MOST_LINES = 100_000
_LETTERS = string.ascii_letters + string.digits


class Stock:
    """Every line there is. ICCIDs and codes are drawn anew in each run."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._by_iccid: dict[str, Line] = {}
        self._by_code: dict[tuple[str, str], str] = {}
        self._packages = 300

    def __len__(self) -> int:
        return len(self._lines)

    def full(self) -> bool:
        """Whether no further line can be made."""
        return len(self._lines) >= MOST_LINES

    def find(self, iccid: str) -> Line | None:
        return self._by_iccid.get(iccid)

    def by_lpa(self, text: str) -> str | None:
        """The ICCID that an activation code opens; letters of the MatchingID count, of the address not."""
        parts = text.strip().split("$")
        if len(parts) < 3 or parts[0].upper().removeprefix("LPA:") != "1":
            return None
        return self._by_code.get((parts[1].lower(), parts[2]))

    def page(self, page: int, per_page: int) -> list[Line]:
        """One page of the lines, newest first."""
        end = max(0, len(self._lines) - (page - 1) * per_page)
        return self._lines[max(0, end - per_page) : end][::-1]

    def newest_first(self) -> list[Line]:
        return self._lines[::-1]

    def make(
        self, bundle: Bundle, size: Size, at: datetime, *, foreign: bool = False, notes: str = ""
    ) -> Line:
        """A new line with its first data."""
        line = Line(self._iccid(), _digits("34590100", 14), SMDP, _code(), bundle, at, foreign, notes)
        line.log.append(Entry(at, "Status", "", "Registered", "System"))
        self.add(line, size, at)
        self._lines.append(line)
        self._by_iccid[line.iccid] = line
        self._by_code[line.smdp, line.matching_id] = line.iccid
        return line

    def add(self, line: Line, size: Size, at: datetime) -> Package:
        """More data for a line."""
        self._packages += random.randint(1, 7)
        package = Package(self._packages, size, at)
        line.packages.append(package)
        return package

    def stock_up(self, bundles: tuple[Bundle, ...], now: datetime) -> list[Line]:
        """What stood in the account before: two lines with a note, and an old one without."""
        week, gigabytes, lifetime = bundles
        made = [
            self.make(
                lifetime, lifetime.sizes[0], now - timedelta(days=200), foreign=True, notes="Till, shop 2"
            ),
            self.make(gigabytes, gigabytes.sizes[4], now - timedelta(days=40), foreign=True),
            self.make(week, week.sizes[1], now - timedelta(days=3), foreign=True, notes="Test phone, office"),
        ]
        made[0].use(61_440, now - timedelta(days=150))
        made[2].use(204_800, now - timedelta(days=2))
        return made

    def _iccid(self) -> str:
        while True:
            iccid = _digits("89", random.choice((19, 20)))
            if iccid not in self._by_iccid:
                return iccid


def _digits(start: str, length: int) -> str:
    return start + "".join(random.choices(string.digits, k=length - len(start)))


def _code() -> str:
    """A MatchingID in mixed case; no two are alike."""
    return f"K{random.randint(10, 99)}-" + "".join(random.choices(_LETTERS, k=24))
