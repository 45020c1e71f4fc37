"""The workflow "tell_processor": one processor is told of an erasure, with bounded tries, until it is proven."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog
from sqlalchemy import select

from services.clock import Clock, Waits
from services.news import Alarm, Voice
from services.privacy.erasing.journal import Journal
from services.privacy.erasing.others import Engine
from services.privacy.processors.calls import Again, Done, Later, Processor, Refused
from services.privacy.processors.tasks import Task, Tasks, Way
from services.privacy.requests.register import Requests
from services.storage import Storage
from services.storage.app import privacy_requests

log = structlog.get_logger()

#: Seconds between the tries of one round.
PAUSES = (0, 5, 30, 120, 600)
#: Then it is tried so much later, so many rounds in all; after that a person has to.
NEXT_ROUND, MOST_ROUNDS = timedelta(days=1), 30
#: A recipient without a recorded safeguard is told nothing; whether it has one by then is looked at so often.
UNRECORDED = timedelta(days=1)


class Telling:
    """Tells, one after another, whoever has to be told."""

    def __init__(
        self,
        app: Storage,
        tasks: Tasks,
        processors: Mapping[Way, Processor],
        journal: Journal,
        requests: Requests,
        engine: Engine,
        voice: Voice,
        clock: Clock,
        waits: Waits,
        may_tell: Callable[[str], bool],
    ) -> None:
        """`may_tell`: whether a recipient's country and safeguard are recorded."""
        self._app = app
        self._tasks = tasks
        self._processors = processors
        self._journal = journal
        self._requests = requests
        self._engine = engine
        self._voice = voice
        self._clock = clock
        self._waits = waits
        self._may_tell = may_tell
        engine.tells("tell_processor", self.tell)

    async def begin(self, receipt: str) -> str:
        """Start to tell whoever can be told now of this erasure."""
        due = {task.id for task in await self._tasks.due()}
        await self._start([task for task in await self._tasks.of(receipt) if task.id in due])
        return "begun"

    async def sweep(self) -> None:
        """Start what is due, remind of letters, and answer requests of which nothing is open any more."""
        await self._start(await self._tasks.due())
        for task in await self._tasks.for_person():
            await self._voice.alarm(Alarm("processor_letter", task.id))
        for receipt in await self._awaiting():
            await self.settle(receipt)

    async def settle(self, receipt: str) -> None:
        """An erasure whose processors have all been told is answered."""
        if (await self._journal.of(receipt)).state == "done" and not await self._tasks.is_open(receipt):
            await self._requests.move(receipt, "answered")

    async def tell(self, name: str) -> str:
        """One round for one task: "told", "later" or "by_hand"."""
        for number, pause in enumerate(PAUSES):
            if pause:
                await self._engine.sleep(self._waits(pause))
            outcome = str(await self._engine.step(f"tell-{number}", self._tell, name))
            if outcome != "again":
                return outcome
        return str(await self._engine.step("round", self._next_round, name))

    async def _tell(self, name: str) -> str:
        task = await self._tasks.get(name)
        if task.state != "open":
            return "told"
        if not self._may_tell(task.recipient):
            await self._voice.alarm(Alarm("recipient_unrecorded", task.recipient))
            await self._tasks.put_off(name, self._clock.now() + UNRECORDED)
            return "later"
        said = await self._processors[task.way].tell(task, lambda job: self._tasks.working(name, job))
        match said:
            case Done(proof):
                await self._tasks.done(name, proof)
                await self.settle(task.receipt)
                log.info("processor told", task=name)
                return "told"
            case Later(after):
                await self._tasks.put_off(name, self._clock.now() + after)
                return "later"
            case Refused(why):
                log.warning("processor refuses", task=name, reason=why)
                return await self._give_up(name)
            case Again():
                return "again"

    async def _next_round(self, name: str) -> str:
        if (await self._tasks.get(name)).rounds + 1 >= MOST_ROUNDS:
            return await self._give_up(name)
        await self._tasks.put_off(name, self._clock.now() + NEXT_ROUND)
        return "later"

    async def _give_up(self, name: str) -> str:
        await self._tasks.give_up(name)
        await self._voice.alarm(Alarm("processor_letter", name))
        return "by_hand"

    async def _start(self, tasks: list[Task]) -> None:
        """Named by the round: a second start of the same round is none."""
        for task in tasks:
            workflow = f"tell-{task.id}-{task.rounds}"
            await self._app.transaction(
                lambda connection, workflow=workflow, task=task: self._engine.start_with(  # type: ignore[misc]
                    connection, "tell_processor", workflow, task.id
                )
            )

    async def _awaiting(self) -> list[str]:
        wanted = select(privacy_requests.c.id).where(
            privacy_requests.c.kind == "erasure", privacy_requests.c.state == "awaiting_processors"
        )
        return await self._app.read(lambda connection: list(connection.execute(wanted).scalars()))
