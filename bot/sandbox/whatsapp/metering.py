"""What Meta charges for: every message that arrives, by category; free-form ones after the first thousand of a month.

Templates since July 2025, free-form messages since October 2026, for each business number.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from bot.sandbox.clock import WorldClock

#: Free-form messages that cost nothing, for each business number and month.
FREE_A_MONTH = 1_000


class Metering:
    """The meter of one business number. Months are those of the shop's clock."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._month = ""
        self._this_month: Counter[str] = Counter()
        self._billed: Counter[str] = Counter()
        #: All messages ever, by category.
        self.ever: Counter[str] = Counter()

    def pricing(self, category: str) -> dict[str, Any]:
        """Count one message; what its status says of its price."""
        self._turn_page()
        self.ever[category] += 1
        self._this_month[category] += 1
        billable = category != "service" or self._this_month["service"] > FREE_A_MONTH
        self._billed[category] += billable
        kind = "regular" if billable else "free_customer_service"
        return {"billable": billable, "pricing_model": "PMP", "category": category, "type": kind}

    def as_json(self) -> dict[str, Any]:
        """This month, as it stands."""
        self._turn_page()
        return {
            "month": self._month,
            "free": FREE_A_MONTH,
            "free_used": min(self._this_month["service"], FREE_A_MONTH),
            "messages": dict(self._this_month),
            "billed": {category: many for category, many in self._billed.items() if many},
        }

    def _turn_page(self) -> None:
        month = f"{self._clock.now():%Y-%m}"
        if month != self._month:
            self._month = month
            self._this_month.clear()
            self._billed.clear()
