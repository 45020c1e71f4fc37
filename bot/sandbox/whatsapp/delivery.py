"""The way of webhooks to the shop: signed, in order per person, in batches, again and again until a 2xx."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from bot.sandbox.whatsapp.line import Line
from bot.sandbox.whatsapp.webhooks import Update, body

if TYPE_CHECKING:
    from bot.sandbox.world import World

MOST_IN_FLIGHT = 16
MOST_IN_BODY = 50
#: Beyond this the shop may not send and nobody may write: nothing is ever dropped for want of room.
MOST_WAITING = 20_000
MOST_REMEMBERED = 500
MOST_TIMES = 100
KEPT_TRYING = timedelta(days=7)
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0


class TooMuchWaiting(ValueError):
    """The shop has not taken its webhooks for so long that there is no room for more."""


class Deliveries:
    """One delivery in flight per person; what comes meanwhile waits for the next."""

    def __init__(self, world: World, line: Line) -> None:
        self._world = world
        self._line = line
        self._queues: dict[str, deque[Update]] = {}
        self._busy: set[str] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._sent: deque[bytes] = deque(maxlen=MOST_REMEMBERED)
        self._dispatcher: asyncio.Task[None] | None = None
        #: Updates that the shop has not acknowledged yet.
        self.waiting = 0

    async def start(self) -> None:
        """From here on updates leave."""
        self._dispatcher = asyncio.create_task(self._dispatch())

    async def stop(self) -> None:
        """Whatever is still waiting stays undelivered."""
        tasks = [*self._carrying, *([self._dispatcher] if self._dispatcher else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def full(self) -> bool:
        """No room for more."""
        return self.waiting >= MOST_WAITING

    def put(self, update: Update) -> None:
        """Send it as soon as this person's turn comes; TooMuchWaiting when a message finds no room."""
        if self.full and update.field == "messages":
            raise TooMuchWaiting(f"{self.waiting} updates wait for the shop")
        self._queues.setdefault(update.traveller, deque()).append(update)
        self.waiting += 1
        self._news.set()

    async def redeliver(self, last: int, times: int) -> int:
        """The last bodies again, each so many times, many at once; returns how many were answered."""
        bodies = list(self._sent)[-last:] if last > 0 else []
        room = asyncio.Semaphore(MOST_IN_FLIGHT)

        async def again(raw: bytes) -> bool:
            async with room:
                return await self._line.post(raw) is not None

        copies = max(0, min(times, MOST_TIMES))
        return sum(await asyncio.gather(*(again(raw) for _ in range(copies) for raw in bodies)))

    async def _dispatch(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self._not_held()
            for people, updates in self._batches():
                carrying = asyncio.create_task(self._carry(people, updates))
                self._carrying.add(carrying)
                carrying.add_done_callback(self._landed)

    def _batches(self) -> Iterator[tuple[set[str], list[Update]]]:
        """With room to spare everybody gets a body of their own; otherwise several share one."""
        ready = [person for person in self._queues if person not in self._busy]
        free = MOST_IN_FLIGHT - len(self._carrying)
        if not ready or free <= 0:
            return
        share = ceil(len(ready) / free)
        for start in range(0, len(ready), share):
            updates: list[Update] = []
            people: set[str] = set()
            for person in ready[start : start + share]:
                queue = self._queues[person]
                taken = min(len(queue), MOST_IN_BODY - len(updates))
                if taken:
                    updates += [queue.popleft() for _ in range(taken)]
                    people.add(person)
                if not queue:
                    del self._queues[person]
            self._busy |= people
            yield people, updates

    async def _carry(self, people: set[str], updates: list[Update]) -> None:
        raw, clock = body(updates), self._world.clock
        self._world.wire.delivered("whatsapp", raw)
        self._sent.append(raw)
        pause = FIRST_PAUSE
        try:
            while not await self._taken(raw) and clock.now() - updates[0].born <= KEPT_TRYING:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                await self._not_held()
        finally:
            self._busy -= people
            self.waiting -= len(updates)

    def _landed(self, carrying: asyncio.Task[None]) -> None:
        self._carrying.discard(carrying)
        self._news.set()

    async def _not_held(self) -> None:
        faults = self._world.faults
        while faults.strike_delivery("whatsapp", "updates-held", "messages"):
            await faults.until_disarmed()

    async def _taken(self, raw: bytes) -> bool:
        twice = self._world.faults.strike_delivery("whatsapp", "duplicate-updates", "messages")
        answers = await asyncio.gather(*(self._line.post(raw) for _ in range(2 if twice else 1)))
        return all(status is not None and 200 <= status < 300 for status in answers)
