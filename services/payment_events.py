"""What the payment service tells us: noted, dealt with by looking at what is true, and only then counted as done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, select, update

from services.checkout import Checkouts
from services.clock import Clock
from services.declines import Declines
from services.disputes import Disputes
from services.fraud_warnings import FraudWarnings
from services.locks import Busy, MemoryLocks
from services.payments import Heard, PaymentError, Payments
from services.refund_truth import RefundTruth
from services.storage import Storage
from services.storage.app import payment_events
from services.storage.sealing import Sealer
from services.storage.upsert import insert_new

log = structlog.get_logger()

Deal = Callable[[Heard], Awaitable[None]]

#: An event that was not dealt with is taken up again after this time; the payment service brings it anew as well.
LEFT = timedelta(minutes=2)
#: Events taken up in one round.
BATCH = 100


class PaymentEvents:
    """Deals with each event once; of several about one thing, one after the other."""

    def __init__(
        self,
        app: Storage,
        payments: Payments,
        checkouts: Checkouts,
        refunds: RefundTruth,
        disputes: Disputes,
        warnings: FraudWarnings,
        declines: Declines,
        house: Sealer,
        clock: Clock,
    ) -> None:
        self._app = app
        self._payments = payments
        self._checkouts = checkouts
        self._refunds = refunds
        self._disputes = disputes
        self._warnings = warnings
        self._declines = declines
        self._house = house
        self._clock = clock
        self._turns = MemoryLocks()

    async def heard(self, event: Heard) -> None:
        """Deal with a verified event. Raises PaymentError or Busy when it shall come again."""
        deal = self._deal(event.kind)
        if deal is None or not event.subject:
            return  # of a kind that tells us nothing, or about nothing that could be read
        async with self._turns.hold(event.payment or event.subject):
            if not await self._app.transaction(lambda connection: self._note(connection, event)):
                return
            try:
                await deal(event)
            except PaymentError as error:
                if error.reason != "resource_missing":
                    raise
                # What it is about is no more, or is another account's: coming again would not change that.
                log.warning("event about nothing", kind=event.kind)
            await self._app.transaction(lambda connection: self._done(connection, event))

    async def take_up(self) -> int:
        """Deal with what was noted and not done, and came no more; how many there were."""
        limit = self._clock.now() - LEFT
        rows = await self._app.read(
            lambda connection: connection.execute(
                select(payment_events)
                .where(
                    payment_events.c.done_at.is_(None),
                    # Other methods note their events here too, and see to them themselves.
                    payment_events.c.body.is_not(None),
                    payment_events.c.at < limit,
                )
                .order_by(payment_events.c.at)
                .limit(BATCH)
            ).all()
        )
        for row in rows:
            about = self._house.open_json(row.body, _place(row.id))
            try:
                await self.heard(Heard(row.id, row.kind, about["subject"], about["payment"]))
            except (PaymentError, Busy) as error:
                log.warning("event not dealt with yet", kind=row.kind, error=type(error).__name__)
        return len(rows)

    def _deal(self, kind: str) -> Deal | None:
        """Who looks at what an event of this kind is about."""
        match kind.split("."):
            case ["checkout", "session", *_]:
                return lambda event: self._checkouts.settle(event.subject)
            case ["charge", "refunded"]:
                return self._refunded
            case ["refund", *_] | ["charge", "refund", *_]:
                return lambda event: self._refunds.look(event.subject)
            case ["charge", "dispute", *_]:
                return lambda event: self._disputes.look(event.subject)
            case ["radar", "early_fraud_warning", *_]:
                return lambda event: self._warnings.look(event.subject)
            case ["charge", "failed"] | ["payment_intent", "payment_failed"]:
                return lambda event: self._declines.look(event.payment)
        return None

    async def _refunded(self, event: Heard) -> None:
        """The event is about the whole charge: every refund of it is looked at."""
        for refund in await self._payments.refunds_of(event.payment) if event.payment else ():
            await self._refunds.follow(refund)

    def _note(self, connection: Connection, event: Heard) -> bool:
        """False when it was dealt with before."""
        body = self._house.seal_json({"subject": event.subject, "payment": event.payment}, _place(event.id))
        if insert_new(
            connection, payment_events, id=event.id, kind=event.kind[:64], body=body, at=self._clock.now()
        ):
            return True
        done: Any = connection.execute(
            select(payment_events.c.done_at).where(payment_events.c.id == event.id)
        ).scalar_one()
        return done is None

    def _done(self, connection: Connection, event: Heard) -> None:
        connection.execute(
            update(payment_events)
            .where(payment_events.c.id == event.id)
            .values(done_at=self._clock.now(), body=None)
        )


def _place(event: str) -> str:
    return f"payment_events:body:{event}"
