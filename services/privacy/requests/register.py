"""The register of people who exercise their rights: what was asked, until when it is due, what became of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, Select, delete, insert, select, update

from services.clock import Clock
from services.privacy.requests.deadlines import due
from services.privacy.requests.states import ENDS, LEADS_TO, OPEN, Intake, Kind, Level, State
from services.storage import Storage
from services.storage.app import customers, privacy_requests
from services.storage.rights import request_contacts, request_history
from services.storage.upsert import insert_new

#: Letters of a request's number: none that is read as another one.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
#: What the person hears of an erasure's end: no more is said to them, and where to say it is forgotten then.
LAST_WORDS: frozenset[State] = ENDS | {"awaiting_processors"}
#: Asking again within this time for what was done at once is the same request.
SAME = timedelta(hours=24)
#: Numbers tried before giving up; one in hundreds of millions is taken.
_TRIES = 5


@dataclass(frozen=True)
class Request:
    """One line of the register. Without `customer`: a letter of somebody whom nobody has recognized yet."""

    number: str
    customer: str | None
    kind: Kind
    state: State
    intake: Intake
    level: Level
    at: datetime
    due_at: datetime
    suspended_at: datetime | None
    extended_at: datetime | None
    outcome: State | None
    merged_into: str | None

    @property
    def is_open(self) -> bool:
        """Whether it still has to be answered."""
        return self.state in OPEN


class Requests:
    """Notes requests, moves them on, and finds them again by their number."""

    def __init__(self, app: Storage, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def asked(self, customer: str, kind: Kind) -> str:
        """The number of a customer's request from their own chat: a new one, or the same that is still open."""
        now = self._clock.now()

        def work(connection: Connection) -> str:
            return open_like(connection, customer, kind) or enter(connection, customer, kind, now)

        return await self._app.transaction(work)

    async def export_asked(self, customer: str) -> str:
        """The number of a request for a copy: a new one, or today's."""
        return await self._today(customer, "access", "", "in_progress")

    async def done(self, customer: str, kind: Kind, why: str) -> str:
        """Note what was asked and done in one breath; its number, the same for what is done again on that day."""
        return await self._today(customer, kind, why, "answered")

    async def move(self, number: str, state: State, why: str = "", *, tell: bool = False) -> bool:
        """A request goes on; False where it cannot go there from where it is. `tell`: the person is to hear of it."""
        now = self._clock.now()
        return await self._app.transaction(
            lambda connection: move(connection, number, state, now, why, tell=tell)
        )

    async def find(self, number: str) -> Request | None:
        """The request of that number, however it was typed."""
        wanted = _one(number.strip().upper())
        row = await self._app.read(lambda connection: connection.execute(wanted).one_or_none())
        return None if row is None else as_request(row)

    async def state(self, number: str) -> State | None:
        """How far a request is, or None when there is none of that number."""
        found = await self.find(number)
        return None if found is None else found.state

    async def open_ones(self, most: int = 500) -> list[Request]:
        """What has to be answered yet, the most urgent first."""
        wanted = (
            select(privacy_requests)
            .where(privacy_requests.c.state.in_(OPEN))
            .order_by(privacy_requests.c.due_at, privacy_requests.c.id)
            .limit(most)
        )
        rows = await self._app.read(lambda connection: connection.execute(wanted).all())
        return [as_request(row) for row in rows]

    async def history(self, number: str) -> list[tuple[datetime, str, str, str]]:
        """(when, from what, to what, why: a code), the oldest first."""
        wanted = (
            select(request_history)
            .where(request_history.c.request_id == number)
            .order_by(request_history.c.seq)
        )
        rows = await self._app.read(lambda connection: connection.execute(wanted).all())
        return [(row.at, row.was, row.now, row.why) for row in rows]

    async def _today(self, customer: str, kind: Kind, why: str, state: State) -> str:
        now = self._clock.now()

        def work(connection: Connection) -> str:
            connection.execute(select(customers.c.id).where(customers.c.id == customer).with_for_update())
            known: str | None = (
                connection.execute(
                    _of(customer, kind)
                    .where(privacy_requests.c.at > now - SAME, privacy_requests.c.merged_into.is_(None))
                    .order_by(privacy_requests.c.at)
                )
                .scalars()
                .first()
            )
            if known is not None:
                _also(connection, known, state, now, why)
                return known
            number = enter(connection, customer, kind, now)
            if state != "in_progress":
                move(connection, number, state, now, why)
            return number

        return await self._app.transaction(work)


def enter(
    connection: Connection,
    customer: str | None,
    kind: Kind,
    at: datetime,
    *,
    intake: Intake = "chat",
    level: Level = "L0",
    state: State = "in_progress",
) -> str:
    """Write a new request down; its number. `at`: when it reached us, from which its time runs."""
    fresh = (new_number() for _ in range(_TRIES))
    values: dict[str, Any] = {"intake": intake, "level": level, "state": state}
    return next(one for one in fresh if note(connection, one, customer, kind, at, **values))


def note(
    connection: Connection, number: str, customer: str | None, kind: Kind, at: datetime, **values: Any
) -> bool:
    """Write a request down under a given number; False when the number is taken."""
    row = {"state": "in_progress", "customer_id": customer, "kind": kind, "at": at, "due_at": due(at)}
    if not insert_new(connection, privacy_requests, id=number, **row | values):
        return False
    _remember(connection, number, "", values.get("state", "in_progress"), at)
    return True


def move(
    connection: Connection, number: str, to: State, now: datetime, why: str = "", *, tell: bool = False
) -> bool:
    """Move a request on, in the transaction of what moves it; False where it cannot go there from where it is."""
    row = connection.execute(_one(number).with_for_update()).one_or_none()
    if row is None or to not in LEADS_TO[cast("State", row.state)]:
        return False
    values: dict[str, Any] = {"state": to, "suspended_at": now if to == "suspended" else None}
    if row.state == "suspended":
        # Exactly the days for which the clock stood still are added.
        values["due_at"] = row.due_at + (now - row.suspended_at)
    if to in ENDS:
        values |= {"outcome": to, "closed_at": now}
    changed = connection.execute(
        update(privacy_requests)
        .where(privacy_requests.c.id == number, privacy_requests.c.state == row.state)
        .values(values)
    ).rowcount
    if changed:
        _remember(connection, number, row.state, to, now, why, tell=tell or _is_last_word(row, to))
        if to == "closed":
            forget_contact(connection, number)
    return bool(changed)


def merge(connection: Connection, number: str, into: str, now: datetime) -> bool:
    """A request goes on as another one; False where it cannot from where it is."""
    if not move(connection, number, "merged", now, "same_open"):
        return False
    found = update(privacy_requests).where(privacy_requests.c.id == number)
    connection.execute(found.values(merged_into=into))
    return True


def open_like(connection: Connection, customer: str, kind: Kind) -> str | None:
    """The number of a customer's open request of that kind, the oldest. Two who ask at once ask in turn."""
    connection.execute(select(customers.c.id).where(customers.c.id == customer).with_for_update())
    wanted = _of(customer, kind).where(privacy_requests.c.state.in_(OPEN)).order_by(privacy_requests.c.at)
    number: str | None = connection.execute(wanted).scalars().first()
    return number


def as_request(row: Any) -> Request:
    """A row of the register as a value."""
    return Request(
        row.id,
        row.customer_id,
        row.kind,
        row.state,
        row.intake,
        row.level,
        row.at,
        row.due_at,
        row.suspended_at,
        row.extended_at,
        row.outcome,
        row.merged_into,
    )


def new_number() -> str:
    """ "R-" and six characters that nobody misreads."""
    return "R-" + "".join(secrets.choice(_LETTERS) for _ in range(6))


def forget_contact(connection: Connection, number: str) -> None:
    """Who wrote, and where they live, is not needed any more."""
    connection.execute(delete(request_contacts).where(request_contacts.c.request_id == number))


def remember_extension(connection: Connection, number: str, state: State, now: datetime, why: str) -> None:
    """An extension is no state, and has its line in the history all the same; the person is to hear of it."""
    _remember(connection, number, state, "extended", now, why, tell=True)


def _remember(
    connection: Connection,
    number: str,
    was: str,
    now: str,
    at: datetime,
    why: str = "",
    *,
    tell: bool = False,
) -> None:
    connection.execute(
        insert(request_history).values(
            request_id=number, was=was, now=now, why=why, at=at, tell="due" if tell else ""
        )
    )


def _is_last_word(row: Any, to: State) -> bool:
    """The end of an erasure that was asked for by letter is told where the letter said; chats hear it on their own.

    It is the end when our stores are clean: the law's month does not wait for partners, who may take longer.
    """
    clean = row.state == "awaiting_processors"
    return row.kind == "erasure" and row.intake != "chat" and not clean and to in LAST_WORDS


def _also(connection: Connection, number: str, state: State, at: datetime, why: str) -> None:
    """What else was done under a number, each thing once."""
    same = request_history.c.request_id == number, request_history.c.why == why
    if why and connection.execute(select(request_history.c.seq).where(*same)).first() is None:
        _remember(connection, number, state, state, at, why)


def _one(number: str) -> Select[Any]:
    return select(privacy_requests).where(privacy_requests.c.id == number)


def _of(customer: str, kind: Kind) -> Select[Any]:
    return select(privacy_requests.c.id).where(
        privacy_requests.c.customer_id == customer, privacy_requests.c.kind == kind
    )
