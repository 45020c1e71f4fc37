"""Somebody put apart gets back what was theirs, because a person has looked at a proof of who they are (level L2).

What was proved stands in the register of requests before anything is given back; of the proof itself nothing is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Connection, exists, select

from services.clock import Clock
from services.identity.joining import Joining, Start
from services.privacy.requests.register import Requests, enter, move
from services.storage import Storage, Stores
from services.storage.app import cases, customers, privacy_requests
from services.storage.identity import doubts
from services.storage.rights import request_history
from services.storage.sealing import Vault

#: What somebody can prove: who they are ("paper"), that they paid ("payment"), that the line is in their hands
#: ("line"), that the number is theirs by its contract ("number").
Proved = Literal["paper", "payment", "line", "number"]
PROOFS: tuple[Proved, ...] = get_args(Proved)

#: In the register's history: what begins so says what was proved; the other that it was given back.
PROVED, GIVEN = "proved_", "given_back"
#: People put apart who are shown at once.
MOST = 500


class NotGiven(Exception):
    """Nothing is given back. `why`: "not_apart", or "erased": one of the two is gone, or just going."""

    def __init__(self, why: Literal["not_apart", "erased"]) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Apart:
    """Somebody of whom it is not certain whether they are `former`. `cases`: where they talk with a person."""

    customer: str
    former: str
    why: str
    at: datetime
    cases: tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """The number in the register, and whether this call gave it back or an earlier one."""

    number: str
    is_new: bool


class GivingBack:
    """For a person who has looked. `start` puts the work into the bot's queue."""

    def __init__(self, stores: Stores, vault: Vault, clock: Clock, start: Start) -> None:
        self._app = stores.app
        self._vault = vault
        self._clock = clock
        self._requests = Requests(stores.app, clock)
        self._joining = Joining(stores, vault, clock, start)

    async def give_back(self, who: str, proved: Proved) -> Given:
        """The customer `who`, or whoever has the case of that number, is whom they were doubted to be. Safe to repeat.

        Raises NotGiven.
        """
        customer = await self._app.read(lambda connection: _customer(connection, who))
        heir = await self._joining.into(customer)
        former = await self._app.read(lambda connection: _former(connection, customer))
        if heir is not None or former is None:
            return await self._given_before(customer, heir or customer)
        if await self._vault.being_erased(customer) or await self._vault.being_erased(former):
            raise NotGiven("erased")
        now = self._clock.now()
        number = await self._app.transaction(
            lambda connection: _write_down(connection, customer, proved, now)
        )
        if not await self._joining.begin(customer, former):
            await self._requests.move(number, "cancelled", "gone")
            raise NotGiven("erased")
        await self._requests.move(number, "answered", GIVEN)
        return Given(number, is_new=True)

    async def _given_before(self, customer: str, heir: str) -> Given:
        """By an earlier call; what was killed before it could say that it was done is said to be done now."""
        if await self._vault.being_erased(heir):
            raise NotGiven("erased")
        number = await self._app.read(lambda connection: _written(connection, customer, heir))
        if number is None:
            # Nobody doubts them, or they have proved it themselves.
            raise NotGiven("not_apart")
        await self._requests.move(number, "answered", GIVEN)
        return Given(number, is_new=False)


async def who_is_apart(app: Storage) -> list[Apart]:
    """Who waits to be recognized, the latest first."""
    return await app.read(_apart)


def _customer(connection: Connection, who: str) -> str:
    """A customer's id, or the customer of a case."""
    talking = select(cases.c.customer_id).where(cases.c.id == who.upper())
    customer: str | None = connection.execute(talking).scalar_one_or_none()
    return customer or who


def _former(connection: Connection, customer: str) -> str | None:
    doubted = select(doubts.c.former).where(doubts.c.customer_id == customer)
    former: str | None = connection.execute(doubted).scalar_one_or_none()
    return former


def _write_down(connection: Connection, customer: str, proved: Proved, now: datetime) -> str:
    """What was proved, once, in the register; the number. Raises NotGiven when they went meanwhile."""
    connection.execute(select(customers.c.id).where(customers.c.id == customer).with_for_update())
    if _former(connection, customer) is None:
        raise NotGiven("not_apart")
    number = _written(connection, customer)
    if number is None:
        number = enter(connection, customer, "access", now, level="L2", state="identity_pending")
        move(connection, number, "in_progress", now, f"{PROVED}{proved}")
    return number


def _written(connection: Connection, *people: str) -> str | None:
    """The newest line of the register about something proved of one of these, unless nothing came of it."""
    proved = exists().where(
        request_history.c.request_id == privacy_requests.c.id, request_history.c.why.startswith(PROVED)
    )
    number: str | None = (
        connection.execute(
            select(privacy_requests.c.id)
            .where(
                privacy_requests.c.customer_id.in_(people), proved, privacy_requests.c.state != "cancelled"
            )
            .order_by(privacy_requests.c.at.desc())
            .limit(1)
        )
        .scalars()
        .first()
    )
    return number


def _apart(connection: Connection) -> list[Apart]:
    rows = connection.execute(select(doubts).order_by(doubts.c.at.desc()).limit(MOST)).all()
    return [
        Apart(
            row.customer_id,
            row.former,
            row.why,
            row.at,
            tuple(
                connection.execute(
                    select(cases.c.id)
                    .where(cases.c.customer_id == row.customer_id, cases.c.state == "open")
                    .order_by(cases.c.id)
                ).scalars()
            ),
        )
        for row in rows
    ]
