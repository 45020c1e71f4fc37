"""One write, or one look at what became of a write, at a provider's account at a time: here and among all processes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from services.locks import Busy, Lease
from services.storage import Storage

#: How long a step waits for its turn at the provider's account, in seconds, before it comes again.
TURN = 30.0


class Lanes:
    """A lane for each provider. `seconds`: longer than any call to a provider can last."""

    def __init__(self, app: Storage, executor: str, providers: Iterable[str], seconds: float) -> None:
        self._app = app
        self._executor = executor
        self._seconds = seconds
        self._here = {name: asyncio.Lock() for name in providers}

    def turn(self, provider: str) -> Turn:
        """To be entered with `async with`. Raises Busy."""
        lease = Lease(self._app, f"lane:{provider}", self._executor, self._seconds)
        return Turn(self._here[provider], lease)


class Turn:
    """The lane of a provider, while the block lasts."""

    def __init__(self, here: asyncio.Lock, lease: Lease) -> None:
        self._here = here
        self._lease = lease

    async def __aenter__(self) -> None:
        try:
            async with asyncio.timeout(TURN):
                await self._here.acquire()
        except TimeoutError as error:
            raise Busy from error
        try:
            await self._lease.claim(TURN)
        except BaseException:
            self._here.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        try:
            await self._lease.release()
        finally:
            self._here.release()
