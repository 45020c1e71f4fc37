"""How much may be sent how fast: a bucket that fills while nobody looks."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

#: To one user: one message in six seconds, and up to 45 at once on credit.
PAIR_BURST, PAIR_SECONDS = 45, 6.0
#: From one business phone number, all users together, per second.
THROUGHPUT = 80


@dataclass
class Bucket:
    """`size` at most, refilled at `per_second`. By the machine's clock: a rate is about real time."""

    size: float
    per_second: float
    level: float
    at: float

    def holds_one(self) -> bool:
        """Whether one more may be taken now."""
        now = monotonic()
        self.level = min(self.size, self.level + (now - self.at) * self.per_second)
        self.at = now
        return self.level >= 1

    def take(self) -> None:
        """One more is taken."""
        self.level -= 1


def pair() -> Bucket:
    """For the messages to one user."""
    return Bucket(PAIR_BURST, 1 / PAIR_SECONDS, PAIR_BURST, monotonic())


def throughput() -> Bucket:
    """For all messages of the business phone number."""
    return Bucket(THROUGHPUT, THROUGHPUT, THROUGHPUT, monotonic())
