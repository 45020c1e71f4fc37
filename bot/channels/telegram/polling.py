"""Asking Telegram for updates, where no public address exists that it could call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.channels.telegram.inbound import UPDATES
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

log = structlog.get_logger(__name__)


class Poll:
    """Takes the updates in batches, deals with each batch at once, and confirms what was dealt with."""

    def __init__(
        self,
        line: Line,
        deal: Deal,
        *,
        pause: float = FIRST_PAUSE,
        most_seconds: float = 10,
        tries: int = TRIES,
    ) -> None:
        """`most_seconds`: how long one update may take before it counts as not dealt with."""
        self._line = line
        self._deal = deal
        self._pause = pause
        self._most_seconds = most_seconds
        self._most_tries = tries
        self._offset = 0
        #: Updates that are still to be dealt with → tries so far. At most one batch.
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
        """Take one batch; whether any of it could not be dealt with. Raises ChannelError."""
        updates = await self._updates()
        # Tasks start in the order of the updates, so whoever keeps one chat's events apart keeps their order.
        dealt = await asyncio.gather(*(self._dealt(update) for update in updates))
        stuck = [update["update_id"] for update, done in zip(updates, dealt, strict=True) if not done]
        self._tries = {number: self._tries.get(number, 0) + 1 for number in stuck}
        waiting = [number for number, tries in self._tries.items() if tries < self._most_tries]
        if len(waiting) < len(stuck):
            log.error("telegram.updates_given_up", count=len(stuck) - len(waiting))
        if updates:
            # Confirming an update confirms all before it; those after it come again and are known by then.
            self._offset = min(waiting, default=updates[-1]["update_id"] + 1)
        return bool(stuck)

    async def _updates(self) -> list[dict[str, Any]]:
        asked = {
            "offset": self._offset,
            "limit": MOST_UPDATES,
            "timeout": HELD,
            "allowed_updates": list(UPDATES),
        }
        match await self._line.once(Call("getUpdates", asked), timeout=HELD + 10):
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
