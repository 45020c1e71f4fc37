"""What the shop grants after a sale: settings, frozen on each order, and what follows from them for a claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

#: How far a day in Paris is ahead of UTC at most: whoever counts the days by it errs in the traveller's favor.
_AHEAD = timedelta(hours=2)
#: The period in which a consumer may withdraw: Code de la consommation, art. L221-18.
WITHDRAWAL_DAYS = 14
#: French public holidays with a date of their own (Code du travail, art. L3133-1): month, day.
_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)})
#: Those that move with Easter, in days after it: Monday, Ascension, Whit Monday.
_AFTER_EASTER = (1, 39, 50)

#: What was found when somebody looked at what a claim is about.
Seen = Literal["unused", "used", "undelivered", "unpaid", "over", "unknown"]


@dataclass(frozen=True)
class Rules:
    """`refund`: "unused" within `refund_days` is refunded by itself, everything else goes to a person."""

    refund: Literal["unused", "person", "none"] = "person"
    refund_days: int = 14
    withdrawal: Literal["refund_if_unused", "refund_pro_rata", "person", "waived_acknowledged"] = "person"

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Rules:
        """What `as_json` gave; an order of before there were rules leaves it all to a person."""
        return cls(**kept)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Facts:
    """What decides. `early`: it was claimed before the eSIM was handed over; amounts in minor units and bytes."""

    seen: Seen
    days: int
    early: bool
    left: int
    #: Withdrawn from after the period.
    late: bool = False
    #: Whether the plan is one that can be given back at all.
    refundable: bool = True
    used: int | None = None
    total: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What a rule says: "refund" (`amount` in minor units), "refuse", or "person"; and why."""

    outcome: Literal["refund", "refuse", "person"]
    why: str
    amount: int = 0


def verdict(kind: str, rules: Rules, facts: Facts) -> Verdict:
    """The rule's answer to a request for a refund, or to a withdrawal. What does not work is a person's to decide."""
    if facts.seen == "unpaid":
        return Verdict("refuse", "unpaid")
    if kind == "withdrawal" and facts.late:
        return Verdict("refuse", "late")
    if facts.seen == "over" or facts.left <= 0:
        return Verdict("refuse", "nothing_left")
    if facts.seen == "undelivered" or (kind == "withdrawal" and facts.early and facts.seen == "unused"):
        return Verdict("refund", "undelivered", facts.left)
    if kind == "refund":
        return _refund(rules, facts)
    if kind == "withdrawal":
        return _withdrawal(rules, facts)
    return Verdict("person", "warranty")


def withdrawal_ends(placed_at: datetime) -> datetime:
    """The first moment at which the contract of that order cannot be withdrawn from any more.

    Fourteen days after the day of the order; a last day that is no working day moves to the next one
    (Code de la consommation, art. L221-18 and L221-19).
    """
    day = (placed_at + _AHEAD).date() + timedelta(days=WITHDRAWAL_DAYS)
    while not _works(day):
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def _refund(rules: Rules, facts: Facts) -> Verdict:
    if rules.refund == "none" or not facts.refundable:
        return Verdict("refuse", "no_refunds")
    if rules.refund == "unused" and facts.seen == "unused" and facts.days <= rules.refund_days:
        return Verdict("refund", "unused", facts.left)
    return Verdict("person", facts.seen)


def _withdrawal(rules: Rules, facts: Facts) -> Verdict:
    if rules.withdrawal == "waived_acknowledged":
        return Verdict("refuse", "waived")
    if rules.withdrawal == "person" or facts.seen == "unknown":
        return Verdict("person", facts.seen)
    if facts.seen == "unused":
        return Verdict("refund", "unused", facts.left)
    if rules.withdrawal == "refund_if_unused":
        return Verdict("refuse", "used")
    if not facts.total or facts.used is None:
        return Verdict("person", "not_measured")
    # What was used is paid for, the rest goes back (art. L221-25), a started cent in the traveller's favor.
    back = -(-facts.left * max(0, facts.total - facts.used) // facts.total)
    return Verdict("refund", "pro_rata", back) if back else Verdict("refuse", "used")


def _works(day: date) -> bool:
    moving = {_easter(day.year) + timedelta(days=after) for after in _AFTER_EASTER}
    return day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS and day not in moving


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar: https://en.wikipedia.org/wiki/Date_of_Easter (anonymous algorithm)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)
