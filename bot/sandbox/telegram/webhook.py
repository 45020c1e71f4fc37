"""Webhook deliveries, as patient as Telegram's own server.

Each line goes strictly in order, its first update blocking the rest. Any 2xx is success. The first failure is
tried again at once, then after 2, 4, 8 … seconds, never more than one to two minutes; `Retry-After` is obeyed
up to an hour. (tdlib/telegram-bot-api, WebhookActor.cpp)
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from datetime import timedelta
from itertools import chain, repeat
from typing import TYPE_CHECKING

from bot.sandbox.telegram.posting import Answered, Hook, Outcome, Postman
from bot.sandbox.telegram.updates import Line, Update, Updates

if TYPE_CHECKING:
    from bot.sandbox.world import World

#: Seconds; the longest wait between two attempts is drawn from here.
LONGEST_DELAY = (60.0, 120.0)
LONGEST_RETRY_AFTER = 3_600


class Deliveries:
    """One worker for each line in which something waits, and never more connections than the bot wants."""

    def __init__(self, world: World, updates: Updates, answered: Answered) -> None:
        self._world = world
        self._updates = updates
        self._postman = Postman(world.clock, answered)
        self._workers: dict[Line, asyncio.Task[None]] = {}
        self._connections = asyncio.Semaphore(1)
        self._at_once = asyncio.Event()
        self.hook: Hook | None = None

    async def start(self) -> None:
        await self._postman.start()

    async def stop(self) -> None:
        await self._end(self._workers.values())
        await self._postman.stop()

    @property
    def last_error(self) -> tuple[int, str] | None:
        """When the last delivery failed, in Unix seconds, and why."""
        return self._postman.last_error

    async def direct(self, hook: Hook | None) -> None:
        """Send everything there from now on; None: nowhere."""
        self.hook = None
        await self._end(self._workers.values())
        self._postman.forget()
        self.hook = hook
        if hook is not None:
            self._connections = asyncio.Semaphore(hook.max_connections)
            for line in self._updates.lines():
                self.wake(line)

    def wake(self, line: Line) -> None:
        """Something waits in that line."""
        if self.hook is not None and line not in self._workers:
            self._workers[line] = asyncio.create_task(self._work(line, self.hook))

    def hurry(self) -> None:
        """The bot is back: nothing waits for its next attempt any longer."""
        at_once, self._at_once = self._at_once, asyncio.Event()
        at_once.set()

    async def send_again(self, updates: list[Update], times: int) -> None:
        """These once more, as many at the same time as the bot allows, each in a single attempt."""
        if (hook := self.hook) is None:
            return
        left = chain.from_iterable(repeat(updates, times))

        async def send_some() -> None:
            for update in left:
                await self._attempt(update, hook)

        await asyncio.gather(*(send_some() for _ in range(hook.max_connections)))

    async def _work(self, line: Line, hook: Hook) -> None:
        try:
            while self.hook is hook and (update := self._updates.head(line)) is not None:
                await self._until_released(update)
                at_once = self._at_once
                outcome = await self._attempt(update, hook)
                if not outcome.ok:
                    await self._pause(update, outcome.retry_after, at_once)
                    continue
                if self._world.faults.strike_delivery("telegram", "duplicate-updates", update.kind):
                    await self._attempt(update, hook)
                self._updates.forget(update)
                self._updates.delivered.append(update)
        finally:
            self._workers.pop(line, None)

    async def _until_released(self, update: Update) -> None:
        while self._world.faults.strike_delivery("telegram", "updates-held", update.kind):
            await self._world.faults.until_disarmed()

    async def _attempt(self, update: Update, hook: Hook) -> Outcome:
        async with self._connections:
            self._world.wire.delivered("telegram", update.body)
            outcome = await self._postman.post(update, hook)
        if self._postman.is_gone():
            self.hook = None
        return outcome

    async def _pause(self, update: Update, retry_after: int, at_once: asyncio.Event) -> None:
        """Wait for the next attempt, or drop the update when that would come too late."""
        pause = float(min(retry_after, LONGEST_RETRY_AFTER))
        if retry_after <= 0 and update.failures > 0:
            pause = update.delay = min(update.delay * 2, random.uniform(*LONGEST_DELAY))
        update.failures += 1
        if self._world.clock.now() + timedelta(seconds=pause) > update.until:
            self._updates.forget(update)
            return
        try:
            async with asyncio.timeout(pause):
                await at_once.wait()
        except TimeoutError:
            return
        update.failures, update.delay = 0, 1.0

    async def _end(self, workers: Iterable[asyncio.Task[None]]) -> None:
        ending = list(workers)
        for worker in ending:
            worker.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        self._workers.clear()  # one that was ended before it began has not tidied up after itself
