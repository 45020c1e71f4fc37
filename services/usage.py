"""How much data is left on a line: from the provider when it answers in time, else the latest measurement."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.clock import Clock
from services.esims import Esim, Esims, Measured
from services.providers import EsimProvider, ProviderError

log = structlog.get_logger()

#: A traveller waits no longer than this for a provider, in seconds.
IN_TIME = 2.5
#: A measurement this fresh is not asked for again.
FRESH = timedelta(seconds=20)


@dataclass(frozen=True)
class Left:
    """A line and what is known of it. `live` False: the provider did not answer in time."""

    esim: Esim
    measured: Measured | None
    live: bool

    @property
    def left(self) -> int | None:
        """Bytes left, or None when the provider does not say."""
        measured = self.measured
        if measured is None or measured.total is None or measured.used is None:
            return None
        return max(0, measured.total - measured.used)


class Usage:
    """Asks providers about lines."""

    def __init__(self, esims: Esims, providers: Mapping[str, EsimProvider], clock: Clock) -> None:
        self._esims = esims
        self._providers = providers
        self._clock = clock
        self._asking: dict[str, asyncio.Task[Esim]] = {}

    async def of(self, esim: Esim) -> Left:
        """What is left on a line that the caller owns."""
        if esim.measured is not None and self._clock.now() - esim.measured.at < FRESH:
            return Left(esim, esim.measured, live=True)
        # One question at a time for each line, however often its owner asks; it goes on when we stop waiting.
        task = self._asking.get(esim.id)
        if task is None:
            task = self._asking[esim.id] = asyncio.create_task(self._measure(esim))
            task.add_done_callback(lambda done: self._asked(esim.id, done))
        try:
            fresh = await asyncio.wait_for(asyncio.shield(task), IN_TIME)
        except (TimeoutError, ProviderError) as error:
            log.info("provider did not answer in time", esim=esim.id, error=type(error).__name__)
            return Left(esim, esim.measured, live=False)
        return Left(fresh, fresh.measured, live=True)

    async def _measure(self, esim: Esim) -> Esim:
        usage = await self._providers[esim.provider].usage(esim.iccid)
        return await self._esims.measured(esim, Measured.of(usage))

    def _asked(self, esim: str, task: asyncio.Task[Esim]) -> None:
        self._asking.pop(esim, None)
        if not task.cancelled():
            task.exception()  # it was told to whoever waited; nobody else needs it
