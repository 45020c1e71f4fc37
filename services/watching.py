"""Lines in use are measured in the background, the more often the less is left, and their owners warned in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog
from sqlalchemy import Connection, or_, select, update

from services.clock import Clock
from services.esims import Esim, Esims, Measured
from services.metrics import Metrics
from services.news import LineWarning, Voice
from services.orders.sold import SoldPlan
from services.privacy.requests.pausing import resting
from services.providers import EsimProvider, LineState, ProviderError, Usage
from services.storage import Storage
from services.storage.app import esims, items, orders

log = structlog.get_logger()

Warned = Literal["low", "empty", "ends"]

#: A share of what was bought from which on a line is measured more often: (below, every).
PACE = ((0.10, timedelta(minutes=15)), (0.30, timedelta(hours=1)), (1.01, timedelta(hours=6)))
#: A line whose provider does not answer is asked again after this.
AGAIN = timedelta(minutes=15)
#: The owner is warned from this share on, and so long before the end.
LOW, BEFORE_THE_END = 0.20, timedelta(hours=24)
#: Who bought so few days knows when they end.
SHORT_STAY = 2
#: Lines of one round, and questions at a provider at once.
MOST_AT_ONCE, ABREAST = 200, 4
#: A line that one process asks about is not asked about by another for this long.
HELD = timedelta(minutes=5)


class Watch:
    """Asks about lines whose time has come. Which lines are in use, the sweep and the owners' own questions tell."""

    def __init__(
        self,
        app: Storage,
        lines: Esims,
        providers: Mapping[str, EsimProvider],
        metrics: Metrics,
        clock: Clock,
        voice: Voice,
    ) -> None:
        self._app = app
        self._lines = lines
        self._providers = providers
        self._metrics = metrics
        self._clock = clock
        self._voice = voice

    async def round(self) -> int:
        """Measure what is due; how many lines were measured."""
        due = await self._app.read(self._due)
        abreast = asyncio.Semaphore(ABREAST)

        async def one(row: Any) -> bool:
            async with abreast:
                return await self._look(row)

        well = sum(await asyncio.gather(*map(one, due)))
        self._metrics.measured(well, len(due) - well)
        return well

    async def soon(self, line: Esim) -> None:
        """Somebody says that this line is being used up: look now."""
        await self._set(line.id, look_at=self._clock.now(), line_state=LineState.ACTIVE.value)
        await self.round()

    async def _look(self, row: Any) -> bool:
        """True when the line was measured."""
        if not await self._app.transaction(lambda connection: self._hold(connection, row)):
            return False
        line = await self._lines.owned(row.customer_id, row.id)
        provider = self._providers.get(row.provider)
        if line is None or provider is None:
            return False
        try:
            usage = await provider.usage(line.iccid)
        except ProviderError as error:
            log.info("line not measured", esim=row.id, reason=error.reason)
            await self._set(row.id, look_at=self._clock.now() + AGAIN)
            return False
        await self._lines.measured(line, Measured.of(usage))
        now = self._clock.now()
        await self._set(
            row.id,
            look_at=next_look(usage, now, provider.caps.usage_min_interval),
            warned=await self._warn(row, line, usage, now),
        )
        return True

    async def _warn(self, row: Any, line: Esim, usage: Usage, now: datetime) -> str:
        """Tell what has not been told of this data; what was told of it by now."""
        package, *told = (row.warned or "").split() or [""]
        if package != usage.package:
            told = []
        for what in due_warnings(usage, SoldPlan.from_json(line.plan), now):
            if what in told or row.chat_id is None:
                continue
            key = f"warned:{line.id}:{usage.package}:{what}"
            outcome = await self._voice.tell(row.chat_id, LineWarning(line.id, what), key)
            if outcome.state != "again":
                told.append(what)
        return " ".join((usage.package or "-", *told))

    def _due(self, connection: Connection) -> list[Any]:
        now = self._clock.now()
        return list(
            connection.execute(
                select(
                    esims.c.id,
                    esims.c.customer_id,
                    esims.c.provider,
                    esims.c.look_at,
                    esims.c.warned,
                    orders.c.chat_id,
                )
                .join(items, items.c.id == esims.c.item_id)
                .join(orders, orders.c.id == items.c.order_id)
                .where(
                    esims.c.state == "given",
                    # Whose data rest is neither measured nor warned; asking oneself still works.
                    esims.c.customer_id.not_in(resting()),
                    esims.c.line_state == LineState.ACTIVE.value,
                    or_(esims.c.look_at.is_(None), esims.c.look_at <= now),
                )
                .order_by(esims.c.look_at)
                .limit(MOST_AT_ONCE)
            )
        )

    def _hold(self, connection: Connection, row: Any) -> bool:
        """Among several processes, one asks."""
        free = esims.c.look_at.is_(None) if row.look_at is None else esims.c.look_at == row.look_at
        held = connection.execute(
            update(esims).where(esims.c.id == row.id, free).values(look_at=self._clock.now() + HELD)
        )
        return held.rowcount == 1

    async def _set(self, esim: str, **values: Any) -> None:
        await self._app.transaction(
            lambda connection: connection.execute(update(esims).where(esims.c.id == esim).values(**values))
        )


def next_look(usage: Usage, now: datetime, least: timedelta) -> datetime:
    """When to measure again; one look comes just in time for the warning of the end."""
    share = _share(usage)
    every = PACE[-1][1] if share is None else next(every for below, every in PACE if share < below)
    looks = [now + max(every, least)]
    if usage.expires_at is not None:
        looks += [at for at in (usage.expires_at - BEFORE_THE_END, usage.expires_at) if at > now]
    return min(looks)


def due_warnings(usage: Usage, plan: SoldPlan, now: datetime) -> Iterator[Warned]:
    """What the owner should know now, the most urgent first; of what is used up nobody needs to hear that it is low."""
    share = _share(usage)
    if usage.line_state is LineState.EXHAUSTED or share == 0:
        yield "empty"
        return
    long = plan.days is None or plan.days > SHORT_STAY
    if usage.expires_at is not None and long and timedelta() < usage.expires_at - now <= BEFORE_THE_END:
        yield "ends"
    if share is not None and share <= LOW:
        yield "low"


def _share(usage: Usage) -> float | None:
    """What is left of what was bought, from 0 to 1; None where amounts say nothing."""
    if usage.unlimited or not usage.total_bytes or usage.remaining_bytes is None:
        return None
    return min(max(0.0, usage.remaining_bytes / usage.total_bytes), 1.0)
