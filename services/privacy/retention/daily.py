"""The workflow "retention": nothing is kept longer than its period. Run every day; what was killed goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import Connection

from services.clock import Clock, machine_now
from services.news import Alarm
from services.privacy.erasing.others import Engine, Others
from services.privacy.facts.policy import Controller
from services.privacy.retention.outliving import Outliving
from services.privacy.retention.rules import Rule, Times, resting_orders, rules
from services.storage import Storage, Stores

log = structlog.get_logger()

#: Rows in one transaction, and rounds of one rule in one run: what is left goes tomorrow.
BATCH, MOST_ROUNDS = 500, 200


@dataclass(frozen=True)
class Over:
    """What has outlived its period: `period` is a key of PERIODS.

    `held`: how much more there is in the legal store that stays, because its owner's data are kept and not used.
    """

    name: str
    period: str
    store: str
    count: int
    held: int = 0


@dataclass(frozen=True)
class Plan:
    """What a run would do now."""

    over: tuple[Over, ...]
    #: Customers who would go, and those whose last plan's end nobody knows: they stay, and somebody must look.
    customers: tuple[str, ...]
    unknown: tuple[str, ...]


class Plans:
    """Counts what has outlived its period, and changes nothing."""

    def __init__(self, stores: Stores, clock: Clock, controller: Controller) -> None:
        self._stores = by_name(stores)
        self._clock = clock
        self._rules = rules(controller)
        self._outliving = Outliving(stores, clock)

    async def plan(self) -> Plan:
        """What a run would do now."""
        times = await _times(self._stores["app"], self._clock)
        counted = [await self._over(rule, times) for rule in self._rules]
        counted.append(Over("closed cases", "case", "app", len(await self._outliving.cases())))
        counted.append(Over("answers about offers", "consent", "app", await self._outliving.count_answers()))
        customers, unknown = await self._outliving.customers()
        return Plan(tuple(counted), tuple(customers), tuple(unknown))

    async def _over(self, rule: Rule, times: Times) -> Over:
        goes = await self._count(rule, times)
        every = goes
        if rule.store == "legal" and times.resting:
            every = await self._count(rule, replace(times, resting=()))
        return Over(rule.name, rule.period, rule.store, goes, every - goes)

    async def _count(self, rule: Rule, times: Times) -> int:
        return await self._stores[rule.store].read(
            lambda connection: len(rule.over(connection, times, BATCH * MOST_ROUNDS))
        )


class Retention:
    """The workflow. Each step may be repeated; `erase` begins an erasure that nobody asked for."""

    def __init__(
        self,
        stores: Stores,
        engine: Engine,
        others: Others,
        clock: Clock,
        controller: Controller,
        erase: Callable[[str], Awaitable[None]],
    ) -> None:
        self._stores = by_name(stores)
        self._engine = engine
        self._others = others
        self._clock = clock
        self._erase = erase
        self._outliving = Outliving(stores, clock)
        self._rules = {rule.name: rule for rule in rules(controller)}
        engine.tells("retention", self.run)

    async def begin(self) -> str:
        """Start a run; its workflow."""
        workflow = f"retention-{self._clock.now():%Y%m%dT%H%M%S}"
        await self._stores["app"].transaction(
            lambda connection: self._engine.start_with(connection, "retention", workflow, workflow)
        )
        return workflow

    async def run(self, workflow: str) -> str:
        """One run: every rule, then what has a story of its own."""
        for name in self._rules:
            await self._engine.step(name, self._apply, name)
        await self._engine.step("cases", self._close_cases)
        await self._engine.step("answers", self._forget_answers)
        await self._engine.step("customers", self._let_customers_go)
        log.info("retention done", run=workflow)
        return "done"

    async def _apply(self, name: str) -> int:
        rule, gone = self._rules[name], 0
        for _ in range(MOST_ROUNDS):
            # Asked anew each round: whoever pauses in between keeps what is there.
            times = await _times(self._stores["app"], self._clock)
            count = await self._stores[rule.store].transaction(_applying(rule, times))
            gone += count
            if count < BATCH:
                break
        return gone

    async def _close_cases(self) -> int:
        """The staff's copies go first; where Telegram refuses for now, the case is tried again tomorrow."""
        gone = 0
        for case in await self._outliving.cases():
            if case.copies and not await self._others.forget_staff_messages(case.copies):
                continue
            await self._outliving.forget_case(case.id)
            gone += 1
        return gone

    async def _forget_answers(self) -> int:
        return await self._outliving.forget_answers()

    async def _let_customers_go(self) -> int:
        customers, unknown = await self._outliving.customers()
        for customer in customers:
            await self._erase(customer)
        if unknown:
            await self._others.voice.alarm(Alarm("unknown_expiry", f"{len(unknown)} customers"))
        return len(customers)


def by_name(stores: Stores) -> Mapping[str, Storage]:
    """The stores, as rules name them."""
    return {"app": stores.app, "legal": stores.legal, "vault": stores.vault}


async def _times(app: Storage, clock: Clock) -> Times:
    now = clock.now()
    resting = await app.read(lambda connection: resting_orders(connection, now))
    return Times(now, machine_now(), resting)


def _applying(rule: Rule, times: Times) -> Callable[[Connection], int]:
    def work(connection: Connection) -> int:
        keys = rule.over(connection, times, BATCH)
        if keys:
            rule.let_go(connection, keys)
        return len(keys)

    return work
