"""What keeps the shop tidy and alive: heartbeats, work of the dead, old rows, things that came due."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, delete, func, select, update

from bot.jobs import Job
from services.accounts import gaps
from services.books import read_books
from services.buying import Buying
from services.catalogue import Catalogue
from services.clock import Clock, Waits, machine_now
from services.durable import Durable
from services.news import Alarm, Voice
from services.orders.order import STORIES
from services.prices import Prices
from services.privacy import Privacy
from services.promise import Promise
from services.reconciling import Reconciling
from services.sales_pause import SalesPause
from services.sales_probe import SalesProbe
from services.spend_guard import SpendGuard
from services.staff import Staff
from services.storage import Storage
from services.storage.app import beats, items, leases, orders, refunds, unreadable
from services.storage.upsert import insert_new
from services.support import Support

log = structlog.get_logger()

#: A process that has not beaten for this long, in seconds, is dead.
DEAD_AFTER, LEAST_DEAD_AFTER = 60.0, 5.0
BEAT, LEAST_BEAT = 10.0, 1.0
#: Finished workflows are kept this long, for whoever asks what happened.
WORK_LIVES = timedelta(days=1)
#: Paid and at rest in the engine, but not in the book: something died on the way.
STRANDED_AFTER = timedelta(minutes=10)


class Housekeeping:
    """Jobs, and the few questions that they share."""

    def __init__(
        self,
        app: Storage,
        legal: Storage,
        durable: Durable,
        me: str,
        alone: bool,
        clock: Clock,
        waits: Waits,
        voice: Voice,
        take_up: Callable[[Sequence[str] | None], Awaitable[int]],
    ) -> None:
        self._app = app
        self._legal = legal
        self._durable = durable
        self._me = me
        self._alone = alone
        self._clock = clock
        self._waits = waits
        self._voice = voice
        self._take_up = take_up

    def jobs(
        self,
        catalogue: Catalogue,
        sales: SalesPause,
        probe: SalesProbe,
        guard: SpendGuard,
        promise: Promise,
        reconciling: Reconciling,
        buying: Buying,
        support: Support,
        prices: Prices,
        privacy: Privacy,
        staff: Staff,
        tell_alarms: Callable[[], Awaitable[None]],
    ) -> list[Job]:
        """Everything that happens by itself. Seconds between two runs, before they are scaled."""
        return [
            Job("beat", BEAT, self.beat, floor=LEAST_BEAT),
            Job("janitor", BEAT, self.janitor, floor=LEAST_BEAT),
            Job("catalogue", 3_600, catalogue.refresh, floor=60),
            Job("promises", 15, promise.sweep, due=True, floor=1),
            Job("pauses of sales", 30, sales.reload, due=True, floor=1),
            Job("look at pauses", 60, probe.look, due=True, floor=1),
            Job("balances", 3_600, guard.forecast, due=True, floor=10),
            Job("ended pauses", 3_600, sales.forget, floor=60),
            Job("reconcile payments", 300, reconciling.round, due=True, floor=5),
            Job("sweep stock", 900, buying.sweep, due=True, floor=4),
            Job("stranded", 300, self.stranded, floor=5),
            Job("close silent cases", 600, support.close_silent, due=True, floor=5),
            Job("go on erasing", 600, privacy.resume, due=True, floor=10),
            Job("tell alarms", 30, tell_alarms, due=True, floor=1),
            Job("forget the staff's record", 86_400, staff.forget, due=True, floor=60),
            Job("forget finished work", 3_600, self.forget, due=True, floor=30),
            Job("forget copies", 3_600, privacy.copies.forget, due=True, floor=30),
            Job("retention", 86_400, privacy.let_go_of_old, due=True, floor=60),
            Job("dead letters", 300, self.dead_letters, floor=10),
            Job("warnings", 3_600, lambda: self.warnings(prices), due=True, floor=30),
            Job("daily books", 86_400, self.daily_books, floor=60),
        ]

    async def beat(self) -> None:
        """Say that this process lives, by the database's clock."""
        await self._app.transaction(self._beat)

    async def alive(self) -> int:
        """How many processes work on these databases, this one among them."""
        if self._alone:
            return 1
        after = timedelta(seconds=self._waits(DEAD_AFTER, floor=LEAST_DEAD_AFTER))

        def work(connection: Connection) -> int:
            fresh = beats.c.at >= _database_now(connection) - after
            return connection.execute(select(func.count()).where(fresh)).scalar_one()

        return max(1, await self._app.read(work))

    async def inherit(self) -> None:
        """Alone on these databases: whatever is held there was held by a process that is dead."""
        if self._alone:
            await self._app.transaction(lambda connection: connection.execute(delete(leases)))

    async def dead(self) -> list[str]:
        """Processes that no longer beat. Whoever asks is alive, however late its own beat is."""
        after = timedelta(seconds=self._waits(DEAD_AFTER, floor=LEAST_DEAD_AFTER))

        def work(connection: Connection) -> list[str]:
            limit = _database_now(connection) - after
            others = beats.c.executor != self._durable.executor
            return list(
                connection.execute(select(beats.c.executor).where(beats.c.at < limit, others)).scalars()
            )

        return await self._app.read(work)

    async def janitor(self) -> None:
        """Take over what dead processes left: unanswered messages, unfinished workflows, held leases."""
        if self._alone:
            return
        dead = await self.dead()
        if not dead:
            return
        await self._take_up(dead)
        left = [workflow for workflow, executor in await self._durable.unfinished(dead) if executor in dead]
        await self._durable.take_over(left)
        if left:
            log.info("took over", workflows=len(left))

        def forget(connection: Connection) -> None:
            # Whoever only seemed dead finds its fence lost, and discards what it worked out.
            connection.execute(delete(leases).where(leases.c.owner.in_(dead)))
            old = _database_now(connection) - timedelta(hours=1)
            connection.execute(delete(beats).where(beats.c.at < old))

        await self._app.transaction(forget)

    async def unreadable(self, door: str, length: int, digest: str) -> None:
        """Record a body that nobody could read."""
        now = machine_now()

        def work(connection: Connection) -> None:
            if not insert_new(connection, unreadable, hash=digest, door=door, length=length, times=1, at=now):
                connection.execute(
                    update(unreadable)
                    .where(unreadable.c.hash == digest)
                    .values(times=unreadable.c.times + 1, at=now)
                )

        await self._app.transaction(work)
        log.warning("unreadable body", door=door, length=length, digest=digest[:12])

    async def stranded(self) -> None:
        """Paid, and nobody works on it: start it again under the same id, or alarm."""
        limit = self._clock.now() - timedelta(seconds=self._waits(STRANDED_AFTER.total_seconds(), floor=20))

        def work(connection: Connection) -> list[Any]:
            return list(
                connection.execute(
                    select(items.c.id, items.c.kind)
                    .join(orders, orders.c.id == items.c.order_id)
                    .where(
                        orders.c.state == "paid",
                        items.c.state == "waiting",
                        orders.c.paid_at < limit,
                    )
                    .limit(200)
                )
            )

        for item in await self._app.read(work):
            log.warning("stranded item", item=item.id)
            await self._app.transaction(
                partial(self._durable.start_with, name=STORIES[item.kind], workflow=item.id, subject=item.id)
            )

    async def dead_letters(self) -> None:
        """What the engine gave up is an alarm."""
        for workflow in await self._durable.dead_letters():
            await self._voice.alarm(Alarm("dead_letter", workflow))

    async def warnings(self, prices: Prices) -> None:
        """What the operator should mend before it hurts."""
        for warning in prices.warnings(self._clock.now()):
            await self._voice.alarm(Alarm(warning.cause, str(warning.since)))

    async def daily_books(self) -> None:
        """The books, every day."""
        books = await read_books(self._app)
        if not books.close:
            await self._voice.alarm(Alarm("books", "unbalanced"))
        for gap in await gaps(self._legal):
            await self._voice.alarm(Alarm("papers", gap))

    async def forget(self) -> None:
        """Finished work that nobody will ask for."""
        finished = await self._durable.finished_before((machine_now() - WORK_LIVES).isoformat())
        open_keys = await self._app.read(
            lambda connection: set(
                connection.execute(select(refunds.c.key).where(refunds.c.state == "due")).scalars()
            )
        )
        await self._durable.forget([one for one in finished if one not in open_keys])

    def _beat(self, connection: Connection) -> None:
        now = _database_now(connection)
        if not insert_new(connection, beats, executor=self._durable.executor, at=now):
            connection.execute(update(beats).where(beats.c.executor == self._durable.executor).values(at=now))


def _database_now(connection: Connection) -> datetime:
    if connection.dialect.name == "postgresql":
        now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return now
    return machine_now()
