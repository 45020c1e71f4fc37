"""Asking Telegram for updates, where no public address exists that it could call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.channels.telegram.kinds import UPDATES
from bot.channels.telegram.outbound import Call
from bot.channels.telegram.send import Line
from bot.conversation.channel import ChannelError

Deal = Callable[[bytes], Awaitable[bool]]

#: Seconds that Telegram holds a question open when there is nothing.
HELD = 50
MOST_UPDATES = 100
#: Tries after which an update that cannot be dealt with stops holding up those behind it: five minutes.
TRIES = 60
#: Seconds before the next question: after a first trouble (doubling), at most, and at most where Telegram
#: answers but an update could not be dealt with, because everybody else's updates wait meanwhile.
FIRST_PAUSE, LONGEST_PAUSE, LONGEST_FOR_OTHERS = 1.0, 30.0, 5.0
GLANCE = 0.25

log = structlog.get_logger(__name__)


class Poll:
    """Takes the updates in batches, deals with each batch at once and with newcomers beside it, and confirms."""

    def __init__(
        self,
        line: Line,
        deal: Deal,
        *,
        pause: float = FIRST_PAUSE,
        most_seconds: float = 10,
        tries: int = TRIES,
        glance: float = GLANCE,
    ) -> None:
        """`most_seconds`: how long one update may take before it counts as not dealt with.

        `glance`: seconds after which newcomers are looked for while others are still being dealt with.
        """
        self._line = line
        self._deal = deal
        self._pause = pause
        self._most_seconds = most_seconds
        self._most_tries = tries
        self._glance = glance
        self._offset = 0
        #: Updates that are still to be dealt with → tries so far. At most what one question brings.
        self._tries: dict[int, int] = {}

    async def forever(self) -> None:
        """Run until cancelled; trouble only slows it down."""
        pause = self._pause
        while True:
            try:
                longest = LONGEST_FOR_OTHERS if await self._stuck() else 0
            except ChannelError as error:
                log.warning("telegram.polling_failed", reason=error.reason)
                longest = LONGEST_PAUSE
            if longest:
                await asyncio.sleep(min(pause, longest))
            pause = min(pause * 2, LONGEST_PAUSE) if longest else self._pause

    async def _stuck(self) -> bool:
        """Take one batch, and what comes meanwhile; whether any of it could not be dealt with. Raises ChannelError."""
        begun: dict[int, asyncio.Task[bool]] = {}
        try:
            self._begin(await self._updates(HELD), begun)
            while running := [task for task in begun.values() if not task.done()]:
                # A question before a payment does not wait behind a chat that is slow.
                await asyncio.wait(running, timeout=self._glance)
                self._confirm(begun)
                if not all(task.done() for task in running):
                    self._begin(await self._glanced(), begun)
        finally:
            for task in begun.values():
                task.cancel()
        return self._count(begun)

    def _begin(self, updates: list[dict[str, Any]], begun: dict[int, asyncio.Task[bool]]) -> None:
        """Tasks start in the order of the updates, so whoever keeps one chat's events apart keeps their order."""
        for update in updates:
            if update["update_id"] not in begun:
                begun[update["update_id"]] = asyncio.create_task(self._dealt(update))

    def _confirm(self, begun: dict[int, asyncio.Task[bool]]) -> None:
        """Whatever lies before the first that is not dealt with is not asked for again.

        Confirming an update confirms all before it; those after it come again and are known by then.
        """
        open_ones = [number for number, task in begun.items() if not (task.done() and task.result())]
        first = min(open_ones, default=max(begun) + 1)
        for number in [number for number in begun if number < first]:
            del begun[number]
        self._offset = max(self._offset, first)

    def _count(self, begun: dict[int, asyncio.Task[bool]]) -> bool:
        """What could not be dealt with comes again, unless it was tried too often; whether there is any."""
        stuck = [number for number, task in begun.items() if not task.result()]
        self._tries = {number: self._tries.get(number, 0) + 1 for number in stuck}
        waiting = [number for number, tries in self._tries.items() if tries < self._most_tries]
        if len(waiting) < len(stuck):
            log.error("telegram.updates_given_up", count=len(stuck) - len(waiting))
        if begun:
            self._offset = min(waiting, default=max(begun) + 1)
        return bool(stuck)

    async def _glanced(self) -> list[dict[str, Any]]:
        """What has come since, if Telegram says; it will be told again."""
        try:
            return await self._updates(0)
        except ChannelError as error:
            log.warning("telegram.polling_failed", reason=error.reason)
            return []

    async def _updates(self, held: int) -> list[dict[str, Any]]:
        asked = {
            "offset": self._offset,
            "limit": MOST_UPDATES,
            "timeout": held,
            "allowed_updates": list(UPDATES),
        }
        match await self._line.once(Call("getUpdates", asked), timeout=held + 10):
            case list(updates):
                known = (update for update in updates if isinstance(update, dict))
                numbered = [update for update in known if isinstance(update.get("update_id"), int)]
                return sorted(numbered, key=lambda update: int(update["update_id"]))
        raise ChannelError("undecodable")

    async def _dealt(self, update: dict[str, Any]) -> bool:
        try:
            async with asyncio.timeout(self._most_seconds):
                return await self._deal(json.dumps(update).encode())
        except Exception as error:
            log.warning("telegram.update_not_dealt_with", error=type(error).__name__)
            return False
