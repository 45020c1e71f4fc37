"""The way of a notice to the shop: signed over its very bytes, and tried again until it is taken."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections import deque
from collections.abc import Mapping
from hashlib import sha512
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.sandbox import credentials

if TYPE_CHECKING:
    from bot.sandbox.world import World

#: Seconds that the shop has to answer.
PATIENCE = 20.0
#: Tries after the first one, and the seconds between them: the provider's quarter of an hour, made short.
MOST_TRIES, PAUSE = 20, 2.0
#: Notices under way; the oldest is given up when there are more.
MOST_WAITING = 20_000
#: Notices that can be sent again.
MOST_SENT = 1_000

log = logging.getLogger(__name__)


class Deliveries:
    """Carries each notice in a task of its own."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._under_way: dict[asyncio.Task[None], None] = {}
        self._sent: deque[tuple[Mapping[str, Any], str]] = deque(maxlen=MOST_SENT)
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """From here on notices leave."""
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        self._http = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())

    async def stop(self) -> None:
        """Whatever is under way stays undelivered."""
        tasks = list(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    def __len__(self) -> int:
        return len(self._under_way)

    def send(self, kind: str, said: Mapping[str, Any], url: str) -> None:
        """Send it. What is armed against deliveries strikes now."""
        faults = self._world.faults
        held = faults.release() if faults.strike_delivery("airalo", "events-held", kind) else None
        copies = 2 if faults.strike_delivery("airalo", "duplicate-events", kind) else 1
        self._sent.append((said, url))
        task = asyncio.create_task(self._carry(said, url, copies, held))
        self._under_way[task] = None
        task.add_done_callback(lambda done: self._under_way.pop(done, None))
        while len(self._under_way) > MOST_WAITING:
            next(iter(self._under_way)).cancel()
            del self._under_way[next(iter(self._under_way))]

    async def redeliver(self, last: int, times: int) -> int:
        """The last notices again; returns how many were taken."""
        chosen = list(self._sent)[-last:]
        taken = [await self.post(said, url) for _ in range(times) for said, url in chosen]
        return sum(taken)

    async def lives(self, url: str) -> bool:
        """Whether the shop answers at that address."""
        if self._http is None:
            return False
        try:
            async with self._http.head(url, allow_redirects=False) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def post(self, said: Mapping[str, Any], url: str) -> bool:
        """One try; whether it was taken. Everything from 204 on is a failure."""
        body = encoded(said)
        if self._http is None:
            return False
        self._world.wire.delivered("airalo", body)
        headers = {"Content-Type": "application/json", "airalo-signature": signature(body)}
        try:
            async with self._http.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                return answer.status < 204
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def _carry(
        self, said: Mapping[str, Any], url: str, copies: int, held: asyncio.Event | None
    ) -> None:
        if held is not None:
            await held.wait()
        for _ in range(MOST_TRIES + 1):
            taken = [await self.post(said, url) for _ in range(copies)]
            if True in taken:
                return
            copies = 1
            await asyncio.sleep(PAUSE)
        log.warning("a notice was given up: the shop never took it")


def encoded(said: Mapping[str, Any]) -> bytes:
    """As PHP writes JSON: short, in ASCII, with slashes escaped."""
    return json.dumps(said, separators=(",", ":")).replace("/", "\\/").encode()


def signature(body: bytes) -> str:
    """The header: the MAC of the very bytes, in hex."""
    return hmac.new(credentials.AIRALO_CLIENT_SECRET.encode(), body, sha512).hexdigest()
