"""Pause use (GDPR art. 18): what is held is kept and not used, until its owner hears that this ends.

While it lasts nothing is sold to them, nothing is purged, no offer is sent, and nothing is handed to others.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select, update

from services.clock import Clock
from services.privacy.requests.register import Requests
from services.storage import Storage
from services.storage.app import customers

#: Between the notice and the end of a pause that somebody else ends.
NOTICE = timedelta(days=7)


class Pauses:
    """Begins and ends pauses."""

    def __init__(self, app: Storage, requests: Requests, clock: Clock) -> None:
        self._app = app
        self._requests = requests
        self._clock = clock

    async def since(self, customer: str) -> datetime | None:
        """Since when a customer's data rest; None when they are used."""
        return await self._app.read(lambda connection: paused(connection, customer))

    async def begin(self, customer: str, number: str = "") -> str:
        """Nothing is done with their data any more but keeping them; the request's number. Raises LookupError.

        `number`: the request that asks for it, where the register has it already.
        """
        now = self._clock.now()
        there = await self._set(customer, customers.c.paused_at.is_(None), paused_at=now)
        if not there and await self.since(customer) is None:
            raise LookupError("the customer is gone")
        return number or await self._requests.done(customer, "restriction", "paused")

    async def end(self, customer: str) -> None:
        """Their owner ends it, and so knows of it."""
        if await self._set(customer, customers.c.paused_at.is_not(None), **OVER):
            await self._requests.done(customer, "restriction", "ended_by_owner")

    async def announce_end(self, customer: str) -> datetime | None:
        """The shop ends it, after a notice; when. None when there is no pause, or its end is announced already."""
        at = self._clock.now() + NOTICE
        paused_and_unannounced = customers.c.paused_at.is_not(None) & customers.c.resumes_at.is_(None)
        return at if await self._set(customer, paused_and_unannounced, resumes_at=at) else None

    async def _set(self, customer: str, condition: ColumnElement[bool], **values: Any) -> bool:
        return await self._app.transaction(
            lambda connection: (
                connection.execute(
                    update(customers).where(customers.c.id == customer, condition).values(values)
                ).rowcount
                == 1
            )
        )


#: No pause.
OVER = {"paused_at": None, "resumes_at": None, "resume_told_at": None}


def paused(connection: Connection, customer: str) -> datetime | None:
    """Since when a customer's data rest."""
    at: datetime | None = connection.execute(
        select(customers.c.paused_at).where(customers.c.id == customer)
    ).scalar_one_or_none()
    return at


def resting() -> Select[Any]:
    """The ids of everybody whose data rest, for conditions."""
    return select(customers.c.id).where(customers.c.paused_at.is_not(None))
