"""The workflow "erase": from a request to be forgotten to the proof that it happened.

The journal is written first, in a store of its own; then the work begins, and goes on after every restart until
the journal says "done". Each step may be repeated.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from services.clock import Clock, Waits
from services.privacy.deadlines import due
from services.privacy.journal import Erasure, Journal
from services.privacy.others import Engine
from services.privacy.partings import Partings
from services.privacy.requests import Requests
from services.privacy.scrub import Scrubber
from services.privacy.traces import Traces
from services.privacy.wiping import Wiping
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
        self._engine = engine
        self._clock = clock
        self._waits = waits
        engine.tells("erase", self.erase)

    async def erase(self, receipt: str) -> str:
        """The story of one erasure: "erased", or "waiting"."""
        for turn in range(MOST_ROUNDS):
            if await self._until(f"settle-{turn}", self.settle, receipt, SETTLING) != "settled":
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

    async def settle(self, receipt: str) -> str:
        """ "settled" when nothing is on its way, or when the law's month is over: then nothing is waited for."""
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
