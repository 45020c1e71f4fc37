"""What has happened and the bot has not yet dealt with: numbered, in order, each only for a while."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import randrange

from bot.sandbox.clock import WorldClock
from bot.sandbox.telegram.calls import Json

#: Updates that wait; beyond that the oldest is dropped.
MOST_WAITING = 50_000
#: Delivered updates that can be sent again.
MOST_REMEMBERED = 500
#: How long the server keeps trying; taps and payments are worthless later.
MESSAGES_LIVE = timedelta(hours=24)
QUERIES_LIVE = timedelta(seconds=150)

#: The line an update waits in: messages by chat, taps by person, in a line of their own.
Line = tuple[str, int]


@dataclass
class Update:
    """One update on its way; `body` is the JSON as it goes over the wire."""

    id: int
    kind: str
    line: Line
    body: bytes
    until: datetime
    failures: int = 0
    #: Seconds of the last wait between two attempts.
    delay: float = 1.0
    handed_out: bool = False


class Updates:
    """Every update that still waits, by number and by line."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._next_id = randrange(100_000_000, 900_000_000)
        self._waiting: dict[int, Update] = {}
        self._lines: dict[Line, deque[Update]] = {}
        #: The last that arrived, oldest first.
        self.delivered: deque[Update] = deque(maxlen=MOST_REMEMBERED)
        #: The kinds that the bot wants; None for all.
        self.allowed: Collection[str] | None = None

    def add(self, kind: str, payload: Json, line: Line, lives: timedelta) -> Update | None:
        """Something happened; None when the bot does not want to know."""
        if self.allowed is not None and kind not in self.allowed:
            return None
        number, self._next_id = self._next_id, self._next_id + 1
        body = json.dumps({"update_id": number, kind: payload}, separators=(",", ":")).encode()
        update = Update(number, kind, line, body, self._clock.now() + lives)
        self._waiting[number] = update
        self._lines.setdefault(line, deque()).append(update)
        if len(self._waiting) > MOST_WAITING:
            self.forget(next(iter(self._waiting.values())))
        return update

    def head(self, line: Line) -> Update | None:
        """The first of a line that is still worth delivering; what has expired is dropped."""
        now = self._clock.now()
        while waiting := self._lines.get(line):
            if waiting[0].until >= now:
                return waiting[0]
            self.forget(waiting[0])
        return None

    def forget(self, update: Update) -> None:
        """Dealt with, or too old."""
        if self._waiting.pop(update.id, None) is None:
            return
        line = self._lines[update.line]
        line.remove(update)
        if not line:
            del self._lines[update.line]

    def lines(self) -> list[Line]:
        """The lines in which somebody waits."""
        return list(self._lines)

    def waiting(self) -> list[Update]:
        """All that wait, oldest first, without what has expired."""
        now = self._clock.now()
        for update in [update for update in self._waiting.values() if update.until < now]:
            self.forget(update)
        return list(self._waiting.values())

    def drop_all(self) -> None:
        """The bot asked for a fresh start."""
        self._waiting.clear()
        self._lines.clear()
