"""Who and what has outlived its period, where more than a date decides: customers, closed cases, old answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, select, tuple_

from services.clock import Clock
from services.privacy.erasing.journal import GONE, Journal
from services.privacy.erasing.standing import OVER, standing
from services.privacy.facts.policy import began_before
from services.privacy.retention.rules import in_use
from services.storage import Stores
from services.storage.app import case_messages, cases, consents, customers, esims
from services.storage.append_only import letting_go

#: Customers, cases and answers in one run: the others tomorrow.
MOST = 5_000
#: Customers looked at together.
PAGE = 200
#: Facts of a customer that keep everything as it is, whatever the date says.
_HOLDING = frozenset(
    {"undelivered", "payment_pending", "refund_pending", "refund_failed", "disputed", "open_checkout"}
)


@dataclass(frozen=True)
class Case:
    """A closed case whose period is over, with the staff's copies of it."""

    id: str
    copies: tuple[str, ...]


class Outliving:
    """Finds them, and forgets what nobody outside has to be told of."""

    def __init__(self, stores: Stores, clock: Clock) -> None:
        self._app = stores.app
        self._clock = clock
        self._journal = Journal(stores.vault, clock)

    async def customers(self) -> tuple[list[str], list[str]]:
        """(whose time is over, whose last plan's end nobody knows): the second stay."""
        now = self._clock.now()
        over: list[str] = []
        unknown: list[str] = []
        after = (datetime.min.replace(tzinfo=now.tzinfo), "")
        while len(over) < MOST:
            page = await self._app.read(_page(now, after))
            for customer, _, verdict in page:
                if verdict == "over":
                    over.append(customer)
                elif verdict == "unknown":
                    unknown.append(customer)
            if len(page) < PAGE:
                break
            after = (page[-1][1], page[-1][0])
        return over, unknown

    async def cases(self) -> list[Case]:
        """Closed so long ago that they are not needed any more."""
        limit = began_before(self._clock.now(), "case")
        wanted = (
            select(cases.c.id)
            .where(cases.c.state == "closed", cases.c.last_at < limit, in_use(cases))
            .order_by(cases.c.id)
            .limit(MOST)
        )

        def work(connection: Connection) -> list[Case]:
            return [
                Case(case, tuple(_copies(connection, case)))
                for case in connection.execute(wanted).scalars().all()
            ]

        return await self._app.read(work)

    async def forget_case(self, case: str) -> None:
        """A case and every word of it."""

        def work(connection: Connection) -> None:
            connection.execute(delete(case_messages).where(case_messages.c.case_id == case))
            connection.execute(delete(cases).where(cases.c.id == case))

        await self._app.transaction(work)

    async def count_answers(self) -> int:
        """Rows of the consent ledger that have outlived the relation by its period."""
        return len(await self._answers())

    async def forget_answers(self) -> int:
        """Delete them; how many there were."""
        keys = await self._answers()

        def work(connection: Connection) -> None:
            with letting_go(connection):
                connection.execute(delete(consents).where(consents.c.seq.in_(keys)))

        await self._app.transaction(work)
        return len(keys)

    async def _answers(self) -> list[int]:
        """Of people who are gone: their last day is in the journal; without one, the last answer's day counts."""
        limit = began_before(self._clock.now(), "consent")
        recent = {line.customer async for line in self._journal.all(*GONE, since=limit)}
        gone = ~exists().where(customers.c.id == consents.c.customer_id)
        wanted = (
            select(consents.c.seq, consents.c.customer_id)
            .where(gone, consents.c.at < limit)
            .order_by(consents.c.seq)
            .limit(MOST)
        )
        rows = await self._app.read(lambda connection: connection.execute(wanted).all())
        return [row.seq for row in rows if row.customer_id not in recent]


def _page(
    now: datetime, after: tuple[datetime, str]
) -> Callable[[Connection], list[tuple[str, datetime, str]]]:
    limit = began_before(now, "A")
    wanted = (
        select(customers.c.id, customers.c.active_at)
        .where(
            customers.c.active_at < limit,
            customers.c.paused_at.is_(None),
            tuple_(customers.c.active_at, customers.c.id) > after,
        )
        .order_by(customers.c.active_at, customers.c.id)
        .limit(PAGE)
    )

    def work(connection: Connection) -> list[tuple[str, datetime, str]]:
        return [
            (row.id, row.active_at, _verdict(connection, row.id, now, limit))
            for row in connection.execute(wanted).all()
        ]

    return work


def _verdict(connection: Connection, customer: str, now: datetime, limit: datetime) -> str:
    """ "over", "kept", or "unknown"."""
    facts = {fact.kind for fact in standing(connection, customer, now)}
    if facts & _HOLDING:
        return "kept"
    ends = list(_ends(connection, customer))
    if any(end is not None and end >= limit for end in ends):
        return "kept"
    return "unknown" if None in ends else "over"


def _ends(connection: Connection, customer: str) -> Iterator[datetime | None]:
    """When each line's last plan ended; None where nobody knows."""
    lines = connection.execute(select(esims).where(esims.c.customer_id == customer)).all()
    for line in lines:
        if line.expires_at is not None:
            yield line.expires_at
        elif line.line_state in OVER:
            yield line.measured_at
        else:
            yield None


def _copies(connection: Connection, case: str) -> list[Any]:
    said = select(case_messages.c.staff_message).where(
        case_messages.c.case_id == case, case_messages.c.staff_message.is_not(None)
    )
    return list(connection.execute(said).scalars())
