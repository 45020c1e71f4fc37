"""The policy's facts: who answers for the data, what is held why and how long, who sees it, what anybody may ask.

Facts only, by keys: a handler finds the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from services.privacy.facts.entries import CATEGORIES, Entry
from services.privacy.facts.registry import personal

#: Of the text as it is published, and as it is proposed. A new first number means that the policy changed so much
#: that consent has to be asked for again.
VERSION, PROPOSED = "1.1", "1.2"

#: The rights that the published text names, and what the law grants besides.
RIGHTS = ("access", "portability", "complaint", "rectification", "erasure", "objection")
MORE_RIGHTS = ("restriction", "withdrawal")

#: How far a legal day can be ahead of UTC where the books are kept (Paris, in summer).
_AHEAD = timedelta(hours=2)


@dataclass(frozen=True)
class Controller:
    """Who answers for the data, and who watches over that. Settings of the shop."""

    name: str = "Miio"
    address: str = "60 rue François 1er, 75008 Paris"
    email: str = "contact@esim-miio.com"
    authority: str = "CNIL"
    authority_url: str = "https://www.cnil.fr"
    authority_address: str = "3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07, France"
    #: (month, day) on which the accounting year closes; a day that every year has.
    year_closes: tuple[int, int] = (12, 31)
    #: Whether the operator has approved the proposed wording: `published.py`.
    approved: bool = False

    @property
    def version(self) -> str:
        """Of the policy that applies."""
        return PROPOSED if self.approved else VERSION


@dataclass(frozen=True)
class Period:
    """How long: `count` units after `after`. Count None: no end."""

    count: int | None
    unit: Literal["minutes", "hours", "days", "years", ""]
    after: str


PERIODS: Mapping[str, Period] = {
    "A": Period(3, "years", "last_activity_or_last_package"),
    "L": Period(10, "years", "accounting_year"),
    "proof": Period(5, "years", "order"),
    "consent": Period(3, "years", "end_of_relation"),
    "suppression": Period(3, "years", "end_of_relation"),
    "request": Period(3, "years", "request_closed"),
    "case": Period(1, "years", "case_closed"),
    "measured": Period(90, "days", "package_expiry"),
    "device": Period(90, "days", "delivery"),
    "installed": Period(30, "days", "installation"),
    "unpaid": Period(30, "days", "order"),
    "event": Period(7, "days", "event"),
    "copy": Period(72, "hours", "copy"),
    "unanswered": Period(1, "days", "event"),
    "backup": Period(35, "days", "linking"),
    "code": Period(1, "days", "event"),
    "lease": Period(60, "minutes", "event"),
    "told": Period(120, "days", "erasure"),
    "spent": Period(None, "", "sale"),
}


@dataclass(frozen=True)
class Held:
    """One category of what is held."""

    category: str
    #: (purpose, legal basis)
    purposes: tuple[tuple[str, str], ...]
    recipients: tuple[str, ...]
    periods: tuple[Period, ...]


@dataclass(frozen=True)
class Facts:
    """What is done with personal data. `later`: "3 years after A or B" is said to mean the later of both."""

    version: str
    controller: Controller
    held: tuple[Held, ...]
    rights: tuple[str, ...] = (*RIGHTS, *MORE_RIGHTS)
    later: bool = True


def facts(controller: Controller) -> Facts:
    """All of it, as it follows from the registry."""
    entries = personal()
    held = tuple(_held(category, entries) for category in CATEGORIES)
    return Facts(controller.version, controller, held)


def books_kept_until(sold_at: datetime, controller: Controller) -> datetime:
    """The later of ten years from the end of the accounting year and of the calendar year of a sale."""
    day = (sold_at + _AHEAD).date()
    month, last = controller.year_closes
    closes = date(day.year, month, last)
    if closes < day:
        closes = date(day.year + 1, month, last)
    end = max(closes, date(day.year, 12, 31))
    years = PERIODS["L"].count or 0
    return datetime(end.year + years, end.month, end.day, tzinfo=UTC) + timedelta(days=1)


def proof_kept_until(at: datetime) -> datetime:
    """Until when a declaration may be needed as proof."""
    return _in_years(at, PERIODS["proof"].count or 0)


def request_kept_until(closed_at: datetime) -> datetime:
    """Until when we may have to account for a request."""
    return _in_years(closed_at, PERIODS["request"].count or 0)


def began_before(now: datetime, key: str) -> datetime:
    """Whatever began a period of PERIODS before this moment has outlived it. Raises KeyError, ValueError."""
    period = PERIODS[key]
    match period.unit, period.count:
        case "years", int(count):
            return _in_years(now, -count)
        case "days", int(count):
            return now - timedelta(days=count)
        case "hours" | "minutes" as unit, int(count):
            return now - timedelta(**{unit: count})
    raise ValueError(f"{key} has no end")


def _in_years(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year + years)
    except ValueError:  # 29 February
        return at.replace(year=at.year + years, month=3, day=1)


def _held(category: str, entries: tuple[Entry, ...]) -> Held:
    mine = [entry for entry in entries if entry.category == category]
    return Held(
        category,
        tuple(sorted({(entry.purpose, entry.basis) for entry in mine})),
        tuple(sorted({told for entry in mine for told in entry.told})),
        tuple(PERIODS[key] for key in sorted({entry.keep for entry in mine})),
    )
