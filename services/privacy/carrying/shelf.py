"""Where copies wait to be carried away: one at a time for each customer, sealed by their key, for three days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, func, select, update

from services.clock import Clock
from services.privacy.facts.policy import PERIODS
from services.storage import Storage
from services.storage.app import chats
from services.storage.copies import copies
from services.storage.upsert import insert_new

#: Copies that one customer may ask for within a day.
MOST_A_DAY = 5
DAY = timedelta(days=1)
KEPT = timedelta(hours=PERIODS["copy"].count or 0)
#: States in which there is something to hand over.
THERE = ("ready", "handed")
#: Rows that go at once when their time is over.
BATCH = 500


@dataclass(frozen=True)
class Wanted:
    """A copy that somebody asked for, before it exists."""

    id: str
    customer: str
    chat: str
    locale: str


@dataclass(frozen=True)
class Kept:
    """A copy as it stands there; `content` is still sealed."""

    id: str
    customer: str
    chat: str
    request: str
    locale: str
    state: str
    content: bytes | None
    size: int
    at: datetime
    until: datetime


class Shelf:
    """Reads and changes copies. Every change names the state that it leaves."""

    def __init__(self, app: Storage, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def ask(
        self, wanted: Wanted, request: str, start: Callable[[Connection, str], None]
    ) -> Kept | None:
        """A new copy, which `start` begins; while one is being built, or after enough for a day, the one that there is.

        None: that was enough, and nothing is there.
        """
        now = self._clock.now()

        def work(connection: Connection) -> Kept | None:
            found = connection.execute(_current(wanted, now)).first()
            if found is not None and (found.state == "building" or found.id == wanted.id):
                return _kept(found)
            today = select(func.count()).where(
                copies.c.customer_id == wanted.customer, copies.c.at > now - DAY
            )
            if connection.execute(today).scalar_one() >= MOST_A_DAY:
                return None if found is None else _kept(found)
            _empty(connection, copies.c.customer_id == wanted.customer)
            row = {
                "id": wanted.id,
                "customer_id": wanted.customer,
                "chat_id": wanted.chat,
                "request": request,
                "locale": wanted.locale,
                "state": "building",
                "at": now,
                "until": now + KEPT,
            }
            if insert_new(connection, copies, **row):
                start(connection, wanted.id)
            return _kept(connection.execute(_shown().where(copies.c.id == wanted.id)).one())

        return await self._app.transaction(work)

    async def of(self, copy: str, *, whole: bool = False) -> Kept | None:
        """A copy by its id, with its content where it is asked for; None when there is none."""
        query = _shown(whole=whole).where(copies.c.id == copy)
        row = await self._app.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else _kept(row)

    async def untold(self, customer: str) -> list[str]:
        """Copies that are ready, and that nobody could be told of yet."""
        query = select(copies.c.id).where(
            copies.c.customer_id == customer, copies.c.state == "ready", copies.c.until > self._clock.now()
        )
        return await self._app.read(lambda connection: list(connection.execute(query).scalars()))

    async def put(self, copy: str, content: bytes, size: int) -> bool:
        """Building → ready; False when it is wanted no more."""
        return await self._move(copy, ("building",), state="ready", content=content, size=size)

    async def handed(self, copy: str) -> bool:
        """Ready → handed."""
        return await self._move(copy, ("ready",), state="handed")

    async def give_up(self, copy: str) -> bool:
        """It cannot be built any more."""
        return await self._move(copy, ("building",), state="gone")

    async def link(self, copy: str, secret: str) -> bool:
        """Let it be taken once by whoever knows the secret; False when it is gone."""
        return await self._move(copy, THERE, link=_hash(secret))

    async def find(self, secret: str) -> Kept | None:
        """The copy that can be taken with this secret just now. Looking changes nothing."""
        query = _shown().where(self._takeable(secret))
        row = await self._app.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else _kept(row)

    async def take(self, secret: str) -> Kept | None:
        """The same with its content, which is taken by that: a second time there is nothing."""

        def work(connection: Connection) -> Kept | None:
            row = connection.execute(_shown(whole=True).where(self._takeable(secret))).one_or_none()
            if row is None or not _empty(connection, and_(copies.c.id == row.id, copies.c.state.in_(THERE))):
                return None
            return _kept(row)

        return await self._app.transaction(work)

    async def revoke(self, customer: str) -> None:
        """No copy and no link of this customer is good any more."""
        await self._app.transaction(
            lambda connection: _empty(connection, copies.c.customer_id == customer),
        )

    async def forget(self) -> int:
        """Delete what has outlived its time; how many there were."""
        over = select(copies.c.id).where(copies.c.until <= self._clock.now()).limit(BATCH)
        return await self._app.transaction(
            lambda connection: connection.execute(delete(copies).where(copies.c.id.in_(over))).rowcount
        )

    def _takeable(self, secret: str) -> Any:
        """Still there, still in time, and the chat still belongs to whom the copy is about."""
        theirs = select(chats.c.id).where(
            chats.c.id == copies.c.chat_id, chats.c.customer_id == copies.c.customer_id
        )
        return and_(
            copies.c.link == _hash(secret),
            copies.c.state.in_(THERE),
            copies.c.until > self._clock.now(),
            theirs.exists(),
        )

    async def _move(self, copy: str, was: tuple[str, ...], **values: Any) -> bool:
        changed = update(copies).where(copies.c.id == copy, copies.c.state.in_(was)).values(values)
        return await self._app.transaction(lambda connection: connection.execute(changed).rowcount == 1)


def _empty(connection: Connection, which: Any) -> bool:
    gone = update(copies).where(which).values(state="gone", content=None, link=None)
    return connection.execute(gone).rowcount > 0


def _current(wanted: Wanted, now: datetime) -> Select[Any]:
    return (
        _shown()
        .where(
            copies.c.customer_id == wanted.customer,
            copies.c.chat_id == wanted.chat,
            copies.c.state.in_(("building", *THERE)),
            copies.c.until > now,
        )
        .order_by(copies.c.at.desc())
    )


def _shown(*, whole: bool = False) -> Select[Any]:
    """Rows, without their content unless `whole`: it is large."""
    return select(*(column for column in copies.c if whole or column.name != "content"))


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        row.id,
        row.customer_id,
        row.chat_id,
        row.request,
        row.locale,
        row.state,
        getattr(row, "content", None),
        row.size or 0,
        row.at,
        row.until,
    )


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
