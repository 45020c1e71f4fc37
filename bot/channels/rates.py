"""A rate as it is kept: so many at once on credit, which comes back with time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """So many at once, and from then on so many a second."""

    burst: float
    per_second: float


def within(per_second: float) -> Rate | None:
    """A rate whose burst and flow together stay below so many in any one second. None for 0: nothing is paced."""
    return Rate(per_second * 0.2, per_second * 0.8) if per_second else None


class Measure:
    """What is left of a rate. Below zero: so many are promised already to those who wait."""

    def __init__(self, rate: Rate, now: float) -> None:
        self.rate = rate
        self._left = rate.burst
        self._at = now
        self._closed_until = now

    def wait(self, now: float, for_others: float = 0.0) -> float:
        """Seconds until one more may go while so many are left for others; 0: now."""
        lacking = 1 + for_others - self._look(now)
        # A millionth is what reckoning with fractions leaves over.
        return max(lacking / self.rate.per_second if lacking > 1e-6 else 0.0, self._closed_until - now, 0.0)

    def take(self) -> None:
        """One more goes."""
        self._left -= 1

    def hand_back(self) -> None:
        """It did not go after all."""
        self._left += 1

    def close(self, until: float) -> None:
        """Nothing goes before that time: the platform has said so."""
        self._closed_until = max(self._closed_until, until)

    def _look(self, now: float) -> float:
        self._left = min(self.rate.burst, self._left + (now - self._at) * self.rate.per_second)
        self._at = now
        return self._left
