"""The ledger of consent: what was asked in which words, and what was answered. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Connection, insert, select

from services.clock import Clock
from services.privacy.policy import VERSION
from services.storage import Storage
from services.storage.app import consents, customers, wordings
from services.storage.upsert import insert_new

MARKETING = "marketing"

#: "grant": yes to a question of ours. "join": asked for it unasked, which is the only thing that lifts an objection.
Answer = Literal["grant", "join", "refuse", "withdraw", "object"]
#: "expired": granted under a policy that has changed much since.
State = Literal["none", "granted", "refused", "withdrawn", "objected", "expired"]

_LEADS_TO: dict[Answer, State] = {
    "grant": "granted",
    "join": "granted",
    "refuse": "refused",
    "withdraw": "withdrawn",
    "object": "objected",
}


class Consents:
    """Writes the ledger and reads where it leads."""

    def __init__(self, app: Storage, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def record(
        self,
        customer: str,
        purpose: str,
        channel: str,
        answer: Answer,
        words: str,
        locale: str,
        event: str,
    ) -> State:
        """Note an answer to exactly these words, once for each event; the state it leads to.

        Raises LookupError when the customer is gone, ValueError for an answer that is none.
        """
        if answer not in _LEADS_TO:
            raise ValueError(answer)
        now = self._clock.now()
        digest = sha256(words.encode()).hexdigest()
        row = {
            "customer_id": customer,
            "purpose": purpose,
            "channel": channel,
            "answer": answer,
            "policy": VERSION,
            "locale": locale,
            "digest": digest,
            "event_id": event,
            "at": now,
        }

        def work(connection: Connection) -> State:
            alive = connection.execute(select(customers.c.id).where(customers.c.id == customer)).first()
            if alive is None:
                raise LookupError("the customer is gone")
            insert_new(connection, wordings, digest=digest, locale=locale, policy=VERSION, text=words, at=now)
            if not _noted(connection, row):
                connection.execute(insert(consents).values(row))
            return _state(connection, customer, purpose, channel)

        return await self._app.transaction(work)

    async def state(self, customer: str, purpose: str, channel: str) -> State:
        """Where a customer stands. Without "granted" nothing may be sent."""
        return await self._app.read(lambda connection: _state(connection, customer, purpose, channel))


def _noted(connection: Connection, row: dict[str, Any]) -> bool:
    same = [
        consents.c[name] == row[name] for name in ("customer_id", "purpose", "channel", "answer", "event_id")
    ]
    return connection.execute(select(consents.c.seq).where(*same)).first() is not None


def _state(connection: Connection, customer: str, purpose: str, channel: str) -> State:
    rows = connection.execute(
        select(consents.c.channel, consents.c.answer, consents.c.policy)
        .where(consents.c.customer_id == customer, consents.c.purpose == purpose)
        .order_by(consents.c.seq)
    ).all()
    return _follow(rows, channel)


def _follow(rows: Sequence[Any], channel: str) -> State:
    state: State = "none"
    for row in rows:
        if row.answer == "object":
            # Whoever objects on one channel has objected on all of them.
            state = "objected"
        elif row.channel == channel and (state != "objected" or row.answer == "join"):
            state = _LEADS_TO[row.answer]
            if state == "granted" and _number(row.policy) != _number(VERSION):
                state = "expired"
    return state


def _number(version: str) -> str:
    return version.partition(".")[0]
