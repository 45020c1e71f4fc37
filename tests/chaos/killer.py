"""Kills a bot with -9 soon after some payment, drawn at random beforehand, and lets another one start."""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_right

from tests.chaos.bots import Bots

#: A kill strikes within this many seconds of the payment that it waits for: delivered by then, or not.
WITHIN = 1.0
#: Seconds that a bot stays dead: alone on its port; one among several; and one in so many of these for so long
#: that the others take its work over (they call a silent one dead after five seconds).
DEAD_ALONE, DEAD_AMONG, GIVEN_UP, ONE_IN = (0.0, 0.6), (0.2, 2.0), (6.0, 10.0), 5
#: Kills that may be overdue before nobody else begins to buy: whoever is killed last shall have something to lose.
BEHIND = 4
#: How often the new bot is killed again before it has come up.
IMPATIENT = 0.15


class Killer:
    """Waits for payments."""

    def __init__(self, bots: Bots, chance: random.Random, orders: int, kills: int) -> None:
        self._bots = bots
        self._chance = chance
        self._after = sorted(chance.randrange(orders) for _ in range(kills))
        self._paid = 0
        self._moved = asyncio.Event()
        self._caught_up = asyncio.Event()
        self._enough = self._ended = False

    @property
    def done(self) -> int:
        """Kills so far."""
        return self._bots.kills

    def paid(self) -> None:
        """One more order was paid just now."""
        self._paid += 1
        self._moved.set()

    def enough(self) -> None:
        """Nobody buys any more: what is still planned is done now, without waiting for payments."""
        self._enough = True
        self._moved.set()

    async def keeps_up(self) -> None:
        """Wait until hardly any kill is overdue."""
        while not self._ended and bisect_right(self._after, self._paid) - self.done > BEHIND:
            self._caught_up.clear()
            await self._caught_up.wait()

    async def lurk(self) -> None:
        """Until every planned kill is done."""
        try:
            await self._strike()
        finally:
            self._ended = True
            self._caught_up.set()

    async def _strike(self) -> None:
        for after in self._after:
            while self._paid < after and not self._enough:
                self._moved.clear()
                await self._moved.wait()
            if self._enough and self._paid < after:
                return
            await asyncio.sleep(self._chance.uniform(0, WITHIN))
            await self._bots.kill(self._chance.randrange(self._bots.many))
            await asyncio.sleep(self._dead_for())
            await self._bots.start(wait=self._chance.random() >= IMPATIENT)
            self._caught_up.set()

    def _dead_for(self) -> float:
        if self._bots.many == 1:
            return self._chance.uniform(*DEAD_ALONE)
        return self._chance.uniform(*(GIVEN_UP if self._chance.randrange(ONE_IN) == 0 else DEAD_AMONG))
