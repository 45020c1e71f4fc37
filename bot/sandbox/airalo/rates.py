"""How often each endpoint may be called, counted over the time that has just passed."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from time import monotonic

from bot.sandbox.airalo.errors import too_many

#: Method → (calls, seconds, whether each ICCID has its own count).
LIMITS: dict[str, tuple[tuple[int, float, bool], ...]] = {
    "token": ((3, 60.0, False),),
    "packages": ((80, 60.0, False),),
    "sims/usage": ((10, 60.0, True), (5, 1.0, False)),
    "sims/packages": ((10, 60.0, True),),
    "simulator/webhook": ((5, 60.0, False),),
    "refund": ((5, 60.0, False),),
}
#: Counts that are kept; the one that was touched longest ago goes.
MOST_COUNTS = 20_000


class Rates:
    """By the machine's clock, as such limits are."""

    def __init__(self) -> None:
        self._calls: OrderedDict[tuple[str, float, str], deque[float]] = OrderedDict()

    def count(self, method: str, iccid: str) -> None:
        """One more call. Raises what is answered when it is one too many, which then does not count."""
        now = monotonic()
        counts = [
            (limit, seconds, self._recent((method, seconds, iccid if each else ""), now - seconds))
            for limit, seconds, each in LIMITS.get(method, ())
        ]
        for limit, seconds, recent in counts:
            if len(recent) >= limit:
                raise too_many(limit, max(1, math.ceil(recent[0] + seconds - now)))
        for _, _, recent in counts:
            recent.append(now)

    def _recent(self, key: tuple[str, float, str], since: float) -> deque[float]:
        recent = self._calls.setdefault(key, deque())
        self._calls.move_to_end(key)
        while recent and recent[0] <= since:
            recent.popleft()
        if len(self._calls) > MOST_COUNTS:
            self._calls.popitem(last=False)
        return recent
