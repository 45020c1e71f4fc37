"""Disclosures: who received what of whom, noted once for each kind of data and counted."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from services.clock import Clock
from services.privacy.requests.pausing import paused
from services.storage import Storage
from services.storage.app import customers
from services.storage.rights import disclosures
from services.storage.upsert import insert_new

#: What an authority gets: a copy of everything.
EXPORT = "export"
#: What the wrong person was shown begins with this, and its basis is that there was none.
BREACH, NO_BASIS = "breach: ", "no basis: breach, art. 33"
#: Letters that there is room for.
LONGEST_RECIPIENT = 64
LONGEST_WHAT = 64 - len(BREACH)
#: GDPR art. 33(1): from the moment in which we know of it.
TELL_WITHIN = timedelta(hours=72)


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
            _lock(connection, customer)
            if paused(connection, customer) is not None:
                raise Paused
            disclosed(connection, customer, recipient, what, basis, now)

        await self._app.transaction(work)


class Breaches:
    """Writes down what the wrong person was shown: its fact, for good (GDPR art. 33(5)); exports show it, too."""

    def __init__(self, app: Storage, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def note(self, customer: str, recipient: str, what: str) -> datetime:
        """The row of a breach, whether the customer's data rest or not; until when the authority has to be told.

        Told apart from everything that was handed over rightly. Raises LookupError when there is no such customer.
        """
        now = self._clock.now()

        def work(connection: Connection) -> None:
            _lock(connection, customer)
            disclosed(connection, customer, recipient, f"{BREACH}{what[:LONGEST_WHAT]}", NO_BASIS, now)

        await self._app.transaction(work)
        return now + TELL_WITHIN


def disclosed(
    connection: Connection, customer: str, recipient: str, what: str, basis: str, at: datetime
) -> None:
    """Write a transfer down, in the transaction of whoever makes it."""
    key = {"customer_id": customer, "recipient": recipient[:LONGEST_RECIPIENT], "what": what}
    row = {"basis": basis[:200], "last_at": at}
    if not insert_new(connection, disclosures, **key, **row, first_at=at, times=1):
        same = [disclosures.c[name] == value for name, value in key.items()]
        connection.execute(update(disclosures).where(*same).values(times=disclosures.c.times + 1, **row))


def _lock(connection: Connection, customer: str) -> None:
    found = select(customers.c.id).where(customers.c.id == customer).with_for_update()
    if connection.execute(found).first() is None:
        raise LookupError("no such customer")
