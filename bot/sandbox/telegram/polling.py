"""getUpdates: the bot comes and fetches, and says with its next question what it has dealt with."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from itertools import chain, islice, repeat
from time import monotonic
from typing import Any

from bot.sandbox.faults import Faults
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.errors import ApiError, conflict
from bot.sandbox.telegram.updates import Update, Updates

#: Seconds a question is held at most: https://core.telegram.org/bots/api#getupdates
LONGEST_POLL = 50
MOST_AT_ONCE = 100
MOST_REPEATED = 10_000
#: Seconds after its last question during which a bot still counts as listening.
LISTENING = 10.0

_OTHER_READER = "terminated by other getUpdates request; make sure that only one bot instance is running"


class Polling:
    """Hands waiting updates to the one bot that asks."""

    def __init__(self, updates: Updates, faults: Faults) -> None:
        self._updates = updates
        self._faults = faults
        self._news = asyncio.Event()
        self._asker: asyncio.Future[ApiError] | None = None
        self._last_asked: float | None = None
        self._again: deque[Update] = deque(maxlen=MOST_REPEATED)

    def listening(self) -> bool:
        """Whether a bot has asked lately, or is asking now."""
        recent = self._last_asked is not None and monotonic() - self._last_asked < LISTENING
        return recent or self._asker is not None

    def wake(self) -> None:
        """There is something new."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    def interrupt(self, why: ApiError) -> None:
        """Whoever is asking now is turned away."""
        if self._asker is not None and not self._asker.done():
            self._asker.set_result(why)
        self._asker = None

    def repeat(self, updates: list[Update], times: int) -> int:
        """Hand these out again, whatever the bot has confirmed. Returns how many there will be."""
        room = MOST_REPEATED - len(self._again)
        again = list(islice(chain.from_iterable(repeat(updates, times)), room))
        self._again.extend(again)
        self.wake()
        return len(again)

    async def ask(self, call: Call) -> list[Any]:
        """The updates after `offset`, as JSON objects; waits for some up to `timeout` seconds."""
        self.interrupt(conflict(_OTHER_READER))
        asker = self._asker = asyncio.get_running_loop().create_future()
        try:
            self._confirm(call.whole("offset"))
            return await self._wait(
                asker,
                call.whole("limit", MOST_AT_ONCE, 1, MOST_AT_ONCE),
                call.whole("timeout", 0, 0, LONGEST_POLL),
            )
        finally:
            self._last_asked = monotonic()
            if self._asker is asker:
                self._asker = None

    async def _wait(self, asker: asyncio.Future[ApiError], limit: int, seconds: int) -> list[Any]:
        until = monotonic() + seconds
        while True:
            news = self._news
            held = self._has_some() and self._faults.strike_delivery("telegram", "updates-held") is not None
            if not held and (ready := self._take(limit)):
                return ready
            left = until - monotonic()
            if left <= 0:
                return []
            awaited = self._faults.until_disarmed() if held else news.wait()
            await _first(awaited, asker, left)
            if asker.done():
                raise asker.result()

    def _has_some(self) -> bool:
        return bool(self._again) or bool(self._updates.waiting())

    def _take(self, limit: int) -> list[Json]:
        repeated = [self._again.popleft() for _ in range(min(limit, len(self._again)))]
        fresh = self._updates.waiting()[: limit - len(repeated)]
        for update in fresh:
            if not update.handed_out:
                update.handed_out = True
                self._updates.delivered.append(update)
                if self._faults.strike_delivery("telegram", "duplicate-updates", update.kind):
                    self._again.append(update)
        return [json.loads(update.body) for update in (*repeated, *fresh)]

    def _confirm(self, offset: int) -> None:
        """What lies before the offset is dealt with; a negative one keeps only that many of the newest."""
        waiting = self._updates.waiting()
        for index, update in enumerate(waiting):
            if update.id < offset or index < len(waiting) + offset < len(waiting):
                self._updates.forget(update)


async def _first(awaited: Any, asker: asyncio.Future[ApiError], seconds: float) -> None:
    """Wait until something happens, the asker is turned away, or the time is up."""
    waiting = asyncio.ensure_future(awaited)
    try:
        await asyncio.wait((waiting, asker), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
