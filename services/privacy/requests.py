"""The register of people who exercise their rights: what was asked, until when it is due, what became of it."""

from __future__ import annotations

import secrets
from calendar import monthrange
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, select, update

from services.clock import Clock
from services.storage import Storage
from services.storage.app import privacy_requests
from services.storage.upsert import insert_new

#: Letters of a request's number: none that is read as another one.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
#: Asking for the same again within this time is the same request.
SAME = timedelta(hours=24)
MOST_DAYS = timedelta(days=30)
#: Numbers tried before giving up; one in hundreds of millions is taken.
_TRIES = 5

Kind = Literal["export", "erasure"]


class Requests:
    """Notes requests, and finds them again by their number."""

    def __init__(self, app: Storage, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def export_asked(self, customer: str) -> str:
        """The number of a request for a copy: a new one, or today's."""
        now = self._clock.now()

        def work(connection: Connection) -> str:
            known = connection.execute(
                select(privacy_requests.c.id)
                .where(
                    privacy_requests.c.customer_id == customer,
                    privacy_requests.c.kind == "export",
                    privacy_requests.c.at > now - SAME,
                )
                .order_by(privacy_requests.c.at)
            ).scalars()
            number: str | None = known.first()
            if number is not None:
                return number
            fresh = (new_number() for _ in range(_TRIES))
            return next(one for one in fresh if note(connection, one, customer, "export", now))

        return await self._app.transaction(work)

    async def move(self, number: str, state: str) -> None:
        """A request goes on. One that was answered stays so."""
        closed = self._clock.now() if state == "answered" else None
        await self._app.transaction(
            lambda connection: connection.execute(
                update(privacy_requests)
                .where(privacy_requests.c.id == number, privacy_requests.c.state != "answered")
                .values(state=state, closed_at=closed)
            )
        )

    async def state(self, number: str) -> str | None:
        """How far a request is, or None when there is none of that number."""
        return await self._app.read(
            lambda connection: connection.execute(
                select(privacy_requests.c.state).where(privacy_requests.c.id == number.strip().upper())
            ).scalar_one_or_none()
        )


def note(connection: Connection, number: str, customer: str, kind: Kind, at: datetime) -> bool:
    """Write a request down; False when the number is taken."""
    return insert_new(
        connection,
        privacy_requests,
        id=number,
        customer_id=customer,
        kind=kind,
        state="in_progress",
        at=at,
        due_at=due(at),
    )


def new_number() -> str:
    """ "R-" and six characters that nobody misreads."""
    return "R-" + "".join(secrets.choice(_LETTERS) for _ in range(6))


def due(at: datetime) -> datetime:
    """One month later, the month's end where it has no such day; never more than thirty days."""
    year, month = (at.year + 1, 1) if at.month == 12 else (at.year, at.month + 1)
    same = at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))
    return min(same, at + MOST_DAYS)
