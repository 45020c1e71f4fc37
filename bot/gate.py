"""Before the doors: how often and how many at once a source may knock, and what becomes of who is wrong too often.

Whoever proves in the headers to be the platform is never kept waiting by what others do from the same address. A
signature can be judged only when the body is there: a source that was wrong too often may show a few bodies at a
time, and hears 429 for each that is wrong again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.conversation.channel import Channel
from bot.sources import Allowance, Rate, source

#: Knocks of one source at one door: more than any platform sends, less than a flood.
KNOCKS = Rate(20_000, 5_000)
#: Wrong knocks of one source: secrets, signatures, links that lead nowhere, paths, methods, sizes.
WRONG = Rate(60, 2)
#: Requests of one source at once that have not yet proven anything. A door holds twice as many.
MOST_UNPROVEN = 200
#: The same, of a source that was wrong too often.
MOST_SUSPECT = 8
#: Seconds after which a refused source may try again.
LATER = "5"
_WRONG = frozenset({400, 401, 403, 404, 405, 408, 410, 413})


class Gate:
    """Around the doors. `channels` by the names of their doors; `now` is the machine's clock in seconds."""

    def __init__(self, doors: ASGIApp, channels: Mapping[str, Channel], now: Callable[[], float]) -> None:
        self._doors = doors
        self._channels = channels
        self._knocks = Allowance(KNOCKS, now)
        self._wrong = Allowance(WRONG, now)
        self._unproven: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        who, path = source(scope), scope["path"]
        if not self._knocks.spend(f"{path[:16]} {who}"):
            await _later(scope, receive, send)
        elif self._proven(path, Headers(scope=scope)):
            await self._doors(scope, receive, send)
        else:
            await self._unknown(who, scope, receive, send)

    def _proven(self, path: str, headers: Mapping[str, str]) -> bool:
        """Whether the headers alone show that it is the platform; a signature needs the body as well."""
        channel = self._channels.get(path.removeprefix("/"))
        return channel is not None and channel.genuine(headers, b"")

    async def _unknown(self, who: str, scope: Scope, receive: Receive, send: Send) -> None:
        suspect = self._wrong.left(who) < 1
        if self._unproven[who] >= (MOST_SUSPECT if suspect else MOST_UNPROVEN):
            await _later(scope, receive, send)
            return
        self._unproven[who] += 1
        answer = _Answer(send)
        try:
            await self._doors(scope, receive, answer.hold if suspect else answer.note)
        finally:
            self._unproven[who] -= 1
            if not self._unproven[who]:
                del self._unproven[who]
        if answer.status in _WRONG:
            self._wrong.spend(who)
        if suspect:
            await (_later(scope, receive, send) if answer.status in _WRONG else answer.let_go())


class _Answer:
    """An answer on its way out, whose status is looked at."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._held: list[Message] = []
        self.status = 0

    async def note(self, message: Message) -> None:
        self.status = message.get("status", self.status)
        await self._send(message)

    async def hold(self, message: Message) -> None:
        self.status = message.get("status", self.status)
        self._held.append(message)

    async def let_go(self) -> None:
        for message in self._held:
            await self._send(message)


async def _later(scope: Scope, receive: Receive, send: Send) -> None:
    """The body is not read; the connection ends with the answer."""
    headers = {"Retry-After": LATER, "Connection": "close"}
    await PlainTextResponse("later", 429, headers)(scope, receive, send)
