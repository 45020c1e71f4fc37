"""What the shop does by itself from time to time, and at once when its clock is moved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from services.clock import Waits

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """Something to do every so many seconds. `due` jobs also run when the shop's clock was moved."""

    name: str
    every: float
    act: Callable[[], Awaitable[object]]
    due: bool = False
    #: The least real seconds between two runs, however short the waits are made.
    floor: float = 1.0


class Jobs:
    """Runs jobs one after another of each kind; a job that fails is logged and comes again."""

    def __init__(self, jobs: Sequence[Job], waits: Waits) -> None:
        self._jobs = jobs
        self._waits = waits
        self._tasks: list[asyncio.Task[None]] = []
        self._running = {job.name: asyncio.Lock() for job in jobs}

    def start(self) -> None:
        """Begin; every job runs first after its own wait."""
        self._tasks = [asyncio.create_task(self._repeat(job)) for job in self._jobs]

    async def run_due(self) -> None:
        """Everything that is due by the shop's clock, now."""
        for job in self._jobs:
            if job.due:
                await self._run(job)

    async def stop(self) -> None:
        """End after the current steps."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def _repeat(self, job: Job) -> None:
        while True:
            await asyncio.sleep(self._waits(job.every, floor=job.floor))
            await self._run(job)

    async def _run(self, job: Job) -> None:
        async with self._running[job.name]:
            try:
                await job.act()
            except Exception as error:
                log.error("job failed", job=job.name, error=type(error).__name__)
