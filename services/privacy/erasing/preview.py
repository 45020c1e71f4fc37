"""What an erasure would do, before it does: what goes, what stays, until when and by which law."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, select

from services.clock import Clock
from services.privacy.erasing.standing import Fact, standing
from services.privacy.facts.belongings import count_of, tables
from services.privacy.facts.policy import PERIODS, Controller, Period, books_kept_until, proof_kept_until
from services.privacy.facts.registry import about
from services.storage import Storage
from services.storage.app import consents, esims, orders, privacy_requests, statements

Law = Literal[
    "commercial_code_l123_22",  # accounting documents: ten years
    "gdpr_17_3_e",  # legal claims: what was declared before paying
    "gdpr_7_1",  # proof of consent
    "gdpr_5_2",  # accountability for requests
    "gdpr_6_1_f",  # a line that was sold is never sold again
]


@dataclass(frozen=True)
class Goes:
    """Rows that are deleted, or stay linked to nobody (`erasure` "pseudonymize")."""

    what: str
    category: str
    count: int
    erasure: Literal["delete", "pseudonymize"]


@dataclass(frozen=True)
class Stays:
    """What the law keeps: until a day where it is known (the latest of them), else for a period from now."""

    what: Literal["sales", "statements", "consents", "requests", "spent_lines"]
    count: int
    law: Law
    period: Period
    until: datetime | None = None


@dataclass(frozen=True)
class Preview:
    """Before an erasure."""

    goes: tuple[Goes, ...]
    stays: tuple[Stays, ...]
    facts: tuple[Fact, ...]
    #: When the last plan in use ends, where all of them are known to end: a day that the erasure could wait for.
    ends_at: datetime | None = None

    @property
    def undelivered(self) -> bool:
        """Whether something is paid that its buyer does not hold."""
        return any(fact.kind == "undelivered" for fact in self.facts)

    @property
    def waits(self) -> bool:
        """Whether the erasure would wait for an order to settle first."""
        return any(fact.waits for fact in self.facts)


class Previews:
    """Counts."""

    def __init__(self, app: Storage, clock: Clock, controller: Controller) -> None:
        self._app = app
        self._clock = clock
        self._controller = controller

    async def of(self, customer: str) -> Preview:
        """What erasing this customer would do now."""
        now = self._clock.now()

        def work(connection: Connection) -> Preview:
            facts = tuple(standing(connection, customer, now))
            return Preview(
                tuple(_goes(connection, customer)),
                tuple(stays for stays in self._stays(connection, customer) if stays.count),
                facts,
                _last_end(connection, [fact.subject for fact in facts if fact.kind == "active_esim"]),
            )

        return await self._app.read(work)

    def _stays(self, connection: Connection, customer: str) -> list[Stays]:
        sold = connection.execute(
            select(orders.c.paid_at, orders.c.placed_at).where(
                orders.c.customer_id == customer, orders.c.captured > 0
            )
        ).all()
        days = [books_kept_until(row.paid_at or row.placed_at, self._controller) for row in sold]
        declared = connection.execute(
            select(func.count(), func.max(statements.c.at))
            .join(orders, orders.c.id == statements.c.order_id)
            .where(orders.c.customer_id == customer, orders.c.captured > 0)
        ).one()
        proof = proof_kept_until(declared[1]) if declared[0] else None
        asked = count_of(connection, privacy_requests, customer) + 1  # this very request
        lines = count_of(connection, esims, customer)
        return [
            Stays("sales", len(sold), "commercial_code_l123_22", PERIODS["L"], max(days, default=None)),
            Stays("statements", declared[0], "gdpr_17_3_e", PERIODS["proof"], proof),
            Stays("consents", count_of(connection, consents, customer), "gdpr_7_1", PERIODS["consent"]),
            Stays("requests", asked, "gdpr_5_2", PERIODS["request"]),
            Stays("spent_lines", lines, "gdpr_6_1_f", PERIODS["spent"]),
        ]


def _last_end(connection: Connection, lines: list[str]) -> datetime | None:
    ends = connection.execute(select(esims.c.expires_at).where(esims.c.id.in_(lines))).scalars().all()
    return None if None in ends else max((end for end in ends if end is not None), default=None)


def _goes(connection: Connection, customer: str) -> Iterator[Goes]:
    for table in tables():
        entries = [entry for entry in about(table.name) if entry.erasure in ("delete", "pseudonymize")]
        count = count_of(connection, table, customer) if entries else 0
        if count:
            linked = any(entry.erasure == "pseudonymize" for entry in entries)
            yield Goes(table.name, entries[0].category, count, "pseudonymize" if linked else "delete")
