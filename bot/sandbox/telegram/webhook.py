"""Webhook deliveries, as patient as Telegram's own server.

Each line goes strictly in order, its first update blocking the rest. Any 2xx is success. The first failure is
tried again at once, then after 2, 4, 8 … seconds, never more than one to two minutes; `Retry-After` is obeyed
up to an hour. (tdlib/telegram-bot-api, WebhookActor.cpp)
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.telegram.updates import Line, Update, Updates

if TYPE_CHECKING:
    from bot.sandbox.world import World

PATIENCE = aiohttp.ClientTimeout(total=60)
LONGEST_DELAY = (60.0, 120.0)
LONGEST_RETRY_AFTER = 3_600
#: A webhook that has only said "gone" for this long is removed.
GONE_FOR = timedelta(hours=23)
LARGEST_ANSWER = 1_000_000

#: Executes a call that came as the answer to a delivery: content type and body.
Answered = Callable[[str, bytes], Awaitable[None]]


@dataclass(frozen=True)
class Hook:
    """Where updates are sent, as setWebhook was told."""

    url: str
    secret: str
    max_connections: int
    has_certificate: bool
    ip_address: str


@dataclass(frozen=True)
class _Outcome:
    ok: bool
    retry_after: int = 0


class Deliveries:
    """One worker for each line in which something waits, and never more connections than the bot wants."""

    def __init__(self, world: World, updates: Updates, answered: Answered) -> None:
        self._world = world
        self._updates = updates
        self._answered = answered
        self._session: aiohttp.ClientSession | None = None
        self._workers: dict[Line, asyncio.Task[None]] = {}
        self._answers: set[asyncio.Task[None]] = set()
        self._connections = asyncio.Semaphore(1)
        self._at_once = asyncio.Event()
        self._gone_since: datetime | None = None
        self.hook: Hook | None = None
        #: When the last delivery failed and why, as getWebhookInfo tells it.
        self.last_error: tuple[int, str] | None = None

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=PATIENCE, cookie_jar=aiohttp.DummyCookieJar()
        )

    async def stop(self) -> None:
        await _ended([*self._workers.values(), *self._answers])
        if self._session is not None:
            await self._session.close()

    async def direct(self, hook: Hook | None) -> None:
        """Send everything there from now on; None: nowhere."""
        self.hook = None
        await _ended(list(self._workers.values()))
        self._workers.clear()  # one that was ended before it began has not tidied up after itself
        self.hook, self.last_error, self._gone_since = hook, None, None
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
            while (update := self._updates.head(line)) is not None:
                await self._until_released(update)
                outcome = await self._attempt(update, hook)
                if not outcome.ok:
                    await self._pause(update, outcome.retry_after)
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

    async def _pause(self, update: Update, retry_after: int) -> None:
        """Wait for the next attempt, or drop the update when that would come too late."""
        pause = float(min(retry_after, LONGEST_RETRY_AFTER))
        if retry_after <= 0 and update.failures > 0:
            pause = update.delay = min(update.delay * 2, random.uniform(*LONGEST_DELAY))
        update.failures += 1
        if self._world.clock.now() + timedelta(seconds=pause) > update.until:
            self._updates.forget(update)
            return
        at_once = self._at_once
        try:
            async with asyncio.timeout(pause):
                await at_once.wait()
        except TimeoutError:
            return
        update.failures, update.delay = 0, 1.0

    async def _attempt(self, update: Update, hook: Hook) -> _Outcome:
        assert self._session is not None, "started before anything is delivered"
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
        try:
            async with (
                self._connections,
                self._session.post(
                    hook.url, data=update.body, headers=headers, allow_redirects=False
                ) as answer,
            ):
                return self._judge(answer, await _beginning(answer))
        except (aiohttp.ClientError, OSError, TimeoutError) as broken:
            timed_out = isinstance(broken, TimeoutError)
            return self._failed("Read timeout expired" if timed_out else "Connection refused or closed")

    def _judge(self, answer: aiohttp.ClientResponse, body: bytes) -> _Outcome:
        if answer.status != 410:
            self._gone_since = None
        if 200 <= answer.status <= 299:
            if body:
                self._answer(answer.headers.get("Content-Type", ""), body)
            return _Outcome(ok=True)
        if answer.status == 410:
            self._note_gone()
        wait = answer.headers.get("Retry-After", "")
        why = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        return self._failed(why, int(wait) if wait.isascii() and wait.isdigit() else 0)

    def _failed(self, why: str, retry_after: int = 0) -> _Outcome:
        self.last_error = (self._world.clock.timestamp(), why)
        return _Outcome(ok=False, retry_after=retry_after)

    def _answer(self, content_type: str, body: bytes) -> None:
        task = asyncio.create_task(_quietly(self._answered(content_type, body)))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    def _note_gone(self) -> None:
        now = self._world.clock.now()
        self._gone_since = self._gone_since or now
        if now - self._gone_since > GONE_FOR:
            self.hook = None
            for worker in self._workers.values():
                worker.cancel()


async def _beginning(answer: aiohttp.ClientResponse) -> bytes:
    """The answer's body, as far as anybody cares."""
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > LARGEST_ANSWER:
            break
    return bytes(body[:LARGEST_ANSWER])


async def _quietly(call: Awaitable[None]) -> None:
    await call


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
