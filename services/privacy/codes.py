"""One-time codes: who types the code that was sent to a contact can read what is sent there."""

from __future__ import annotations

import secrets as chance
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, select, update

from services.clock import Clock
from services.storage import Storage
from services.storage.app import customers
from services.storage.identity import codes
from services.storage.sealing import Secrets
from services.storage.upsert import insert_new

#: "email": a new address is theirs. "identity": they are the customer whom they say they are. "link":
#: another chat is theirs too. "typing": counts the
#: wrong codes of whoever links two chats.
Purpose = Literal["email", "identity", "link", "typing"]
#: "over": there is no such code (any more), ask for a new one.
Verdict = Literal["right", "wrong", "over", "locked"]

DIGITS = 6
LIVES = timedelta(minutes=10)
#: Wrong tries and codes of one customer and purpose in a day; beyond either nothing is sent and nothing is right.
MOST_WRONG, MOST_SENT = 5, 5
DAY = timedelta(days=1)


class Locked(Exception):
    """Too many codes were wrong, or sent."""

    def __init__(self, until: datetime) -> None:
        super().__init__("locked")
        #: From when on it may be tried again.
        self.until = until


class Codes:
    """Makes codes and checks them. Only their keyed hashes are stored."""

    def __init__(self, app: Storage, secrets: Secrets, clock: Clock) -> None:
        self._app = app
        self._secrets = secrets
        self._clock = clock

    async def new(self, customer: str, purpose: Purpose, about: str = "") -> str:
        """Six digits, for whoever sends them; an earlier code of the customer for that purpose ends.

        `about`: what else it is good for only (an address, another customer). Raises Locked; LookupError when the
        customer is gone.
        """
        code = f"{chance.randbelow(10**DIGITS):0{DIGITS}}"
        digest = self._digest(customer, purpose, about, code)
        now = self._clock.now()

        def work(connection: Connection) -> None:
            row = counted(connection, customer, purpose, now)
            if row.wrong >= MOST_WRONG or row.sent >= MOST_SENT:
                raise Locked(row.at + DAY)
            connection.execute(
                update(codes)
                .where(_is(customer, purpose))
                .values(digest=digest, sent=row.sent + 1, until=now + LIVES)
            )

        await self._app.transaction(work)
        return code

    async def check(self, customer: str, purpose: Purpose, typed: str, about: str = "") -> Verdict:
        """What typed digits are worth. A right code is right once; the fifth wrong one locks for the day."""
        digest = self._digest(customer, purpose, about, digits_of(typed))
        now = self._clock.now()

        def work(connection: Connection) -> Verdict:
            row = connection.execute(select(codes).where(_is(customer, purpose))).one_or_none()
            if row is None or row.at <= now - DAY:
                return "over"
            if row.wrong >= MOST_WRONG:
                return "locked"
            if not row.digest or row.until <= now:
                return "over"
            used = connection.execute(
                update(codes).where(_is(customer, purpose), codes.c.digest == digest).values(digest="")
            )
            if used.rowcount == 1:
                return "right"
            return missed(connection, customer, purpose)

        return await self._app.transaction(work)

    async def judge(self, customer: str, purpose: Purpose, *, right: bool) -> Verdict:
        """The same for what somebody knows without having been sent a code: wrong tries are counted together."""
        now = self._clock.now()

        def work(connection: Connection) -> Verdict:
            if counted(connection, customer, purpose, now).wrong >= MOST_WRONG:
                return "locked"
            return "right" if right else missed(connection, customer, purpose)

        return await self._app.transaction(work)

    def _digest(self, customer: str, purpose: Purpose, about: str, code: str) -> str:
        return self._secrets.hash("code", f"{purpose}\n{customer}\n{about}\n{code}")


def digits_of(typed: str) -> str:
    """What was meant by "123 456", or by digits of another script."""
    return "".join(str(int(letter)) for letter in typed if letter.isdecimal())


def counted(connection: Connection, customer: str, purpose: Purpose, now: datetime) -> Any:
    """The row that counts a customer's codes for a purpose, begun anew after a day, and held to the commit.

    Raises LookupError when the customer is gone.
    """
    fresh: dict[str, Any] = {"digest": "", "sent": 0, "wrong": 0, "at": now, "until": now}
    if customer_is_gone(connection, customer):
        raise LookupError("the customer is gone")
    insert_new(connection, codes, customer_id=customer, purpose=purpose, **fresh)
    connection.execute(update(codes).where(_is(customer, purpose), codes.c.at <= now - DAY).values(fresh))
    return connection.execute(select(codes).where(_is(customer, purpose)).with_for_update()).one()


def missed(connection: Connection, customer: str, purpose: Purpose) -> Verdict:
    """Count a wrong code: "wrong", or "locked" from the last one on."""
    wrong = connection.execute(
        update(codes).where(_is(customer, purpose)).values(wrong=codes.c.wrong + 1).returning(codes.c.wrong)
    ).scalar_one()
    return "wrong" if wrong < MOST_WRONG else "locked"


def customer_is_gone(connection: Connection, customer: str) -> bool:
    """Whether there is no such customer (any more)."""
    return connection.execute(select(customers.c.id).where(customers.c.id == customer)).first() is None


def _is(customer: str, purpose: Purpose) -> ColumnElement[bool]:
    return (codes.c.customer_id == customer) & (codes.c.purpose == purpose)
