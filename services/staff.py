"""Who of the shop's own people may do what: commands of the staff chat, confirmed by their author, and written down."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, update

from services.clock import Clock
from services.storage import Storage
from services.storage.desk import staff_acts
from services.storage.sealing import Secrets

#: A command that changes something waits so long for its "/yes".
CONFIRM_WITHIN = timedelta(minutes=10)
#: The record is kept for half a year, and never holds more rows than this.
KEPT = timedelta(days=183)
MOST_ACTS = 50_000
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LONGEST = 128


@dataclass(frozen=True)
class Confirmed:
    """What became of a "/yes": the command to carry out, or why it is none."""

    state: Literal["now", "done", "late", "unknown"]
    command: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Act:
    """One line of the record. `member`: Telegram's id of who it was."""

    at: datetime
    member: str
    command: str
    state: str
    outcome: str


class Staff:
    """Checks and records. `members`: Telegram's ids of who may give commands; empty: everybody in the staff chat."""

    def __init__(self, app: Storage, secrets_: Secrets, clock: Clock, members: Collection[str]) -> None:
        self._app = app
        self._secrets = secrets_
        self._clock = clock
        self._members = frozenset(members)

    def may(self, member: str) -> bool:
        """Whether this member may give commands. Whoever hides behind the group may not."""
        return bool(member) and (not self._members or member in self._members)

    async def did(self, member: str, command: str, state: str, outcome: str = "") -> None:
        """Write down what was done at once, or refused."""
        await self._write(member, command, state, outcome)

    async def ask(self, member: str, command: str) -> str:
        """Keep a command until its author confirms it; the code to confirm it by."""
        return await self._write(member, command, "asked")

    async def confirm(self, member: str, code: str) -> Confirmed:
        """A "/yes": only by whoever gave the command, and soon."""
        who, now = self._hash(member), self._clock.now()

        def work(connection: Connection) -> Confirmed:
            row = connection.execute(
                select(staff_acts).where(staff_acts.c.code == code, staff_acts.c.member_hash == who)
            ).one_or_none()
            if row is None or row.state not in ("asked", "begun", "done"):
                return Confirmed("unknown")
            if row.state == "done":
                return Confirmed("done", row.command, row.outcome or "")
            if row.state == "asked" and now - row.at > CONFIRM_WITHIN:
                return Confirmed("late")
            # Begun and not done: the process died in between. What it does bears repetition under this code.
            connection.execute(update(staff_acts).where(staff_acts.c.code == code).values(state="begun"))
            return Confirmed("now", row.command)

        return await self._app.transaction(work)

    async def done(self, code: str, outcome: str) -> None:
        """A confirmed command was carried out."""
        now = self._clock.now()
        await self._app.transaction(
            lambda connection: connection.execute(
                update(staff_acts)
                .where(staff_acts.c.code == code, staff_acts.c.state == "begun")
                .values(state="done", outcome=outcome[:255], done_at=now)
            )
        )

    async def record(self, most: int = 50) -> list[Act]:
        """What was done, the newest first."""
        rows = await self._app.read(
            lambda connection: connection.execute(
                select(staff_acts).order_by(staff_acts.c.at.desc()).limit(most)
            ).all()
        )
        return [Act(row.at, self._opened(row), row.command, row.state, row.outcome or "") for row in rows]

    async def forget(self) -> None:
        """Drop what is older than its period, and the oldest beyond the bound."""
        limit = self._clock.now() - KEPT

        def work(connection: Connection) -> None:
            connection.execute(delete(staff_acts).where(staff_acts.c.at < limit))
            beyond = connection.execute(
                select(staff_acts.c.at).order_by(staff_acts.c.at.desc()).offset(MOST_ACTS).limit(1)
            ).scalar_one_or_none()
            if beyond is not None:
                connection.execute(delete(staff_acts).where(staff_acts.c.at <= beyond))

        await self._app.transaction(work)

    async def _write(self, member: str, command: str, state: str, outcome: str = "") -> str:
        code = "".join(secrets.choice(_LETTERS) for _ in range(8))
        row = {
            "code": code,
            "member": self._secrets.house.seal(member, f"staff_acts:member:{code}"),
            "member_hash": self._hash(member),
            "command": command[:LONGEST],
            "state": state,
            "outcome": outcome[:255],
            "at": self._clock.now(),
        }
        await self._app.transaction(lambda connection: connection.execute(insert(staff_acts).values(**row)))
        return code

    def _hash(self, member: str) -> str:
        return self._secrets.hash("staff", member)

    def _opened(self, row: Any) -> str:
        return self._secrets.house.words(row.member, f"staff_acts:member:{row.code}") or ""
