"""The book follows what the payment service says about refunds, whoever made them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, func, or_, select, update

from services.clock import Clock
from services.news import Alarm, RefundFailed, Voice
from services.orders.book import StartWith, move_item
from services.orders.whose import whose
from services.payments import GivenBack, Watched
from services.storage import Storage
from services.storage.app import items, orders, refunds
from services.storage.sealing import Secrets
from services.storage.upsert import insert_new

log = structlog.get_logger()

#: Refunds in these states have left the shop.
GONE = ("pending", "succeeded")
#: Refunds looked at in one round of reconciliation.
BATCH = 100


class RefundTruth:
    """A refund that a person made in the dashboard is entered; one that a bank returned is taken back."""

    def __init__(
        self, app: Storage, payments: Watched, clock: Clock, start: StartWith, secrets: Secrets, voice: Voice
    ) -> None:
        self._app = app
        self._payments = payments
        self._clock = clock
        self._start = start
        self._secrets = secrets
        self._voice = voice

    async def look(self, reference: str) -> None:
        """Look at a refund and let the book follow. Raises PaymentError."""
        await self.follow(await self._payments.look_at_refund(reference))

    async def follow(self, truth: GivenBack) -> None:
        """Let the book follow what is true about a refund. Repeats change nothing. Raises PaymentError."""
        if truth.payment is None or truth.amount is None:
            return
        noted = None
        if not await self._app.read(lambda connection: self._is_known(connection, truth)):
            noted = (await self._payments.look_at_payment(truth.payment)).order
        returned = await self._app.transaction(lambda connection: self._follow(connection, truth, noted))
        if returned is not None:
            await self._tell_that_it_failed(returned)

    async def pending(self, after: str) -> list[tuple[str, str]]:
        """(key, the service's number) of refunds that are on their way, in the order of their keys."""
        return await self._app.read(
            lambda connection: [
                (row.key, row.reference)
                for row in connection.execute(
                    select(refunds.c.key, refunds.c.reference)
                    .where(
                        refunds.c.state == "pending", refunds.c.reference.is_not(None), refunds.c.key > after
                    )
                    .order_by(refunds.c.key)
                    .limit(BATCH)
                )
            ]
        )

    def _follow(self, connection: Connection, truth: GivenBack, noted: str | None) -> Any | None:
        """The row of a refund that a bank returned just now; None when nobody has to be told."""
        row = self._row(connection, truth)
        if row is None:
            self._enter(connection, truth, noted)
            return None
        if row.state == truth.state and row.reference == truth.reference:
            return None
        values = {"state": truth.state, "reference": truth.reference if row.payment else None}
        connection.execute(update(refunds).where(refunds.c.key == row.key).values(**values))
        if truth.state != "failed" or row.state not in GONE:
            return None
        if row.item_id is not None:
            now = self._clock.now()
            move_item(connection, row.item_id, ("refunded",), "needs_person", "refund_failed", now)
        return row

    def _enter(self, connection: Connection, truth: GivenBack, noted: str | None) -> None:
        """Somebody else gave the money back: a line of its own in the book."""
        if truth.state == "failed" or truth.payment is None or truth.amount is None:
            return
        found = whose(connection, truth.payment, noted)
        if found is None:
            log.info("a refund of a payment that is not ours")
            return
        key, now = self._key(truth), self._clock.now()
        entered = insert_new(
            connection,
            refunds,
            key=key,
            order_id=found.order,
            item_id=found.item,
            amount=truth.amount.minor,
            currency=truth.amount.currency,
            payment=found.payment,
            state=truth.state,
            reference=truth.reference if found.payment else None,
            why="elsewhere",
            at=now,
        )
        if not entered:
            return
        log.info("a refund made elsewhere", order=found.order)
        _lessen(connection, found.order, found.item, truth.amount.minor)
        close_what_was_paid_back(connection, found.order, now)
        self._start(connection, "tell_refund", f"tell-{key}", key)

    def _is_known(self, connection: Connection, truth: GivenBack) -> bool:
        return (
            self._row(connection, truth) is not None
            or whose(connection, truth.payment or "", None) is not None
        )

    def _row(self, connection: Connection, truth: GivenBack) -> Any | None:
        """The book's line of a refund: by its number, or by the very key that we asked for it under."""
        by_number = or_(refunds.c.reference == truth.reference, refunds.c.key == self._key(truth))
        row = connection.execute(select(refunds).where(by_number)).first()
        if row is not None or truth.key is None:
            return row
        ours = self._as_kept(truth.key, truth.payment or "")
        stem, _, tries = ours.rpartition(":")
        rows = connection.execute(
            select(refunds).where(refunds.c.key.in_([ours, *([stem] if tries.isdigit() else [])]))
        )
        # An earlier try under the same line of the book is none of this one's business.
        return next((row for row in rows if asked_as(row) == ours and row.reference is None), None)

    def _as_kept(self, key: str, payment: str) -> str:
        """A key of ours as it stands once its buyer was erased, where it does not stand as it was."""
        return key.replace(payment, self._secrets.hash("payment", payment)) if payment else key

    def _key(self, truth: GivenBack) -> str:
        return f"elsewhere:{self._secrets.hash('refund', truth.reference)}"

    async def _tell_that_it_failed(self, row: Any) -> None:
        await self._voice.alarm(Alarm("refund_failed", row.order_id))
        chat = await self._app.read(
            lambda connection: connection.execute(
                select(orders.c.chat_id).where(orders.c.id == row.order_id)
            ).scalar()
        )
        if chat is not None:
            await self._voice.tell(chat, RefundFailed(row.order_id), f"refund-failed:{row.key}")


def asked_as(row: Any) -> str:
    """The key under which the payment service is asked for a refund; each try that was answered uses one up."""
    return str(row.key) if row.tries == 0 else f"{row.key}:{row.tries}"


def _lessen(connection: Connection, order: str, item: str | None, by: int) -> None:
    """What we still meant to give back of it is less now, and asked for by a key of its own."""
    ours = connection.execute(
        select(refunds).where(
            refunds.c.order_id == order,
            refunds.c.item_id.is_(None) if item is None else refunds.c.item_id == item,
            refunds.c.state.in_(("due", "failed")),
        )
    ).all()
    for row in ours:
        left, by = max(row.amount - by, 0), max(by - row.amount, 0)
        values = {"amount": left, "tries": row.tries + 1, "state": row.state if left else "covered"}
        connection.execute(update(refunds).where(refunds.c.key == row.key).values(**values))


def gone_from(connection: Connection, order: str) -> int:
    """Minor units of an order's money that have left the shop."""
    total = connection.execute(
        select(func.coalesce(func.sum(refunds.c.amount), 0)).where(
            refunds.c.order_id == order, refunds.c.state.in_(GONE)
        )
    ).scalar_one()
    return int(total)


def close_what_was_paid_back(connection: Connection, order: str, now: datetime) -> None:
    """When all money of an order is gone, what was not delivered will not be."""
    captured = connection.execute(select(orders.c.captured).where(orders.c.id == order)).scalar_one()
    if gone_from(connection, order) < captured:
        return
    for item in connection.execute(select(items.c.id).where(items.c.order_id == order)).scalars().all():
        # What is being bought just now is left to its own workflow: it may turn out to be delivered.
        if move_item(connection, item, ("waiting", "needs_person"), "refund_due", "paid_back", now):
            move_item(connection, item, ("refund_due",), "refunded", "paid_back", now)
