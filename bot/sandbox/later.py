"""Purchases that a provider books long after it has hung up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

#: Beyond it a purchase is booked at once.
MOST_WAITING = 10_000


class Later:
    """Counts what was booked late, and what is still to come."""

    def __init__(self) -> None:
        self.done = 0
        self._waiting: set[asyncio.TimerHandle] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    def run(self, seconds: float, book: Callable[[], bool]) -> None:
        """Do it in so many seconds of the machine's time; `book` says whether the provider did it."""

        def act() -> None:
            self._waiting.discard(timer)
            self.done += book()

        wait = seconds if len(self._waiting) < MOST_WAITING else 0.0
        timer = asyncio.get_running_loop().call_later(wait, act)
        self._waiting.add(timer)

    def drop(self) -> None:
        """The world ends: what has not been booked never is."""
        for timer in self._waiting:
            timer.cancel()
        self._waiting.clear()
