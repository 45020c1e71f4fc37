"""How often Airalo lets itself be asked, kept on our side: a question that would be one too many is not sent.

https://developers.partners.airalo.com/rate-limits-752590m0
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic

from services.providers import ProviderError

#: Kind of question → (questions, seconds) that are allowed, each line counted for itself where it is named.
LIMITS: dict[str, tuple[tuple[int, float], ...]] = {
    "token": ((3, 60.0),),
    "packages": ((80, 60.0),),
    "usage": ((5, 1.0),),
    "usage of": ((10, 60.0),),
    "history of": ((10, 60.0),),
}
#: Counts that are kept; the one that was touched longest ago goes.
MOST_COUNTS = 10_000


class Rates:
    """Counts what was asked, by the machine's clock."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._asked: OrderedDict[tuple[str, str, float], deque[float]] = OrderedDict()

    def take(self, kind: str, name: str = "") -> None:
        """One more question of that kind. Raises ProviderError when it has to wait."""
        now = self._now()
        counts = [
            (most, self._recent((kind, name, seconds), now - seconds), seconds)
            for most, seconds in LIMITS[kind]
        ]
        for most, recent, seconds in counts:
            if len(recent) >= most:
                raise ProviderError("rate-limited", again=max(0.1, recent[0] + seconds - now))
        for _, recent, _ in counts:
            recent.append(now)

    def _recent(self, key: tuple[str, str, float], since: float) -> deque[float]:
        recent = self._asked.setdefault(key, deque())
        self._asked.move_to_end(key)
        while recent and recent[0] <= since:
            recent.popleft()
        if len(self._asked) > MOST_COUNTS:
            self._asked.popitem(last=False)
        return recent
