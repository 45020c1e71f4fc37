"""What the operator must know: each cause once until it is over, gathered so that a storm is a few messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from services.clock import Clock
from services.news import Alarm
from services.privacy.requests.states import OPEN
from services.storage import Storage
from services.storage.after_sale import claims
from services.storage.app import items, orders, privacy_requests, refunds
from services.storage.desk import alarms
from services.storage.upsert import insert_new

#: Causes of which there is one at a time, whatever its facts are just now; all others are one for each subject.
ONE_AT_A_TIME = (
    "catalogue-",
    "rate-",
    "stars-",
    "prices-",
    "books",
    "surplus_line",
    "out_of_credit",
    "balance",
    "cap_",
    "provider_",
)
#: What nobody can look up in the book is over when nothing was heard of it for this long.
SILENT_FOR = timedelta(days=1)
#: Subjects that one message names; the rest is counted.
MOST_NAMED = 10
#: Alarms kept at once. Beyond it the log alone has them: an operator with so many needs no more.
MOST_ALARMS = 5_000


@dataclass(frozen=True)
class Raised:
    """One cause, and everything that it is about: for the staff. `more`: how many are not named."""

    cause: str
    facts: tuple[str, ...]
    more: int = 0


class Alarms:
    """Notes alarms, and says which of them nobody was told yet."""

    def __init__(self, app: Storage, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def note(self, alarm: Alarm) -> bool:
        """Something is wrong; False for a repeat of what is known, which only says that it is not over."""
        now = self._clock.now()
        return await self._app.transaction(lambda connection: _note(connection, alarm, now))

    async def tell(self, telling: Callable[[Raised], Any]) -> None:
        """Give what is new to `telling`, one message for each cause; what it cannot deliver (False) comes again."""
        waiting = await self._app.read(_untold)
        for cause, rows in waiting.items():
            facts = tuple(row.facts for row in rows)
            if await telling(Raised(cause, facts[:MOST_NAMED], max(0, len(facts) - MOST_NAMED))):
                await self._told(cause, [row.subject for row in rows])

    async def settle(self) -> None:
        """Forget what is over, so that the next time is news again."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            for row in connection.execute(select(alarms.c.cause, alarms.c.subject, alarms.c.last_at)).all():
                over = _looked_up(row.cause)
                if over(connection, row.subject) if over else now - row.last_at > SILENT_FOR:
                    connection.execute(delete(alarms).where(*_is(row.cause, row.subject)))

        await self._app.transaction(work)

    async def standing(self) -> list[Raised]:
        """Everything that is not over."""
        rows = await self._app.read(lambda connection: connection.execute(_every()).all())
        return [_raised(cause, some) for cause, some in _by_cause(rows).items()]

    async def _told(self, cause: str, subjects: Sequence[str]) -> None:
        now = self._clock.now()
        await self._app.transaction(
            lambda connection: connection.execute(
                update(alarms)
                .where(alarms.c.cause == cause, alarms.c.subject.in_(subjects))
                .values(told_at=now)
            )
        )


def _note(connection: Connection, alarm: Alarm, now: datetime) -> bool:
    cause, subject, facts = alarm.cause[:64], _subject(alarm), alarm.facts[:255]
    changed = connection.execute(
        update(alarms).where(*_is(cause, subject)).values(last_at=now, facts=facts)
    ).rowcount
    if changed:
        return False
    if connection.execute(select(func.count()).select_from(alarms)).scalar_one() < MOST_ALARMS:
        insert_new(connection, alarms, cause=cause, subject=subject, facts=facts, since=now, last_at=now)
    return True


def _subject(alarm: Alarm) -> str:
    return "" if alarm.cause.startswith(ONE_AT_A_TIME) else alarm.facts[:128]


def _untold(connection: Connection) -> dict[str, list[Any]]:
    return _by_cause(connection.execute(_every().where(alarms.c.told_at.is_(None))).all())


def _every() -> Any:
    return select(alarms).order_by(alarms.c.since, alarms.c.cause, alarms.c.subject)


def _by_cause(rows: Sequence[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.cause, []).append(row)
    return found


def _raised(cause: str, rows: Sequence[Any]) -> Raised:
    facts = tuple(row.facts for row in rows)
    return Raised(cause, facts[:MOST_NAMED], max(0, len(facts) - MOST_NAMED))


def _is(cause: str, subject: str) -> tuple[Any, ...]:
    return alarms.c.cause == cause, alarms.c.subject == subject


def _looked_up(cause: str) -> Callable[[Connection, str], bool] | None:
    """How the book says that it is over, or None where only silence does."""
    return next((over for prefix, over in _OVER.items() if cause.startswith(prefix)), None)


def _item_is_settled(connection: Connection, item: str) -> bool:
    state = connection.execute(select(items.c.state).where(items.c.id == item)).scalar_one_or_none()
    return state != "needs_person"


def _order_is_settled(connection: Connection, order: str) -> bool:
    states = connection.execute(select(items.c.state).where(items.c.order_id == order)).scalars()
    return "needs_person" not in set(states)


def _refunds_went(connection: Connection, order: str) -> bool:
    failed = select(refunds.c.key).where(refunds.c.order_id == order, refunds.c.state == "failed")
    return connection.execute(failed).first() is None


def _dispute_is_closed(connection: Connection, order: str) -> bool:
    mark = connection.execute(select(orders.c.disputed).where(orders.c.id == order)).scalar_one_or_none()
    return mark != "open"


def _claim_is_decided(connection: Connection, claim: str) -> bool:
    state = connection.execute(select(claims.c.state).where(claims.c.id == claim)).scalar_one_or_none()
    return state != "with_person"


def _request_is_answered(connection: Connection, request: str) -> bool:
    return not connection.execute(
        select(privacy_requests.c.id).where(
            privacy_requests.c.id == request, privacy_requests.c.state.in_(OPEN)
        )
    ).first()


def _file_is_closed(connection: Connection, request: str) -> bool:
    state = connection.execute(
        select(privacy_requests.c.state).where(privacy_requests.c.id == request)
    ).scalar_one_or_none()
    return state in (None, "closed")


_OVER: Mapping[str, Callable[[Connection, str], bool]] = {
    "needs_person_": _item_is_settled,
    "payment_wrong_amount": _order_is_settled,
    "refund_failed": _refunds_went,
    "claim_": _claim_is_decided,
    "dispute": _dispute_is_closed,
    "request_": _request_is_answered,
    "letter_due": _file_is_closed,
}
