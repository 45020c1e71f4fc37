"""How much may be sent how fast: a bucket that fills while nobody looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic


@dataclass
class Bucket:
    """`size` at most, refilled at `per_second`. By the machine's clock: a rate is about real time."""

    size: float
    per_second: float
    clock: Callable[[], float] = monotonic
    level: float = field(init=False)
    at: float = field(init=False)

    def __post_init__(self) -> None:
        self.level, self.at = self.size, self.clock()

    def holds_one(self) -> bool:
        """Whether one more may be taken now."""
        return self.wait() <= 0

    def wait(self) -> float:
        """Seconds until one more may be taken."""
        now = self.clock()
        self.level = min(self.size, self.level + (now - self.at) * self.per_second)
        self.at = now
        return max(0.0, (1 - self.level) / self.per_second)

    def take(self) -> None:
        """One more is taken."""
        self.level -= 1

    def put_back(self) -> None:
        """It was not used after all."""
        self.level += 1
