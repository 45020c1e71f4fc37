"""Banks that take their time: what they have been asked, and when they answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

#: Seconds that a bank takes here; a real one takes days.
TAKES = 1.0
#: Beyond it a bank answers at once.
MOST_WAITING = 10_000


class Bank:
    """Answers each question a little later."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.TimerHandle] = set()

    def __len__(self) -> int:
        """Answers that are still to come."""
        return len(self._waiting)

    def ask(self, answered: Callable[[], None]) -> None:
        """Call back when it has decided."""

        def decide() -> None:
            self._waiting.discard(timer)
            answered()

        wait = TAKES if len(self._waiting) < MOST_WAITING else 0.0
        timer = asyncio.get_running_loop().call_later(wait, decide)
        self._waiting.add(timer)

    def close(self) -> None:
        """What it has not answered by now it never does."""
        for timer in self._waiting:
            timer.cancel()
        self._waiting.clear()
