"""What a price is in Telegram Stars: by a rate that the operator wrote down, for as long as it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Context, Decimal

from services.money import Money

#: Telegram takes no more than this for one invoice.
MOST_STARS = 25_000
#: The operator hears of it so long before a rate ends.
WARN_BEFORE = timedelta(days=7)
#: Every step rounds up, so no digit that is lost makes the price lower.
_UP = Context(prec=60, rounding=ROUND_CEILING)


@dataclass(frozen=True)
class StarRate:
    """`per_unit` Stars for one main unit of the shop's currency, never less than `least` for anything."""

    per_unit: Decimal
    dated: date
    valid: timedelta
    least: int

    @property
    def until(self) -> date:
        """The last day on which it holds."""
        return self.dated + self.valid

    def holds(self, now: datetime) -> bool:
        """Whether Stars may be asked for at that time (the shop's clock)."""
        return self.dated <= now.date() <= self.until

    def ends_soon(self, now: datetime) -> bool:
        """Whether it is time to write down a new one."""
        return now.date() > self.until - WARN_BEFORE

    def of(self, price: Money) -> int | None:
        """The price in whole Stars, never worth less than the price; None where Telegram takes no such sum."""
        exact = _UP.multiply(price.decimal, self.per_unit)
        stars = max(int(exact.to_integral_value(ROUND_CEILING)), self.least)
        return stars if stars <= MOST_STARS else None
