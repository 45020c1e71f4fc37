"""What a person may do with the time and the fate of a request: stop its clock, extend it, refuse it, close it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, select, update

from services.clock import Clock
from services.privacy.requests.deadlines import extension
from services.privacy.requests.register import move, remember_extension
from services.privacy.requests.states import OPEN, State, WhyLonger, WhyRefused
from services.storage import Storage
from services.storage.app import privacy_requests

T = TypeVar("T")


class NotPossible(Exception):
    """A request cannot take that step. `why`: "unknown", "over", "too_late", "extended_before", "not_from_here"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Handling:
    """Each step is one conditional change with its line in the history. Raises NotPossible."""

    def __init__(self, app: Storage, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def suspend(self, number: str) -> None:
        """Stop the clock while we wait for a proof that we had good reason to ask for; the person is told."""
        await self._step(number, "suspended", "proof_awaited", tell=True)

    async def resume(self, number: str) -> datetime:
        """The proof came, or never will: the clock runs again, later by exactly the time that we waited.

        The new due date.
        """

        def work(connection: Connection, row: Any, now: datetime) -> datetime:
            back: State = "in_progress" if row.level else "identity_pending"
            if row.state != "suspended" or not move(connection, number, back, now, "clock_runs"):
                raise NotPossible("not_from_here")
            due: datetime = connection.execute(
                select(privacy_requests.c.due_at).where(privacy_requests.c.id == number)
            ).scalar_one()
            return due

        return await self._with(number, work)

    async def extend(self, number: str, why: WhyLonger) -> datetime:
        """Two months more, once, and only before the due date; the person is told why. The new due date."""

        def work(connection: Connection, row: Any, now: datetime) -> datetime:
            if row.extended_at is not None:
                raise NotPossible("extended_before")
            if (row.suspended_at or now) >= row.due_at:
                raise NotPossible("too_late")
            later: datetime = row.due_at + extension(row.at)
            changed = connection.execute(
                update(privacy_requests)
                .where(
                    privacy_requests.c.id == number,
                    privacy_requests.c.state == row.state,
                    privacy_requests.c.extended_at.is_(None),
                )
                .values(due_at=later, extended_at=now)
            ).rowcount
            if not changed:
                raise NotPossible("extended_before")
            remember_extension(connection, number, row.state, now, why)
            return later

        return await self._with(number, work)

    async def refuse(self, number: str, why: WhyRefused) -> None:
        """Say no, with the reason and the way to the authority and to court; the person is told."""
        await self._step(number, "refused", why, tell=True)

    async def cancel(self, number: str) -> None:
        """Whoever asked has taken it back."""
        await self._step(number, "cancelled", "taken_back")

    async def answer(self, number: str, *, partly: bool = False) -> None:
        """It was answered; `partly`: something stays, as the law says, and the answer says what."""
        await self._step(number, "partly_fulfilled" if partly else "answered", "by_a_person")

    async def close(self, number: str) -> None:
        """Nothing is left to do: who wrote, and where they live, is forgotten."""

        def work(connection: Connection, row: Any, now: datetime) -> None:
            if row.state in OPEN or not move(connection, number, "closed", now):
                raise NotPossible("not_from_here")

        await self._with(number, work, ended=True)

    async def _step(self, number: str, to: State, why: str, *, tell: bool = False) -> None:
        def work(connection: Connection, row: Any, now: datetime) -> None:  # noqa: ARG001
            if not move(connection, number, to, now, why, tell=tell):
                raise NotPossible("not_from_here")

        await self._with(number, work)

    async def _with(
        self, number: str, work: Callable[[Connection, Any, datetime], T], *, ended: bool = False
    ) -> T:
        now = self._clock.now()

        def within(connection: Connection) -> T:
            row = connection.execute(
                select(privacy_requests).where(privacy_requests.c.id == number).with_for_update()
            ).one_or_none()
            if row is None:
                raise NotPossible("unknown")
            if not ended and row.state not in OPEN:
                raise NotPossible("over")
            return work(connection, row, now)

        return await self._app.transaction(within)
