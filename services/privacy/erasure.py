"""The workflow "erase": from a request to be forgotten to the proof that it happened.

The journal is written first, in a store of its own; then the work begins, and goes on after every restart until
the journal says "done". Each step may be repeated.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import Connection, select

from services.clock import Clock, Waits
from services.locks import Busy, Lease
from services.privacy.journal import Erasure, Journal
from services.privacy.partings import Engine, Partings
from services.privacy.requests import Requests, due, note
from services.privacy.scrub import Scrubber
from services.privacy.traces import Traces
from services.privacy.wiping import Wiping
from services.storage import Storage
from services.storage.app import chats, customers
from services.storage.sealing import Vault

log = structlog.get_logger()

Step = Callable[[str], Awaitable[str]]

#: Seconds between looks whether everything of a customer has settled; then the sweep looks from time to time.
SETTLING = (0, 1, 2, 5, 10, 30, 60, 300, 900)
#: Seconds between tries with others, who may be away.
STAFF, LINES, GOODBYE = (0, 2, 30, 300), (0, 5, 60, 600), (0, 2, 10, 60, 600)
#: Seconds between tries to empty the write-ahead logs.
SCRUB = (0, 0.5, 1, 2, 5, 15, 60, 300)
#: Orders may come in while others go; after this many rounds the sweep takes over.
MOST_ROUNDS = 5
#: One sweep takes no longer than this, in seconds.
SWEEP = 120.0
#: An erasure's own workflow is forgotten between so long after its end.
FORGET_AFTER, FORGET_UNTIL = timedelta(minutes=1), timedelta(days=3)


class Erasures:
    """Begins erasures, carries them through, and takes them up again."""

    def __init__(
        self,
        app: Storage,
        vault: Vault,
        journal: Journal,
        requests: Requests,
        wiping: Wiping,
        traces: Traces,
        scrubber: Scrubber,
        partings: Partings,
        engine: Engine,
        clock: Clock,
        waits: Waits,
    ) -> None:
        self._app = app
        self._vault = vault
        self._journal = journal
        self._requests = requests
        self._wiping = wiping
        self._traces = traces
        self._scrubber = scrubber
        self._partings = partings
        self._engine = engine
        self._clock = clock
        self._waits = waits
        engine.tells("erase", self.erase)

    async def begin(self, customer: str, chat: str) -> str:
        """Erase a customer who asks for it in that chat; the receipt's number, the same for whoever asks twice.

        Raises LookupError when there is no such customer, or the chat is somebody else's.
        """
        await self._app.read(lambda connection: _check(connection, customer, chat))
        line = await self._journal.begin(customer)
        await self._start(line)
        return line.receipt

    async def resume(self) -> int:
        """Start what is not done, tidy up what is; how many were started. For every start, and from time to time.

        One process at a time: another one that comes meanwhile does nothing.
        """
        lease = Lease(self._app, "erasures", "erasures", SWEEP)
        try:
            await lease.claim(0)
        except Busy:
            return 0
        try:
            started = [
                line async for line in self._journal.all("begun", "waiting") if await self._again(line)
            ]
            await self._tidy()
        finally:
            await lease.release()
        return len(started)

    async def erase(self, receipt: str) -> str:
        """The story of one erasure: "erased", or "waiting"."""
        for turn in range(MOST_ROUNDS):
            if await self._until(f"settle-{turn}", self._settle, receipt, SETTLING) != "settled":
                return await self._wait(receipt, "erasure_waits")
            await self._let_go(receipt, turn)
            await self._engine.step(f"empty-{turn}", self._empty, receipt)
            await self._until(f"goodbye-{turn}", self._partings.say_goodbye, receipt, GOODBYE)
            if await self._engine.step(f"remove-{turn}", self._remove, receipt) == "removed":
                break
        else:
            return await self._wait(receipt, "erasure_waits")
        if await self._until("scrub", self._scrub, receipt, SCRUB) != "clean":
            return await self._wait(receipt, "erasure_not_proven")
        return str(await self._engine.step("done", self._done, receipt))

    async def _let_go(self, receipt: str, turn: int) -> None:
        """Everybody else forgets first."""
        outcome = await self._until(f"cases-{turn}", self._partings.forget_cases, receipt, STAFF)
        if outcome == "again":
            await self._engine.step(f"copies-{turn}", self._partings.give_up_copies, receipt)
        outcome = await self._until(f"lines-{turn}", self._partings.close_lines, receipt, LINES)
        if outcome == "again":
            await self._engine.step(f"notes-{turn}", self._partings.alarm, "lines_not_closed", receipt)
        await self._engine.step(f"work-{turn}", self._partings.forget_work, receipt)

    async def _settle(self, receipt: str) -> str:
        """Nothing is on its way any more, or the law's month is over: then nothing is waited for."""
        line = await self._journal.of(receipt)
        closed = await self._partings.close_checkouts(receipt) == "closed"
        if not self._is_due(line) and not (closed and await self._partings.settled(line.customer)):
            return "again"
        await self._traces.collect(receipt, line.customer)
        return "settled"

    async def _empty(self, receipt: str) -> str:
        line = await self._journal.of(receipt)
        await self._traces.collect(receipt, line.customer)
        await self._wiping.empty(line.customer, by_force=self._is_due(line))
        return "emptied"

    async def _remove(self, receipt: str) -> str:
        """The person goes, then the key: in this order, so that a person never stands there without one."""
        line = await self._journal.of(receipt)
        await self._traces.collect(receipt, line.customer)
        if not await self._wiping.remove(line.customer):
            return "more"
        await self._vault.destroy(line.customer)
        return "removed"

    async def _scrub(self, receipt: str) -> str:
        return await self._scrubber.scrub(self._traces.of(receipt))

    async def _done(self, receipt: str) -> str:
        # In this order: what the register calls answered, the journal calls done.
        await self._journal.set(receipt, "done")
        await self._requests.move(receipt, "answered")
        self._traces.drop(receipt)
        log.info("erased", receipt=receipt)
        return "erased"

    async def _wait(self, receipt: str, cause: str) -> str:
        await self._engine.step("wait", self._put_off, receipt, cause)
        return "waiting"

    async def _put_off(self, receipt: str, cause: str) -> str:
        await self._partings.alarm(cause, receipt)
        await self._requests.move(receipt, "awaiting_processors")
        await self._journal.set(receipt, "waiting")
        return "waiting"

    def _is_due(self, line: Erasure) -> bool:
        return self._clock.now() >= due(line.asked_at) - timedelta(days=1)

    async def _again(self, line: Erasure) -> bool:
        name = _workflow(line.receipt)
        if line.state == "waiting":
            if await self._settle(line.receipt) != "settled":
                return False
            await self._engine.forget([name])
            await self._journal.set(line.receipt, "begun")
            await self._requests.move(line.receipt, "in_progress")
        elif name in await self._engine.dead_letters():
            await self._partings.alarm("erasure_broke", line.receipt)
            await self._engine.forget([name])
        await self._start(line)
        return True

    async def _until(self, name: str, act: Step, receipt: str, pauses: Sequence[float]) -> str:
        """Do a step until it says something else than "again"; its last word."""
        outcome = "again"
        for number, pause in enumerate(pauses):
            if pause:
                await self._engine.sleep(self._waits(pause))
            outcome = await self._engine.step(f"{name}-{number}", act, receipt)
            if outcome != "again":
                break
        return outcome

    async def _start(self, line: Erasure) -> None:
        def work(connection: Connection) -> None:
            note(connection, line.receipt, line.customer, "erasure", line.asked_at)
            self._engine.start_with(connection, "erase", _workflow(line.receipt), line.receipt)

        await self._app.transaction(work)

    async def _tidy(self) -> None:
        """A workflow cannot delete itself."""
        now = self._clock.now()
        over = [
            _workflow(line.receipt)
            async for line in self._journal.all("done", since=now - FORGET_UNTIL)
            if line.done_at is not None and line.done_at < now - FORGET_AFTER
        ]
        if over:
            await self._engine.forget(await self._engine.named(over))


def _workflow(receipt: str) -> str:
    return f"erase-{receipt}"


def _check(connection: Connection, customer: str, chat: str) -> None:
    if connection.execute(select(customers.c.id).where(customers.c.id == customer)).first() is None:
        raise LookupError("the customer is gone")
    owner = connection.execute(select(chats.c.customer_id).where(chats.c.id == chat)).scalar()
    if owner is not None and owner != customer:
        raise LookupError("the chat is somebody else's")
