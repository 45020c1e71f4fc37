"""How a transaction runs: the database URL chooses between one thread, aiosqlite and psycopg."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.storage.sqlite import well_behaved

T = TypeVar("T")
Work = Callable[[Connection], T]

#: Connections to PostgreSQL that one process may hold for each store.
POOL = 8
#: The most that waits for one shared commit; beyond it, callers wait their turn.
MOST_TOGETHER = 200


class Storage(Protocol):
    """A store. No connection is held while anything waits for a network: `work` cannot await."""

    @property
    def url(self) -> str: ...
    async def transaction(self, work: Work[T]) -> T:
        """Run and commit, alone. Whatever `work` raises rolls back and comes out."""

    async def read(self, work: Work[T]) -> T:
        """Run without writing."""

    async def together(self, work: Work[T]) -> T:
        """Run and commit with all others that wait just now: one disk flush for many chats."""

    async def close(self) -> None: ...


def open_storage(url: str) -> Storage:
    """ "sqlite:///path", "sqlite+aiosqlite:///path" or "postgresql+psycopg://…"."""
    parsed = make_url(url)
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return ThreadStorage(url)
    if parsed.drivername == "sqlite+aiosqlite":
        engine = create_async_engine(url, pool_size=1, max_overflow=0)
        well_behaved(engine.sync_engine)
        return AsyncStorage(url, engine)
    if parsed.drivername == "postgresql+psycopg":
        return AsyncStorage(url, create_async_engine(url, pool_size=POOL, max_overflow=0, pool_pre_ping=True))
    raise ValueError(
        f"no storage for {parsed.drivername!r}: use sqlite, sqlite+aiosqlite or postgresql+psycopg"
    )


class _Together:
    """Work that is ready at the same time shares one transaction.

    When one piece fails, all are rolled back and each runs alone, so that a bad one harms nobody.
    """

    def __init__(self, run: Callable[[Work[Any]], Any]) -> None:
        self._run = run
        self._waiting: list[tuple[Work[Any], asyncio.Future[Any]]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def add(self, work: Work[T]) -> T:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await done

    async def finish(self) -> None:
        if self._flushing is not None:
            await self._flushing

    async def _flush(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
                await self._commit(batch)
        finally:
            self._flushing = None

    async def _commit(self, batch: list[tuple[Work[Any], asyncio.Future[Any]]]) -> None:
        try:
            results = await self._run(lambda connection: [work(connection) for work, _ in batch])
        except Exception as error:
            if len(batch) == 1:
                _fail(batch[0][1], error)
                return
            for one in batch:
                await self._commit([one])
            return
        for (_, done), result in zip(batch, results, strict=True):
            if not done.done():
                done.set_result(result)


def _fail(done: asyncio.Future[Any], error: Exception) -> None:
    if not done.done():
        done.set_exception(error)


class ThreadStorage:
    """SQLite on one thread of its own: three to seven times cheaper for a chat update than aiosqlite."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine: Engine = create_engine(url, pool_size=1, max_overflow=0)
        well_behaved(self._engine)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="storage")
        self._shared = _Together(self.transaction)
        # There is one thread anyway: what waits for it shares the way there and back.
        self._reads = _Together(self._read_alone)

    async def transaction(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._write, work)

    async def read(self, work: Work[T]) -> T:
        return await self._reads.add(work)

    async def together(self, work: Work[T]) -> T:
        return await self._shared.add(work)

    async def close(self) -> None:
        await self._shared.finish()
        await self._reads.finish()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()

    async def _read_alone(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, work)

    def _write(self, work: Work[T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)

    def _read(self, work: Work[T]) -> T:
        with self._engine.connect().execution_options(reading=True) as connection:
            return work(connection)


class AsyncStorage:
    """SQLite through aiosqlite, or PostgreSQL through psycopg."""

    def __init__(self, url: str, engine: AsyncEngine) -> None:
        self.url = url
        self._engine = engine
        self._shared = _Together(self.transaction)

    async def transaction(self, work: Work[T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def read(self, work: Work[T]) -> T:
        async with self._engine.connect() as plain:
            connection = await plain.execution_options(reading=True)
            return await connection.run_sync(work)

    async def together(self, work: Work[T]) -> T:
        return await self._shared.add(work)

    async def close(self) -> None:
        await self._shared.finish()
        await self._engine.dispose()
