"""By when a request has to be answered: GDPR art. 12(3), capped as Telegram's terms cap it."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

MOST_DAYS = timedelta(days=30)
#: Two months more where they are announced in time, and no more days than as many months at their longest cap.
EXTENDED_MONTHS, MOST_EXTENDED_DAYS = 3, timedelta(days=90)


def due(at: datetime) -> datetime:
    """One month later, the month's end where it has no such day; never more than thirty days."""
    return min(_months_later(at, 1), at + MOST_DAYS)


def extension(at: datetime) -> timedelta:
    """By how much an extension moves the due date of a request of that day."""
    return min(_months_later(at, EXTENDED_MONTHS), at + MOST_EXTENDED_DAYS) - due(at)


def _months_later(at: datetime, months: int) -> datetime:
    years, month = divmod(at.month - 1 + months, 12)
    year, month = at.year + years, month + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))
