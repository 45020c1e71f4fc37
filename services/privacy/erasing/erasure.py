"""The workflow "erase": from a request to be forgotten to the proof that it happened.

The journal is written first, in a store of its own; then the work begins, and goes on after every restart until
the journal says "done". Each step may be repeated.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from services.clock import Clock, Waits
from services.privacy.erasing.farewell import Farewell
from services.privacy.erasing.holding import Holding
from services.privacy.erasing.journal import Erasure, Journal
from services.privacy.erasing.others import Engine
from services.privacy.erasing.partings import Partings
from services.privacy.erasing.scrub import Scrubber
from services.privacy.erasing.traces import Traces
from services.privacy.erasing.wiping import Wiping
from services.privacy.processors.telling import Telling
from services.privacy.requests.deadlines import due
from services.privacy.requests.register import Requests
from services.storage.sealing import Vault

log = structlog.get_logger()

Step = Callable[[str], Awaitable[str]]

#: Seconds between looks whether everything of a customer has settled; then the sweep looks from time to time.
SETTLING = (0, 1, 2, 5, 10, 30, 60, 300, 900)
#: Seconds between tries with others, who may be away.
STAFF, GOODBYE = (0, 2, 30, 300), (0, 2, 10, 60, 600)
#: Seconds between tries to empty the write-ahead logs.
SCRUB = (0, 0.5, 1, 2, 5, 15, 60, 300)
#: Orders may come in while others go; after this many rounds the sweep takes over.
MOST_ROUNDS = 5


class Erasing:
    """The workflow and its steps."""

    def __init__(
        self,
        vault: Vault,
        journal: Journal,
        requests: Requests,
        wiping: Wiping,
        traces: Traces,
        scrubber: Scrubber,
        partings: Partings,
        holding: Holding,
        telling: Telling,
        farewell: Farewell,
        engine: Engine,
        clock: Clock,
        waits: Waits,
    ) -> None:
        self._vault = vault
        self._journal = journal
        self._requests = requests
        self._wiping = wiping
        self._traces = traces
        self._scrubber = scrubber
        self._partings = partings
        self._holding = holding
        self._telling = telling
        self._farewell = farewell
        self._engine = engine
        self._clock = clock
        self._waits = waits
        engine.tells("erase", self.erase)

    async def erase(self, receipt: str) -> str:
        """The story of one erasure: "erased", or "waiting"."""
        await self._engine.step("revoke", self._partings.revoke, receipt)
        for turn in range(MOST_ROUNDS):
            if await self._until(f"settle-{turn}", self.settle, receipt, SETTLING) != "settled":
                return await self._wait(receipt, "erasure_waits")
            await self._let_go(receipt, turn)
            await self._engine.step(f"empty-{turn}", self._empty, receipt)
            if await self._engine.step(f"remove-{turn}", self._remove, receipt) == "removed":
                break
        else:
            return await self._wait(receipt, "erasure_waits")
        if await self._until("scrub", self._scrub, receipt, SCRUB) != "clean":
            return await self._wait(receipt, "erasure_not_proven")
        if await self._until("goodbye", self._farewell.say, receipt, GOODBYE) == "again":
            await self._engine.step("unheard", self._farewell.give_up, receipt)
        if await self._until("scrub-again", self._scrub, receipt, SCRUB) != "clean":
            return await self._wait(receipt, "erasure_not_proven")
        return str(await self._engine.step("done", self._done, receipt))

    async def _let_go(self, receipt: str, turn: int) -> None:
        """Everybody else is told first."""
        await self._engine.step(f"tasks-{turn}", self._partings.note_tasks, receipt)
        await self._engine.step(f"tell-{turn}", self._telling.begin, receipt)
        outcome = await self._until(f"cases-{turn}", self._partings.forget_cases, receipt, STAFF)
        if outcome == "again":
            await self._engine.step(f"copies-{turn}", self._partings.give_up_copies, receipt)
        await self._engine.step(f"work-{turn}", self._partings.forget_work, receipt)

    async def settle(self, receipt: str) -> str:
        """ "settled" when nothing is on its way, or when the law's month is over: then nothing is waited for."""
        line = await self._journal.of(receipt)
        by_force = self._is_due(line)
        if line.cancels or by_force:
            await self._partings.cancel(line.customer, by_force=by_force)
        closed = await self._partings.close_checkouts(receipt) == "closed"
        if not by_force and not (closed and await self._partings.settled(line.customer)):
            return "again"
        await self._collect(line)
        return "settled"

    async def _empty(self, receipt: str) -> str:
        line = await self._journal.of(receipt)
        await self._collect(line)
        await self._wiping.empty(line.customer, receipt, by_force=self._is_due(line))
        await self._partings.forget_released(receipt)
        return await self._holding.release(receipt)

    async def _remove(self, receipt: str) -> str:
        """The person goes, then the key: in this order, so that a person never stands there without one."""
        line = await self._journal.of(receipt)
        await self._collect(line)
        await self._farewell.keep_addresses(receipt, line.customer)
        if not await self._wiping.remove(line.customer):
            return "more"
        await self._vault.destroy(line.customer)
        return "removed"

    async def _scrub(self, receipt: str) -> str:
        """Nothing is left of them but where the last word goes, and the payment of what is held."""
        standing = await self._farewell.traces(receipt) | await self._holding.left(receipt)
        return await self._scrubber.scrub(self._traces.of(receipt) - standing)

    async def _collect(self, line: Erasure) -> None:
        await self._traces.collect(line.receipt, line.customer)
        self._traces.add(line.receipt, await self._holding.traces(line.receipt))

    async def _done(self, receipt: str) -> str:
        # In this order: what the register calls answered, the journal calls done.
        if await self._holding.any(receipt):
            await self._journal.set(receipt, "held")
            await self._requests.move(receipt, "partly_fulfilled")
        else:
            await self._journal.set(receipt, "done")
            await self._requests.move(receipt, "awaiting_processors")
            await self._telling.settle(receipt)
        self._traces.drop(receipt)
        log.info("erased", receipt=receipt)
        return "erased"

    async def _wait(self, receipt: str, cause: str) -> str:
        await self._engine.step("wait", self._put_off, receipt, cause)
        return "waiting"

    async def _put_off(self, receipt: str, cause: str) -> str:
        await self._partings.alarm(cause, receipt)
        await self._journal.set(receipt, "waiting")
        return "waiting"

    def _is_due(self, line: Erasure) -> bool:
        """The law's month is nearly over. Who chose a later day has that day."""
        last = due(line.asked_at) - timedelta(days=1)
        if line.not_before is not None:
            last = max(last, line.not_before + timedelta(days=1))
        return self._clock.now() >= last

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
