"""One attempt to hand an update to the bot's webhook, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp

from bot.sandbox.clock import WorldClock
from bot.sandbox.telegram.updates import Update

PATIENCE = aiohttp.ClientTimeout(total=60)
#: A webhook that has said nothing but "gone" for this long is removed.
GONE_FOR = timedelta(hours=23)
#: Bytes of an answer that are read.
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
class Outcome:
    """`ok` for any 2xx; else how many seconds the bot wants to be left alone (0: it did not say)."""

    ok: bool
    retry_after: int = 0


class Postman:
    """Posts updates over shared connections."""

    def __init__(self, clock: WorldClock, answered: Answered) -> None:
        self._clock = clock
        self._answered = answered
        self._session: aiohttp.ClientSession | None = None
        self._gone_since: datetime | None = None
        #: When the last delivery failed and why, as getWebhookInfo tells it.
        self.last_error: tuple[int, str] | None = None

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=PATIENCE, cookie_jar=aiohttp.DummyCookieJar()
        )

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()

    def forget(self) -> None:
        """Another webhook begins with a clean record."""
        self.last_error = self._gone_since = None

    def is_gone(self) -> bool:
        """Whether the webhook has been saying 410 for so long that it should be removed."""
        return self._gone_since is not None and self._clock.now() - self._gone_since > GONE_FOR

    async def post(self, update: Update, hook: Hook) -> Outcome:
        """Send the update once, and do what the answer asks for."""
        assert self._session is not None, "started before anything is delivered"
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
        sending = self._session.post(hook.url, data=update.body, headers=headers, allow_redirects=False)
        try:
            async with sending as answer:
                body = await _beginning(answer)
        except TimeoutError:
            return self._failed("Read timeout expired")
        except (aiohttp.ClientError, OSError):
            return self._failed("Connection refused or closed")
        outcome = self._judged(answer)
        if outcome.ok and body:
            await self._answered(answer.headers.get("Content-Type", ""), body)
        return outcome

    def _judged(self, answer: aiohttp.ClientResponse) -> Outcome:
        self._gone_since = (self._gone_since or self._clock.now()) if answer.status == 410 else None
        if 200 <= answer.status <= 299:
            return Outcome(ok=True)
        wait = answer.headers.get("Retry-After", "")
        why = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        return self._failed(why, int(wait) if wait.isascii() and wait.isdigit() else 0)

    def _failed(self, why: str, retry_after: int = 0) -> Outcome:
        self.last_error = (self._clock.timestamp(), why)
        return Outcome(ok=False, retry_after=retry_after)


async def _beginning(answer: aiohttp.ClientResponse) -> bytes:
    """The answer's body, as far as anybody cares."""
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > LARGEST_ANSWER:
            break
    return bytes(body[:LARGEST_ANSWER])
