"""What a platform charges for: counted by month and category, and for each conversation of the last days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from services.clock import Clock
from services.storage import Storage
from services.storage.campaigns import metered, metered_months
from services.storage.upsert import insert_new

#: A conversation is what is said to one chat on one day; single messages are remembered for so long.
DAYS = timedelta(days=7)


@dataclass(frozen=True)
class Meter:
    """Messages of this month by category, those of them that cost, and messages for each conversation lately."""

    month: Mapping[str, int]
    billable: int
    conversations: int
    messages: int

    @property
    def each(self) -> float:
        """Messages for each conversation."""
        return self.messages / self.conversations if self.conversations else 0.0


class Metering:
    """Counts each message once, however often a platform tells of it."""

    def __init__(self, app: Storage, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def note(self, message: str, chat: str, category: str, *, billable: bool) -> None:
        """A message (keyed hash) to a chat was charged for, or was among the free ones."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            if insert_new(
                connection,
                metered,
                message=message,
                chat_id=chat,
                category=category,
                billable=billable,
                at=now,
            ):
                _count(connection, _month(now), category, billable=billable)

        await self._app.together(work)

    async def meter(self) -> Meter:
        """How it stands."""
        now = self._clock.now()

        def work(connection: Connection) -> Meter:
            months = connection.execute(
                select(metered_months).where(metered_months.c.month == _month(now))
            ).all()
            month: dict[str, int] = {}
            for row in months:
                month[row.category] = month.get(row.category, 0) + row.messages
            lately = metered.c.at >= now - DAYS
            days = select(metered.c.chat_id, func.date(metered.c.at)).where(lately).distinct().subquery()
            return Meter(
                month,
                sum(row.messages for row in months if row.billable),
                connection.execute(select(func.count()).select_from(days)).scalar_one(),
                connection.execute(select(func.count()).select_from(metered).where(lately)).scalar_one(),
            )

        return await self._app.read(work)


def _count(connection: Connection, month: str, category: str, *, billable: bool) -> None:
    if not insert_new(
        connection, metered_months, month=month, category=category, billable=billable, messages=1
    ):
        connection.execute(
            update(metered_months)
            .where(
                metered_months.c.month == month,
                metered_months.c.category == category,
                metered_months.c.billable.is_(billable),
            )
            .values(messages=metered_months.c.messages + 1)
        )


def _month(now: datetime) -> str:
    return f"{now:%Y-%m}"
