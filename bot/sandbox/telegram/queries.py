"""Taps and payments that wait for the bot's answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import randrange

from bot.sandbox.clock import WorldClock
from bot.sandbox.phones import ScreenMessage
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.errors import STALE_QUERY, bad

#: How long a tap can be answered. Not documented; outsiders have measured about this much.
TAPS_WAIT = timedelta(seconds=15)
#: https://core.telegram.org/bots/api#answerprecheckoutquery
PAYMENTS_WAIT = timedelta(seconds=10)
MOST_QUERIES = 10_000


@dataclass
class Query:
    """One question to the bot; `answer` is what became of a payment: None for yes, else the reason."""

    id: str
    kind: str
    chat: Chat
    seen: ScreenMessage | None
    until: datetime
    answer: asyncio.Future[str | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Queries:
    """Open questions by id."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._open: dict[str, Query] = {}

    def ask(self, kind: str, chat: Chat, seen: ScreenMessage | None, waits: timedelta) -> Query:
        """A new question."""
        query = Query(str(randrange(2**60, 2**63)), kind, chat, seen, self._clock.now() + waits)
        self._open[query.id] = query
        if len(self._open) > MOST_QUERIES:
            del self._open[next(iter(self._open))]
        return query

    def answered(self, query_id: str, kind: str) -> Query:
        """The question that the bot answers; ApiError when it comes too late."""
        query = self._open.get(query_id)
        if query is None or query.kind != kind or query.until < self._clock.now():
            raise bad(STALE_QUERY)
        return query
