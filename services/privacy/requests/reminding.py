"""What requests ask for by themselves: an alarm when their time runs out, a word to whoever asked, an end to old files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from services.clock import Clock
from services.mailer import Mailer, MailError
from services.news import Alarm, RequestMoved, Voice
from services.privacy.requests.intake import Contact, Letters
from services.privacy.requests.register import LAST_WORDS, forget_contact, move
from services.privacy.requests.states import ENDS, OPEN
from services.storage import Storage
from services.storage.app import chats, privacy_requests
from services.storage.rights import request_history

#: Before the due date the operator hears of a request twice, and once more when it was missed.
WARNINGS = (
    ("request_overdue", timedelta(0)),
    ("request_due_3", timedelta(days=3)),
    ("request_due_10", timedelta(days=10)),
)
#: An answered file stays open for so long for whoever asks back; then it is closed.
ASKING_BACK = timedelta(days=30)
#: Requests in one run; the others in the next.
MOST = 200
#: Whoever could not be reached for so long gets a letter.
PATIENCE = timedelta(days=2)


class Reminding:
    """A sweep for every few minutes. Whatever it does may be repeated."""

    def __init__(self, app: Storage, letters: Letters, mailer: Mailer, clock: Clock, voice: Voice) -> None:
        self._app = app
        self._letters = letters
        self._mailer = mailer
        self._clock = clock
        self._voice = voice

    async def sweep(self) -> None:
        """Warn, tell, close."""
        await self._warn()
        for row in await self._app.read(_untold):
            await self._tell(row)
        await self._close()

    async def _warn(self) -> None:
        """One alarm for each request: the most urgent. Alarms know by themselves what was told before."""
        now = self._clock.now()
        wanted = (
            select(privacy_requests.c.id, privacy_requests.c.due_at)
            .where(
                privacy_requests.c.state.in_(OPEN),
                # Whose data are gone has the answer; whom else we tell takes its own time.
                privacy_requests.c.state.not_in(("suspended", "awaiting_processors")),
                privacy_requests.c.due_at <= now + WARNINGS[-1][1],
            )
            .order_by(privacy_requests.c.due_at)
            .limit(MOST)
        )
        for row in await self._app.read(lambda connection: connection.execute(wanted).all()):
            cause = next(cause for cause, left in WARNINGS if row.due_at <= now + left)
            await self._voice.alarm(Alarm(cause, row.id))

    async def catch_up(self, customer: str) -> None:
        """Whom only a template could reach has written: now they hear the rest."""
        theirs = select(privacy_requests.c.id).where(privacy_requests.c.customer_id == customer)
        await self._app.transaction(
            lambda connection: connection.execute(
                update(request_history)
                .where(request_history.c.tell == "announced", request_history.c.request_id.in_(theirs))
                .values(tell="again")
            )
        )

    async def _tell(self, row: Any) -> None:
        """In the chats of whoever asked; else by mail where that is how they wrote; else it takes a letter."""
        item = RequestMoved(row.request_id, row.now, row.why, row.due_at)
        spoken = await self._app.read(lambda connection: _chats_of(connection, row.customer_id))
        # What follows on a template is said under a key of its own.
        told = [
            (await self._voice.tell(chat, item, f"request:{row.seq}:{row.tell}:{chat}")).state
            for chat in spoken
        ]
        if "told" in told:
            await self._settle(row)
        elif "announced" in told:
            await self._settle(row, "announced")
        elif "again" not in told or self._clock.now() - row.at > PATIENCE:
            await self._write(row, item)

    async def _write(self, row: Any, item: RequestMoved) -> None:
        contact = await self._letters.contact(row.request_id)
        if contact is None and row.intake == "chat":
            # Nobody is there any more to hear it.
            await self._settle(row)
        elif contact is None or not contact.by_mail or not self._mailer.ready:
            await self._by_hand(row)
        elif await self._settle(row, keep_contact=True):
            await self._mail(row, contact, item)

    async def _mail(self, row: Any, contact: Contact, item: RequestMoved) -> None:
        """Once: whether a mail that failed arrived all the same, nobody knows, so a person takes over."""
        letter = await self._voice.write(contact.locale, item)
        try:
            await self._mailer.send(contact.reach, letter)
        except MailError:
            await self._by_hand(row)
        else:
            await self._app.transaction(lambda connection: _forget_of_erased(connection, row))

    async def _by_hand(self, row: Any) -> None:
        """The operator writes a letter, and closes the file."""
        await self._voice.alarm(Alarm("letter_due", row.request_id))
        await self._settle(row, keep_contact=True)

    async def _settle(self, row: Any, state: str = "", *, keep_contact: bool = False) -> bool:
        """Note that they know; False when another process was faster."""

        def work(connection: Connection) -> bool:
            changed = connection.execute(
                update(request_history)
                .where(request_history.c.seq == row.seq, request_history.c.tell == row.tell)
                .values(tell=state)
            ).rowcount
            if changed and not keep_contact:
                _forget_of_erased(connection, row)
            return bool(changed)

        return await self._app.transaction(work)

    async def _close(self) -> None:
        now = self._clock.now()
        answered = (
            select(privacy_requests.c.id)
            .where(privacy_requests.c.state.in_(ENDS), privacy_requests.c.closed_at < now - ASKING_BACK)
            .limit(MOST)
        )

        def work(connection: Connection) -> None:
            for number in connection.execute(answered).scalars().all():
                move(connection, number, "closed", now, "nobody_asked_back")

        await self._app.transaction(work)


def _untold(connection: Connection) -> Sequence[Any]:
    return connection.execute(
        select(
            request_history,
            privacy_requests.c.customer_id,
            privacy_requests.c.intake,
            privacy_requests.c.kind,
            privacy_requests.c.due_at,
        )
        .join(privacy_requests, privacy_requests.c.id == request_history.c.request_id)
        .where(request_history.c.tell.in_(("due", "again")))
        .order_by(request_history.c.seq)
        .limit(MOST)
    ).all()


def _chats_of(connection: Connection, customer: str | None) -> Sequence[str]:
    wanted = select(chats.c.id).where(chats.c.customer_id == customer)
    return connection.execute(wanted).scalars().all() if customer else ()


def _forget_of_erased(connection: Connection, row: Any) -> None:
    """Of whoever was erased nothing stays beyond the last word."""
    if row.kind == "erasure" and row.now in LAST_WORDS:
        forget_contact(connection, row.request_id)
