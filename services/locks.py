"""One event of a chat at a time: a lock in memory, and a lease in the database where processes share the work."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from sqlalchemy import Connection, delete, or_, update

from services.clock import machine_now
from services.storage import Storage
from services.storage.app import leases
from services.storage.upsert import insert_new

#: A lease lives this long without being renewed, in seconds.
LEASE = 15.0
#: How long an event waits for its turn.
PATIENCE = 5.0
#: Chats that may wait or be dealt with at once in one process.
MOST_CHATS = 5_000


class Busy(Exception):
    """Not now: the platform shall come again."""


class LostFence(Exception):
    """Another process took the chat over meanwhile: what was worked out here is void."""


class MemoryLocks:
    """For one process."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[Callable[[Connection], None]]:
        """Hold a chat. Yields what a commit has to check first. Raises Busy."""
        if name not in self._held and len(self._held) >= MOST_CHATS:
            raise Busy
        lock, users = self._held.get(name, (asyncio.Lock(), 0))
        self._held[name] = (lock, users + 1)
        try:
            async with lock:
                yield _nothing
        finally:
            lock, users = self._held.pop(name)
            if users > 1:
                self._held[name] = (lock, users - 1)


class LeaseLocks:
    """For several processes on one database."""

    def __init__(self, app: Storage, owner: str) -> None:
        self._app = app
        self._owner = owner
        self._here = MemoryLocks()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[Callable[[Connection], None]]:
        """Hold a chat among all processes. Raises Busy after five seconds."""
        async with self._here.hold(name):
            lease = Lease(self._app, f"chat:{name}", self._owner, LEASE)
            await lease.claim(PATIENCE)
            renewing = asyncio.create_task(lease.renew_until_cancelled())
            try:
                yield lease.check
            finally:
                renewing.cancel()
                with suppress(asyncio.CancelledError):
                    await renewing
                await lease.release()


class Lease:
    """A row that says who works on something, until when."""

    def __init__(self, app: Storage, name: str, owner: str, seconds: float) -> None:
        self._app = app
        self._name = name[:64]
        self._owner = owner
        self._seconds = seconds
        self._fence = secrets.randbits(62)

    async def claim(self, patience: float) -> None:
        """Take the lease as soon as it is free. Raises Busy when the patience (seconds) is over."""
        wait = 0.02
        while not await self._app.transaction(self._take):
            if patience <= 0:
                raise Busy
            await asyncio.sleep(wait)
            patience -= wait
            wait = min(wait * 1.5, 0.25)

    async def renew_until_cancelled(self) -> None:
        """Keep the lease alive."""
        while True:
            await asyncio.sleep(self._seconds / 3)
            await self._app.transaction(self._extend)

    async def release(self) -> None:
        """Let go. Harmless when it was lost."""
        await self._app.transaction(
            lambda connection: connection.execute(
                delete(leases).where(leases.c.name == self._name, leases.c.fence == self._fence)
            )
        )

    def check(self, connection: Connection) -> None:
        """Inside the commit: still mine? Raises LostFence."""
        if not self._extend(connection):
            raise LostFence(self._name)

    def _take(self, connection: Connection) -> bool:
        mine = {"owner": self._owner, "fence": self._fence, "until": self._until()}
        free = or_(leases.c.until < machine_now(), leases.c.fence == self._fence)
        taken = connection.execute(update(leases).where(leases.c.name == self._name, free).values(mine))
        if taken.rowcount:
            return True
        return insert_new(connection, leases, name=self._name, **mine)

    def _extend(self, connection: Connection) -> bool:
        kept = connection.execute(
            update(leases)
            .where(leases.c.name == self._name, leases.c.fence == self._fence)
            .values(until=self._until())
        )
        return kept.rowcount == 1

    def _until(self) -> object:
        return machine_now() + timedelta(seconds=self._seconds)


def _nothing(_connection: Connection) -> None:
    """A lock in memory cannot be lost."""
