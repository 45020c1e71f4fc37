"""Codes that are shown in one chat and typed in another: both are the same person's."""

from __future__ import annotations

import secrets as chance
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from services.clock import Clock
from services.privacy.codes import (
    DAY,
    LIVES,
    MOST_SENT,
    MOST_WRONG,
    Locked,
    Verdict,
    counted,
    digits_of,
    missed,
)
from services.storage import Storage
from services.storage.app import chats
from services.storage.identity import codes
from services.storage.sealing import Secrets

#: More than of a code that is sent: whoever types one does not say whose it is.
DIGITS = 8


@dataclass(frozen=True)
class Found:
    """Whose code it is, and on which channels they are to be found."""

    customer: str
    channels: tuple[str, ...]


class Links:
    """One code for each customer at a time, for ten minutes."""

    def __init__(self, app: Storage, secrets: Secrets, clock: Clock) -> None:
        self._app = app
        self._secrets = secrets
        self._clock = clock

    async def show(self, customer: str) -> str:
        """A new code, to be typed elsewhere. Raises Locked; LookupError when the customer is gone."""
        code = f"{chance.randbelow(10**DIGITS):0{DIGITS}}"
        now = self._clock.now()

        def work(connection: Connection) -> None:
            row = counted(connection, customer, "link", now)
            if row.sent >= MOST_SENT:
                raise Locked(row.at + DAY)
            connection.execute(
                update(codes)
                .where(codes.c.customer_id == customer, codes.c.purpose == "link")
                .values(digest=self._digest(code), sent=row.sent + 1, until=now + LIVES)
            )

        await self._app.transaction(work)
        return code

    async def find(self, customer: str, typed: str) -> Found | Verdict:
        """Whose code somebody types, without using it up; else "wrong" or, after five in a day, "locked"."""
        digest, now = self._digest(digits_of(typed)), self._clock.now()

        def work(connection: Connection) -> Found | Verdict:
            tries = counted(connection, customer, "typing", now)
            if tries.wrong >= MOST_WRONG:
                return "locked"
            owner = connection.execute(
                select(codes.c.customer_id).where(
                    codes.c.purpose == "link",
                    codes.c.digest == digest,
                    codes.c.until > now,
                    codes.c.customer_id != customer,
                )
            ).scalar_one_or_none()
            if owner is None:
                return missed(connection, customer, "typing")
            there = select(chats.c.channel).where(chats.c.customer_id == owner).distinct()
            return Found(owner, tuple(sorted(connection.execute(there).scalars())))

        return await self._app.transaction(work)

    async def use(self, customer: str) -> bool:
        """The code that this customer showed is used up; False when it was already."""
        used = (
            update(codes)
            .where(
                codes.c.customer_id == customer,
                codes.c.purpose == "link",
                codes.c.digest != "",
                codes.c.until > self._clock.now(),
            )
            .values(digest="")
        )
        return (await self._app.transaction(lambda connection: connection.execute(used).rowcount)) == 1

    def _digest(self, code: str) -> str:
        return self._secrets.hash("link", code)
