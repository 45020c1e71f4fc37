"""Follows a loopback address that moves the shop's clock, so that a sandbox can make three months pass."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import structlog

from services.clock import Clock

log = structlog.get_logger()

#: Seconds between tries when the source is away.
AGAIN = 1.0


async def glance(url: str, clock: Clock) -> None:
    """Set a command's clock by the source, once. A source that is away leaves the machine's time."""
    async with httpx.AsyncClient(timeout=3) as http:
        try:
            answer = await http.get(url)
            clock.move(float(answer.raise_for_status().json()["offset"]))
        except (httpx.HTTPError, ValueError, KeyError):
            log.warning("the time source does not answer")


class TimeSource:
    """Asks which offset to live by, and says which one it lives by already, when everything due has run."""

    def __init__(self, url: str, me: str, clock: Clock, run_due: Callable[[], Awaitable[None]]) -> None:
        self._url = url
        self._me = me
        self._clock = clock
        self._run_due = run_due
        self._taken = 0.0

    async def take_once(self) -> None:
        """Take the time before anything starts, if the source answers."""
        async with httpx.AsyncClient(timeout=3) as http:
            try:
                self._taken = await self._ask(http, taken=-1.0)
                self._clock.move(self._taken)
            except (httpx.HTTPError, ValueError, KeyError):
                log.warning("the time source does not answer")

    async def follow(self) -> None:
        """Follow until cancelled."""
        async with httpx.AsyncClient(timeout=30) as http:
            while True:
                try:
                    offset = await self._ask(http, self._taken)
                except (httpx.HTTPError, ValueError, KeyError):
                    await asyncio.sleep(AGAIN)
                    continue
                if offset != self._taken:
                    self._clock.move(offset)
                    await self._run_due()
                    self._taken = offset

    async def _ask(self, http: httpx.AsyncClient, taken: float) -> float:
        answer = await http.get(self._url, params={"bot": self._me, "taken": repr(taken)})
        answer.raise_for_status()
        return float(answer.json()["offset"])
