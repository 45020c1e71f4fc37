"""When somebody's bank asks for the money: the book follows, and what speaks for us is ready before anybody asks."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, exists, select, update

from services.clock import Clock
from services.evidence import Evidence
from services.news import Alarm, Voice
from services.orders.book import move_item
from services.orders.whose import Whose, whose
from services.payments import Contested, Watched
from services.refund_truth import close_what_was_paid_back
from services.storage import Storage
from services.storage.app import customers, disputes, items, orders, refunds
from services.storage.sealing import Erased, Secrets, Vault
from services.storage.upsert import insert_new
from services.stored_evidence import place_of

log = structlog.get_logger()

#: Disputes looked at in one round of reconciliation.
BATCH = 100


class Disputes:
    """Follows each dispute to its end."""

    def __init__(
        self,
        app: Storage,
        payments: Watched,
        evidence: Evidence,
        vault: Vault,
        secrets: Secrets,
        clock: Clock,
        voice: Voice,
    ) -> None:
        self._app = app
        self._payments = payments
        self._evidence = evidence
        self._vault = vault
        self._secrets = secrets
        self._clock = clock
        self._voice = voice

    async def look(self, reference: str) -> None:
        """Look at a dispute and let the book follow. Raises PaymentError."""
        await self.follow(await self._payments.look_at_dispute(reference))

    async def follow(self, truth: Contested) -> None:
        """Let the book follow what is true about a dispute. Repeats change nothing. Raises PaymentError."""
        noted = None
        if truth.payment is not None and not await self._app.read(
            lambda connection: whose(connection, truth.payment or "", None) is not None
        ):
            noted = (await self._payments.look_at_payment(truth.payment)).order
        found = await self._app.transaction(lambda connection: self._follow(connection, truth, noted))
        if found is None:
            await self._voice.alarm(Alarm("contest_of_unknown_payment", truth.reference))
            return
        await self._gather(found)
        row = await self._row(found)
        # Once for each order, however often it is heard: the alarms see to that.
        cause = "dispute" if row.state == "open" else f"contest_{row.state}"
        await self._voice.alarm(Alarm(cause, row.order_id))

    async def open(self, after: str) -> list[tuple[str, str]]:
        """(our id, the service's number) of disputes that have not ended, in the order of their ids."""
        return await self._app.read(
            lambda connection: [
                (row.id, row.reference)
                for row in connection.execute(
                    select(disputes.c.id, disputes.c.reference)
                    .where(
                        disputes.c.state == "open", disputes.c.reference.is_not(None), disputes.c.id > after
                    )
                    .order_by(disputes.c.id)
                    .limit(BATCH)
                )
            ]
        )

    def _follow(self, connection: Connection, truth: Contested, noted: str | None) -> str | None:
        """Our id of the dispute; None when the payment is none of ours."""
        found = whose(connection, truth.payment, noted) if truth.payment else None
        if found is None:
            return None
        dispute, now = self._secrets.hash("dispute", truth.reference), self._clock.now()
        insert_new(
            connection,
            disputes,
            id=dispute,
            order_id=found.order,
            reference=truth.reference if found.payment else None,
            state="new",
            reason=truth.reason[:64],
            amount=truth.amount.minor,
            currency=truth.amount.currency,
            at=now,
        )
        values = {"amount": truth.amount.minor, "answer_by": truth.answer_by}
        connection.execute(update(disputes).where(disputes.c.id == dispute).values(**values))
        moved = connection.execute(
            update(disputes)
            .where(disputes.c.id == dispute, disputes.c.state != truth.state)
            .values(state=truth.state, closed_at=None if truth.state == "open" else now)
        ).rowcount
        _move_money(connection, f"dispute:{dispute}", found, truth, now)
        if moved:
            _mark(connection, found.order, truth.state, now)
            log.warning("dispute", order=found.order, state=truth.state)
        return dispute

    async def _gather(self, dispute: str) -> None:
        """Keep what speaks for us, once, under the buyer's own key."""
        row = await self._row(dispute)
        if row.state != "open" or row.evidence is not None:
            return
        gathered, customer = await self._evidence.of(row.order_id), await self._customer(row.order_id)
        if gathered is None or customer is None:
            return
        with suppress(Erased):
            sealer = await self._vault.sealer(customer)
            sealed = sealer.seal_json(gathered, place_of(dispute))
            there = exists().where(customers.c.id == customer)
            await self._app.transaction(
                lambda connection: connection.execute(
                    update(disputes).where(disputes.c.id == dispute, there).values(evidence=sealed)
                )
            )

    async def _row(self, dispute: str) -> Any:
        return await self._app.read(
            lambda connection: connection.execute(select(disputes).where(disputes.c.id == dispute)).one()
        )

    async def _customer(self, order: str) -> str | None:
        return await self._app.read(
            lambda connection: connection.execute(
                select(orders.c.customer_id).where(orders.c.id == order)
            ).scalar()
        )


def _mark(connection: Connection, order: str, state: str, now: datetime) -> None:
    """The order shows its dispute; nothing that was not begun is bought for it any more."""
    connection.execute(update(orders).where(orders.c.id == order).values(disputed=state))
    if state == "open":
        for item in connection.execute(select(items.c.id).where(items.c.order_id == order)).scalars().all():
            move_item(connection, item, ("waiting",), "needs_person", "disputed", now)
    elif state == "lost":
        close_what_was_paid_back(connection, order, now)


def _move_money(connection: Connection, key: str, found: Whose, truth: Contested, now: datetime) -> None:
    """What the bank took is a line of the book, until it gives it back."""
    state = "succeeded" if truth.state == "lost" else "contested" if truth.taken else "reinstated"
    if state != "reinstated":
        insert_new(
            connection,
            refunds,
            key=key,
            order_id=found.order,
            item_id=found.item,
            amount=truth.amount.minor,
            currency=truth.amount.currency,
            payment=found.payment,
            state=state,
            # Nobody is told that they get money back: they asked their bank for it.
            told=True,
            why="dispute",
            at=now,
        )
    connection.execute(
        update(refunds).where(refunds.c.key == key).values(state=state, amount=truth.amount.minor)
    )
