"""The shop's clock as the world keeps it: the machine's time plus whatever the tests have advanced."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic

#: A bot that has not asked for this long, in seconds, is no longer waited for.
GONE_AFTER = 3.0


class WorldClock:
    """Hands its offset to every live bot, and knows which of them have taken it."""

    def __init__(self) -> None:
        self.offset = timedelta()
        self._changed = asyncio.Condition()
        self._taken: dict[str, tuple[float, float]] = {}
        self._asking: dict[str, int] = {}

    def now(self) -> datetime:
        """The shop's time, aware, in UTC."""
        return datetime.now(UTC) + self.offset

    def timestamp(self) -> int:
        """The shop's time in whole Unix seconds."""
        return int(self.now().timestamp())

    async def advance(self, by: timedelta, patience: float = 60.0) -> None:
        """Move on, then wait until every live bot has said that its due sweeps have run."""
        async with self._changed:
            self.offset += by
            self._changed.notify_all()
            await asyncio.wait_for(self._changed.wait_for(self._everybody_took_it), patience)

    async def ask(self, bot: str, taken: float, patience: float = 2.0) -> float:
        """A bot says which offset (seconds) it lives by, and is held until that is no longer right."""
        async with self._changed:
            self._taken[bot] = (taken, monotonic())
            self._asking[bot] = self._asking.get(bot, 0) + 1
            self._changed.notify_all()
            try:
                async with asyncio.timeout(patience):
                    await self._changed.wait_for(lambda: self.offset.total_seconds() != taken)
            except TimeoutError:
                return taken
            finally:
                self._asking[bot] -= 1
                self._taken[bot] = (taken, monotonic())
        return self.offset.total_seconds()

    def _everybody_took_it(self) -> bool:
        wanted = self.offset.total_seconds()
        self._taken = {bot: last for bot, last in self._taken.items() if self._alive(bot, last[1])}
        return all(taken == wanted for taken, _ in self._taken.values())

    def _alive(self, bot: str, last: float) -> bool:
        return self._asking.get(bot, 0) > 0 or monotonic() - last < GONE_AFTER
