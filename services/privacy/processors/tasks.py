"""What processors have to be told after an erasure: a list in the legal store, by their own ids, until each was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, exists, insert, select, update

from services.clock import Clock
from services.privacy.facts.policy import request_kept_until
from services.storage import Storage
from services.storage.legal import processor_tasks
from services.storage.sealing import Secrets

#: How a processor is told: through its API, or by a letter that a person sends.
Way = Literal["note", "redaction", "contact_book", "letter"]
#: "by_hand": we tried and gave up; like a letter, a person closes it with a proof.
State = Literal["open", "by_hand", "done"]
#: Tasks looked at in one round.
BATCH = 200


@dataclass(frozen=True)
class Wanted:
    """Somebody is to be told of these ids of theirs, from that moment on."""

    recipient: str
    way: Way
    subjects: tuple[str, ...]
    due_at: datetime


@dataclass(frozen=True)
class Task:
    """One thing to tell. `subjects` is empty once it was told; `rounds` counts the workflows that tried."""

    id: str
    receipt: str
    recipient: str
    way: Way
    state: State
    subjects: tuple[str, ...] = field(repr=False)
    job: str | None
    rounds: int
    due_at: datetime
    done_at: datetime | None
    proof: str | None
    proof_hash: str | None

    @property
    def for_person(self) -> bool:
        """Whether it waits for somebody to write a letter."""
        return self.state == "by_hand" or (self.state == "open" and self.way == "letter")


class Tasks:
    """Keeps the list. Every change names the state that it leaves."""

    def __init__(self, legal: Storage, secrets: Secrets, clock: Clock) -> None:
        self._legal = legal
        self._archive = secrets.archive
        self._clock = clock

    async def note(self, receipt: str, wanted: Sequence[Wanted]) -> None:
        """Put these on the list; ids that are on it for the same recipient and way are not put there again."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            for one in wanted:
                self._note(connection, receipt, one, now)

        await self._legal.transaction(work)

    async def of(self, receipt: str) -> list[Task]:
        """Everything that an erasure has to tell, and told."""
        return await self._many(processor_tasks.c.receipt == receipt)

    async def get(self, task: str) -> Task:
        """One of them. Raises LookupError."""
        found = await self._many(processor_tasks.c.id == task)
        if not found:
            raise LookupError(task)
        return found[0]

    async def due(self) -> list[Task]:
        """What can be told by ourselves, now."""
        return await self._many(
            processor_tasks.c.state == "open",
            processor_tasks.c.way != "letter",
            processor_tasks.c.due_at <= self._clock.now(),
        )

    async def for_person(self) -> list[Task]:
        """What waits for a letter."""
        theirs = (processor_tasks.c.way == "letter") | (processor_tasks.c.state == "by_hand")
        return await self._many(processor_tasks.c.state != "done", theirs)

    async def is_open(self, receipt: str) -> bool:
        """Whether somebody still has to be told."""
        left = exists().where(processor_tasks.c.receipt == receipt, processor_tasks.c.state != "done")
        return await self._legal.read(lambda connection: bool(connection.execute(select(left)).scalar()))

    async def done(self, task: str, proof: str, proof_hash: str | None = None) -> bool:
        """It was told, and this proves it; the ids go. False when it was done before."""
        now = self._clock.now()
        return await self._change(
            task,
            ("open", "by_hand"),
            state="done",
            subjects=None,
            done_at=now,
            proof=proof[:128],
            proof_hash=proof_hash,
            keep_until=request_kept_until(now),
        )

    async def working(self, task: str, job: str) -> None:
        """The processor has begun, under this number."""
        await self._change(task, ("open",), job=job)

    async def put_off(self, task: str, until: datetime) -> None:
        """To be tried again from then on."""
        await self._change(task, ("open",), due_at=until, rounds=processor_tasks.c.rounds + 1)

    async def give_up(self, task: str) -> None:
        """A person has to tell them."""
        await self._change(task, ("open",), state="by_hand")

    def _note(self, connection: Connection, receipt: str, wanted: Wanted, now: datetime) -> None:
        known = connection.execute(
            select(processor_tasks).where(
                processor_tasks.c.receipt == receipt,
                processor_tasks.c.recipient == wanted.recipient,
                processor_tasks.c.way == wanted.way,
            )
        ).all()
        listed = {subject for row in known for subject in self._subjects(row)}
        new = [subject for subject in wanted.subjects if subject not in listed]
        if not new:
            return
        name = "-".join((receipt, wanted.recipient, wanted.way.replace("_", "-"), str(len(known) + 1)))
        connection.execute(
            insert(processor_tasks).values(
                id=name,
                receipt=receipt,
                recipient=wanted.recipient,
                way=wanted.way,
                state="open",
                subjects=self._archive.seal_json(new, _place(name)),
                rounds=0,
                due_at=wanted.due_at,
                made_at=now,
            )
        )

    async def _many(self, *conditions: Any) -> list[Task]:
        wanted = select(processor_tasks).where(*conditions).order_by(processor_tasks.c.id).limit(BATCH)
        rows = await self._legal.read(lambda connection: connection.execute(wanted).all())
        return [self._task(row) for row in rows]

    async def _change(self, task: str, was: Sequence[State], **values: Any) -> bool:
        changed = (
            update(processor_tasks)
            .where(processor_tasks.c.id == task, processor_tasks.c.state.in_(was))
            .values(**values)
        )
        return await self._legal.transaction(lambda connection: connection.execute(changed).rowcount == 1)

    def _task(self, row: Any) -> Task:
        return Task(
            id=row.id,
            receipt=row.receipt,
            recipient=row.recipient,
            way=row.way,
            state=row.state,
            subjects=self._subjects(row),
            job=row.job,
            rounds=row.rounds,
            due_at=row.due_at,
            done_at=row.done_at,
            proof=row.proof,
            proof_hash=row.proof_hash,
        )

    def _subjects(self, row: Any) -> tuple[str, ...]:
        if row.subjects is None:
            return ()
        return tuple(self._archive.open_json(row.subjects, _place(row.id)))


def _place(task: str) -> str:
    return f"processor_tasks:subjects:{task}"
