"""Disclosures: who received what of whom, noted once for each kind of data and counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from services.clock import Clock
from services.privacy.pausing import paused
from services.storage import Storage
from services.storage.app import customers
from services.storage.rights import disclosures
from services.storage.upsert import insert_new

#: What an authority gets: a copy of everything.
EXPORT = "export"


class Paused(Exception):
    """The customer's data rest: nothing of them is handed over (GDPR art. 18)."""


class Disclosures:
    """Writes them down; exports show them."""

    def __init__(self, app: Storage, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def note(self, customer: str, recipient: str, what: str, basis: str) -> None:
        """Before data go out: their row. Raises Paused; LookupError when there is no such customer."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            found = select(customers.c.id).where(customers.c.id == customer).with_for_update()
            if connection.execute(found).first() is None:
                raise LookupError("no such customer")
            if paused(connection, customer) is not None:
                raise Paused
            disclosed(connection, customer, recipient, what, basis, now)

        await self._app.transaction(work)


def disclosed(
    connection: Connection, customer: str, recipient: str, what: str, basis: str, at: datetime
) -> None:
    """Write a transfer down, in the transaction of whoever makes it."""
    key = {"customer_id": customer, "recipient": recipient[:64], "what": what}
    row = {"basis": basis[:200], "last_at": at}
    if not insert_new(connection, disclosures, **key, **row, first_at=at, times=1):
        same = [disclosures.c[name] == value for name, value in key.items()]
        connection.execute(update(disclosures).where(*same).values(times=disclosures.c.times + 1, **row))
