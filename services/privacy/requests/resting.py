"""What a pause asks for by itself: nothing can be paid any more, and its owner hears before it ends (art. 18(3))."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Connection, select, update

from services.clock import Clock
from services.news import Alarm, UseResumes, Voice
from services.payments import PaymentError
from services.privacy.erasing.others import OpenCheckouts
from services.privacy.requests.pausing import NOTICE, OVER, resting
from services.storage import Storage
from services.storage.app import chats, checkouts, customers, orders

log = structlog.get_logger()

#: Pauses that end, looked at in one run.
MOST = 200


class Resting:
    """A sweep for every few minutes. Whatever it does may be repeated."""

    def __init__(self, app: Storage, checkouts: OpenCheckouts, clock: Clock, voice: Voice) -> None:
        self._app = app
        self._checkouts = checkouts
        self._clock = clock
        self._voice = voice

    async def sweep(self) -> None:
        """Close what could still be paid; give notice of what ends; end what was given notice of in time."""
        for customer in await self._app.read(_could_pay):
            try:
                await self._checkouts.cancel_open(customer)
            except PaymentError as error:
                log.info("checkouts not closed yet", reason=error.reason)
        for row in await self._app.read(_ending):
            if row.resume_told_at is None:
                await self._give_notice(row)
        now = self._clock.now()
        told = customers.c.resume_told_at.is_not(None) & (customers.c.resumes_at <= now)
        await self._app.transaction(
            lambda connection: connection.execute(update(customers).where(told).values(OVER))
        )

    async def _give_notice(self, row: Any) -> None:
        """The days are counted from the notice: whoever hears of it late has as much time."""
        now = self._clock.now()
        ends = max(row.resumes_at, now + NOTICE)
        spoken = await self._app.read(
            lambda connection: (
                connection.execute(select(chats.c.id).where(chats.c.customer_id == row.id)).scalars().all()
            )
        )
        key = f"resumes:{row.resumes_at:%Y%m%d%H%M%S}"
        told = [(await self._voice.tell(chat, UseResumes(ends), f"{key}:{chat}")).state for chat in spoken]
        if "told" in told or "announced" in told:
            untold = customers.c.id == row.id, customers.c.resume_told_at.is_(None)
            noted = update(customers).where(*untold).values(resumes_at=ends, resume_told_at=now)
            await self._app.transaction(lambda connection: connection.execute(noted))
        elif "again" not in told:
            await self._voice.alarm(Alarm("pause_not_told", row.id))


def _could_pay(connection: Connection) -> Sequence[str]:
    """Whose data rest while a payment link of theirs is open."""
    wanted = (
        select(orders.c.customer_id)
        .join(checkouts, checkouts.c.order_id == orders.c.id)
        .where(checkouts.c.state == "open", orders.c.customer_id.in_(resting()))
        .distinct()
        .limit(MOST)
    )
    return connection.execute(wanted).scalars().all()


def _ending(connection: Connection) -> Any:
    return connection.execute(
        select(customers.c.id, customers.c.resumes_at, customers.c.resume_told_at)
        .where(customers.c.resumes_at.is_not(None))
        .order_by(customers.c.resumes_at)
        .limit(MOST)
    ).all()
