"""Messages that matter, until the platform has said what became of them: told is what arrived, not what was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import Connection, func, select, update

from services.clock import Clock, Waits
from services.storage import Storage
from services.storage.app import chats, dispatches
from services.storage.upsert import insert_new

#: How long a platform may take to say what became of a message, in seconds.
SILENCE = 60.0
ARRIVED = ("sent", "delivered", "read")
#: What a platform calls "free text is not allowed now" and "cannot be reached".
WINDOW_CLOSED, UNDELIVERABLE = "131047", "131026"
#: A receipt that came before we noted its message is about nothing yet.
NOTHING = ""


def announcement(about: str) -> str:
    """What a template is about that says only that there is news."""
    return f"announced:{about}"


@dataclass(frozen=True)
class Arrival:
    """What became of a message: what it was about, and whether it got there."""

    about: str
    arrived: bool


class Dispatches:
    """Notes messages in the commit that counts them as told, and follows their receipts."""

    def __init__(self, app: Storage, clock: Clock, waits: Waits) -> None:
        self._app = app
        self._clock = clock
        self._waits = waits

    def noting(self, chat: str, about: str) -> Callable[[Connection, str, bool], None]:
        """For `Voice.tell`: note the message (keyed hash) in its commit, or what its receipt said before."""

        def work(connection: Connection, message: str, announced: bool) -> None:
            subject = announcement(about) if announced else about
            if insert_new(
                connection,
                dispatches,
                message=message,
                chat_id=chat,
                about=subject,
                state="accepted",
                at=self._clock.now(),
            ):
                return
            connection.execute(
                update(dispatches).where(dispatches.c.message == message).values(chat_id=chat, about=subject)
            )
            early = connection.execute(select(dispatches).where(dispatches.c.message == message)).one()
            if early.state == "failed":
                _follow_failure(connection, chat, early.code or "")

        return work

    async def tries(self, about: str) -> int:
        """How many messages about it got lost, announcements too: the next one is told under another key."""
        return await self._app.read(
            lambda connection: connection.execute(
                select(func.count()).where(
                    dispatches.c.about.in_((about, announcement(about))),
                    dispatches.c.state.in_(("failed", "silent")),
                )
            ).scalar_one()
        )

    async def arrived(self, *about: str) -> bool:
        """Wait until a message about it arrived, or all of them are lost. True where nothing says otherwise."""
        until = monotonic() + self._waits(SILENCE, floor=8.0)
        while True:
            states = await self._states(*about)
            if not states or any(state in ARRIVED for state in states):
                return True
            if "accepted" not in states:
                return False
            if monotonic() > until:
                await self._give_up(*about)
                return False
            await asyncio.sleep(0.1)

    async def any_arrived(self, about: str) -> bool:
        """Whether one message that shows it is known to have arrived; an announcement does not."""
        return any(state in ARRIVED for state in await self._states(about))

    async def receipt(self, message: str, state: str, code: str) -> Arrival | None:
        """A platform says what became of a message (keyed hash). None: it is about nothing that matters, yet."""

        def work(connection: Connection) -> Arrival | None:
            if insert_new(
                connection,
                dispatches,
                message=message,
                chat_id=NOTHING,
                about=NOTHING,
                state=state,
                code=code,
                at=self._clock.now(),
            ):
                return None
            row = connection.execute(select(dispatches).where(dispatches.c.message == message)).one()
            if row.state in ARRIVED and state in ARRIVED:
                return None
            connection.execute(
                update(dispatches).where(dispatches.c.message == message).values(state=state, code=code)
            )
            if row.about == NOTHING:
                return None
            if state == "failed":
                _follow_failure(connection, row.chat_id, code)
            return Arrival(row.about, state in ARRIVED)

        return await self._app.together(work)

    async def _states(self, *about: str) -> list[str]:
        return await self._app.read(
            lambda connection: list(
                connection.execute(select(dispatches.c.state).where(dispatches.c.about.in_(about))).scalars()
            )
        )

    async def _give_up(self, *about: str) -> None:
        await self._app.transaction(
            lambda connection: connection.execute(
                update(dispatches)
                .where(dispatches.c.about.in_(about), dispatches.c.state == "accepted")
                .values(state="silent")
            )
        )


def _follow_failure(connection: Connection, chat: str, code: str) -> None:
    """What the platform's reason means for everything else that we want to say there."""
    if code == WINDOW_CLOSED:
        connection.execute(update(chats).where(chats.c.id == chat).values(said_at=None))
    elif code == UNDELIVERABLE:
        connection.execute(update(chats).where(chats.c.id == chat).values(blocked=True))
