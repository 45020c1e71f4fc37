"""The shop's clock as the world keeps it: the machine's time plus whatever the tests have advanced."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

#: A bot that has not asked for this long, in seconds, is no longer waited for.
GONE_AFTER = 3.0
#: Seconds that a bot's due sweeps may take once it was told a new time; who has not come back by then died.
SWEEPS_TAKE = 20.0
#: Seconds between two looks at who is still alive.
LOOK_AGAIN = 0.2
#: Bots that are remembered; more have been started only by tests that kill them.
MOST_BOTS = 1_000


@dataclass
class _Bot:
    """One bot: the offset it lives by in seconds, how often it is asking now, when it was last heard of."""

    taken: float
    asking: int = 0
    sweeping: bool = False
    heard: float = field(default_factory=monotonic)

    def alive(self) -> bool:
        patience = SWEEPS_TAKE if self.sweeping else GONE_AFTER
        return self.asking > 0 or monotonic() - self.heard < patience


class WorldClock:
    """Hands its offset to every live bot, and knows which of them have taken it."""

    def __init__(self) -> None:
        self.offset = timedelta()
        self._changed = asyncio.Condition()
        self._bots: dict[str, _Bot] = {}

    def now(self) -> datetime:
        """The shop's time, aware, in UTC."""
        return datetime.now(UTC) + self.offset

    def timestamp(self) -> int:
        """The shop's time in whole Unix seconds."""
        return int(self.now().timestamp())

    async def advance(self, by: timedelta, patience: float = 60.0) -> None:
        """Move on, then wait until every live bot has said that its due sweeps have run; else TimeoutError."""
        async with asyncio.timeout(patience), self._changed:
            self.offset += by
            self._changed.notify_all()
            while not self._everybody_took_it():
                # A bot that dies says nothing, so its silence has to be looked for.
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN):
                        await self._changed.wait()

    async def ask(self, bot: str, taken: float, patience: float = 2.0) -> float:
        """A bot says which offset (seconds) it lives by, and is held until that is no longer right."""
        async with self._changed:
            self._forget_the_dead()
            asking = self._bots.setdefault(bot, _Bot(taken))
            asking.taken, asking.sweeping = taken, False
            asking.asking += 1
            self._changed.notify_all()
            try:
                async with asyncio.timeout(patience):
                    await self._changed.wait_for(lambda: self.offset.total_seconds() != taken)
                asking.sweeping = True
            except TimeoutError:
                return taken
            finally:
                asking.asking -= 1
                asking.heard = monotonic()
        return self.offset.total_seconds()

    def _everybody_took_it(self) -> bool:
        self._forget_the_dead()
        wanted = self.offset.total_seconds()
        return all(bot.taken == wanted for bot in self._bots.values())

    def _forget_the_dead(self) -> None:
        self._bots = {name: bot for name, bot in list(self._bots.items())[-MOST_BOTS:] if bot.alive()}
