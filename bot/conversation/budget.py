"""How many answers a chat gets in a day where each of them costs; then one notice, and only what must be answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.conversation.channel import Channel
from bot.conversation.events import Memory


@dataclass(frozen=True)
class Budget:
    """So many answers for each chat and day (UTC, the shop's clock); 0: as many as are asked for."""

    most: int = 0

    def stands(self, channel: Channel, memory: Memory, now: datetime) -> Literal["left", "notice", "spent"]:
        """What may still be said there today."""
        if not self.most or not channel.metered:
            return "left"
        said = memory.answers if memory.answered_on == _day(now) else 0
        return "left" if said < self.most else "notice" if said == self.most else "spent"

    def charged(self, memory: Memory, now: datetime) -> Memory:
        """One more was said today."""
        if not self.most:
            return memory
        today = _day(now)
        said = memory.answers if memory.answered_on == today else 0
        # The notice is the last that is counted.
        return replace(memory, answered_on=today, answers=min(said + 1, self.most + 1))


def _day(now: datetime) -> str:
    return f"{now:%Y-%m-%d}"
