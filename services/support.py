"""Requests for a person: opened, carried to the staff and back, closed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, insert, select, update

from services.clock import Clock
from services.news import CaseClosed, PersonSays, Voice
from services.storage import Storage
from services.storage.app import case_messages, cases
from services.storage.sealing import Vault
from services.storage.upsert import insert_new

log = structlog.get_logger()

#: Without a word from either side for this long, a case is over.
SILENCE = timedelta(hours=24)


@dataclass(frozen=True)
class Hours:
    """When somebody answers, and how soon: shown to whoever asks for a person."""

    #: "9:00–18:00, Monday to Friday" in any form the operator likes; shown as it is.
    open: str = "9:00–19:00 (Europe/Paris)"
    wait_minutes: int = 30


@dataclass(frozen=True)
class Case:
    """One request for a person."""

    id: str
    customer: str
    chat: str
    state: str
    last_at: datetime


@dataclass(frozen=True)
class CaseFile:
    """For the staff: who writes (by channel only), what is wrong, what we know of the line."""

    case: str
    channel: str
    locale: str
    words: str
    facts: tuple[str, ...] = ()
    content: bytes | None = None
    mime: str = ""


class Support:
    """Carries words between travellers and staff. What was said is kept under the traveller's key."""

    def __init__(self, app: Storage, vault: Vault, clock: Clock, voice: Voice, hours: Hours) -> None:
        self._app = app
        self._vault = vault
        self._clock = clock
        self._voice = voice
        self.hours = hours

    async def open_case(self, customer: str, chat: str) -> Case:
        """The open case of a chat; a new one when there is none."""
        now = self._clock.now()
        number = f"C{secrets.token_hex(4).upper()}"

        def work(connection: Connection) -> Any:
            row = connection.execute(
                select(cases).where(
                    cases.c.chat_id == chat, cases.c.state == "open", cases.c.last_at > now - SILENCE
                )
            ).first()
            if row is not None:
                return row
            connection.execute(
                insert(cases).values(
                    id=number, customer_id=customer, chat_id=chat, state="open", opened_at=now, last_at=now
                )
            )
            return connection.execute(select(cases).where(cases.c.id == number)).one()

        return _case(await self._app.transaction(work))

    async def pass_on(self, file: CaseFile, event: str) -> bool:
        """Give the staff a traveller's words, once for each event. False when the staff chat cannot be reached."""
        case = await self._get(file.case)
        if case is None:
            return False
        if not await self._begin(case, event, "traveller", file.words):
            return True
        message = await self._voice.tell_staff(file)
        if message is None:
            await self._app.transaction(
                lambda connection: connection.execute(
                    update(case_messages).where(case_messages.c.event_id == event).values(event_id=None)
                )
            )
            return False
        await self._app.transaction(
            lambda connection: connection.execute(
                update(case_messages).where(case_messages.c.event_id == event).values(staff_message=message)
            )
        )
        return True

    async def answer(self, reply_to: str, words: str, event: str, content: bytes | None, mime: str) -> str:
        """A member of staff replies to a message: "told", "unreachable", "again", "closed" or "unknown"."""
        case = await self._behind(reply_to)
        if case is None:
            return "unknown"
        if case.state != "open":
            return "closed"
        await self._begin(case, event, "staff", words, staff_message=None)
        told = await self._voice.tell(case.chat, PersonSays(case.id, words, content, mime), f"person:{event}")
        return told.state

    async def close(self, reply_to: str) -> str:
        """A member of staff ends a case: "closed" or "unknown"."""
        case = await self._behind(reply_to)
        if case is None:
            return "unknown"
        await self._close(case)
        return "closed"

    async def leave(self, case: str) -> None:
        """The traveller ends the case."""
        await self._app.transaction(
            lambda connection: connection.execute(
                update(cases).where(cases.c.id == case).values(state="closed")
            )
        )

    async def close_silent(self) -> int:
        """End the cases in which nobody spoke for a day; how many there were."""
        due = self._clock.now() - SILENCE
        rows = await self._app.read(
            lambda connection: connection.execute(
                select(cases).where(cases.c.state == "open", cases.c.last_at < due).limit(200)
            ).all()
        )
        for row in rows:
            await self.leave(row.id)
        return len(rows)

    async def staff_copies(self, customer: str) -> list[str]:
        """The staff chat's messages that hold a customer's words."""
        return await self._app.read(
            lambda connection: [
                message
                for message in connection.execute(
                    select(case_messages.c.staff_message)
                    .join(cases, cases.c.id == case_messages.c.case_id)
                    .where(cases.c.customer_id == customer, case_messages.c.staff_message.is_not(None))
                ).scalars()
                if message is not None
            ]
        )

    async def _close(self, case: Case) -> None:
        await self.leave(case.id)
        await self._voice.tell(case.chat, CaseClosed(case.id), f"case-closed:{case.id}")

    async def _begin(
        self, case: Case, event: str, who: str, words: str, staff_message: str | None = None
    ) -> bool:
        sealer = await self._vault.sealer(case.customer)
        now = self._clock.now()
        body = sealer.seal(words, f"case_messages:body:{case.id}")

        def work(connection: Connection) -> bool:
            connection.execute(update(cases).where(cases.c.id == case.id).values(last_at=now))
            return insert_new(
                connection,
                case_messages,
                case_id=case.id,
                event_id=event,
                staff_message=staff_message,
                who=who,
                body=body,
                at=now,
            )

        return await self._app.transaction(work)

    async def _behind(self, staff_message: str) -> Case | None:
        row = await self._app.read(
            lambda connection: connection.execute(
                select(cases)
                .join(case_messages, case_messages.c.case_id == cases.c.id)
                .where(case_messages.c.staff_message == staff_message)
            ).first()
        )
        return None if row is None else _case(row)

    async def _get(self, case: str) -> Case | None:
        row = await self._app.read(
            lambda connection: connection.execute(select(cases).where(cases.c.id == case)).one_or_none()
        )
        return None if row is None else _case(row)


def _case(row: Any) -> Case:
    return Case(row.id, row.customer_id, row.chat_id, row.state, row.last_at)
