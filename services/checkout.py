"""From an order to a link to pay, and from what the payment service says to what is true."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, insert, select, update

from services.clock import Clock, Waits
from services.news import Alarm, CheckoutExpired, PaymentFailed, PaymentPending, Voice
from services.orders import Order, Orders
from services.payments import Ask, Checkout, Heard, PaymentError, Payments
from services.storage import Storage
from services.storage.app import checkouts, orders, payment_events, refunds
from services.storage.upsert import insert_new

log = structlog.get_logger()

#: How long a link to pay lives. Stripe allows 30 minutes to 24 hours.
LINK_LIVES = timedelta(hours=2)
#: Attempts to make a link for one order.
MOST_ATTEMPTS = 20
#: Attempts looked at in one round of reconciliation.
BATCH = 200


class NoLink(Exception):
    """The payment service did not give a link now; the order stands, and asking again is right."""


class Checkouts:
    """Asks for money and finds out whether it came."""

    def __init__(
        self, app: Storage, orders_: Orders, payments: Payments, clock: Clock, waits: Waits, voice: Voice
    ) -> None:
        self._app = app
        self._orders = orders_
        self._payments = payments
        self._clock = clock
        self._waits = waits
        self._voice = voice

    async def link(self, order: Order, title: str, back: str) -> str:
        """Where to pay for an order. The same open attempt is shown again. Raises NoLink."""
        attempt = await self._app.transaction(lambda connection: self._attempt(connection, order))
        if attempt is None:
            raise NoLink("too many attempts")
        if attempt.url and attempt.state == "open":
            return str(attempt.url)
        ask = Ask(order.id, order.item.id, order.total, title, order.locale, back, attempt.expires_at)
        try:
            checkout = await self._payments.ask(ask, attempt.key)
        except PaymentError as error:
            log.warning("no payment link", order=order.id, reason=error.reason)
            if not error.again:
                # The service would repeat this very answer: the next try gets a key of its own.
                await self._set(attempt.key, state="failed")
            raise NoLink(error.reason) from error
        await self._set(attempt.key, state="open", session=checkout.session, url=checkout.url)
        if checkout.url is None:
            raise NoLink("no address")
        return checkout.url

    async def heard(self, event: Heard) -> None:
        """A verified event: look what is true, act on that, and only then count the event as done."""
        now = self._clock.now()

        def note(connection: Connection) -> bool:
            insert_new(connection, payment_events, id=event.id, kind=event.kind, at=now)
            done = connection.execute(
                select(payment_events.c.done_at).where(payment_events.c.id == event.id)
            ).scalar_one()
            return done is None

        if not await self._app.transaction(note):
            return
        if event.kind.startswith("checkout.session."):
            await self.settle(event.subject, event.kind)
        elif event.kind.startswith(("refund.", "charge.refund")):
            await self._refund_changed(event)
        elif event.kind.startswith("charge.dispute."):
            await self._disputed(event)
        await self._app.transaction(
            lambda connection: connection.execute(
                update(payment_events)
                .where(payment_events.c.id == event.id)
                .values(done_at=self._clock.now())
            )
        )

    async def settle(self, session: str, because: str = "reconciliation") -> None:
        """Look at one attempt and let the book follow the truth. Raises PaymentError."""
        checkout = await self._payments.look(session)
        if checkout.order is None or await self._orders.get(checkout.order) is None:
            if checkout.paid:
                await self._voice.alarm(Alarm("payment_of_unknown_order", checkout.session))
            return
        if checkout.paid:
            await self._paid(checkout)
        elif checkout.state == "expired":
            await self._expired(checkout)
        elif because.endswith("async_payment_failed"):
            await self._failed(checkout)
        elif checkout.state == "complete":
            await self._pending(checkout)

    async def reconcile(self) -> int:
        """Ask about every attempt that is still open; how many were asked about. Finds what events lost."""
        rows = await self._app.read(
            lambda connection: connection.execute(
                select(checkouts.c.session)
                .where(checkouts.c.state.in_(("open", "pending")), checkouts.c.session.is_not(None))
                .order_by(checkouts.c.expires_at)
                .limit(BATCH)
            ).all()
        )
        for row in rows:
            try:
                await self.settle(row.session)
            except PaymentError as error:
                log.warning("reconciliation skipped an attempt", reason=error.reason)
                await asyncio.sleep(self._waits(1, floor=0.01))
        return len(rows)

    async def cancel_open(self, customer: str) -> None:
        """Close every attempt of a customer that was not paid."""
        rows = await self._app.read(
            lambda connection: connection.execute(
                select(checkouts.c.session, checkouts.c.order_id)
                .join(orders, orders.c.id == checkouts.c.order_id)
                .where(orders.c.customer_id == customer, checkouts.c.state == "open")
            ).all()
        )
        for row in rows:
            if row.session:
                await self._payments.expire(row.session)
                await self.settle(row.session)

    async def given_details(self, order: Order) -> Checkout | None:
        """What the traveller typed at the checkout of a paid order (read there, kept nowhere)."""
        session = await self._app.read(
            lambda connection: connection.execute(
                select(checkouts.c.session).where(
                    checkouts.c.order_id == order.id, checkouts.c.state == "paid"
                )
            ).scalar()
        )
        if session is None:
            return None
        try:
            return await self._payments.look(session)
        except PaymentError:
            return None

    def _attempt(self, connection: Connection, order: Order) -> Any | None:
        """The attempt to show or to make, its key stored before the service is asked."""
        now = self._clock.now()
        made = connection.execute(
            select(checkouts).where(checkouts.c.order_id == order.id).order_by(checkouts.c.attempt.desc())
        ).all()
        if made and made[0].state in ("new", "open") and made[0].expires_at > now + timedelta(minutes=31):
            return made[0]
        if made and made[0].state == "open" and made[0].expires_at > now:
            return made[0]
        if len(made) >= MOST_ATTEMPTS:
            return None
        number = len(made) + 1
        key = f"ask-{order.id}-{number}"
        connection.execute(
            insert(checkouts).values(
                key=key, order_id=order.id, attempt=number, state="new", expires_at=now + LINK_LIVES
            )
        )
        return connection.execute(select(checkouts).where(checkouts.c.key == key)).one()

    async def _paid(self, checkout: Checkout) -> None:
        order = checkout.order or ""
        outcome = await self._orders.paid(
            order, "stripe", checkout.payment or checkout.session, checkout.amount
        )
        await self._by_session(checkout.session, "paid")
        log.info("payment", order=order, outcome=outcome.outcome)
        if outcome.outcome in ("wrong_amount", "erased"):
            await self._voice.alarm(Alarm(f"payment_{outcome.outcome}", order))

    async def _expired(self, checkout: Checkout) -> None:
        await self._by_session(checkout.session, "expired")
        order = checkout.order or ""
        if await self._has_other(order):
            return
        if await self._orders.closed(order, "expired", "link_unused"):
            await self._tell(order, CheckoutExpired(order), f"expired:{checkout.session}")

    async def _pending(self, checkout: Checkout) -> None:
        order = checkout.order or ""
        await self._by_session(checkout.session, "pending")
        await self._tell(order, PaymentPending(order), f"pending:{checkout.session}")

    async def _failed(self, checkout: Checkout) -> None:
        order = checkout.order or ""
        await self._by_session(checkout.session, "failed")
        if await self._orders.closed(order, "cancelled", "payment_failed"):
            await self._tell(order, PaymentFailed(order), f"failed:{checkout.session}")

    async def _refund_changed(self, event: Heard) -> None:
        """A refund of ours went another way than it seemed: follow it."""
        if not event.subject.startswith("re_"):
            return
        given = await self._payments.look_at_refund(event.subject)
        row = await self._app.transaction(lambda connection: _follow(connection, event.subject, given.state))
        if row is not None and given.state == "failed":
            await self._voice.alarm(Alarm("refund_failed", row.order_id))

    async def _disputed(self, event: Heard) -> None:
        state = "closed" if event.kind.endswith("closed") else "open"
        if event.payment is None:
            return
        order = await self._app.transaction(
            lambda connection: connection.execute(
                update(orders)
                .where(orders.c.reference == event.payment)
                .values(disputed=state)
                .returning(orders.c.id)
            ).scalar()
        )
        if state == "open":
            # An erased buyer's order no longer holds the payment's id; the operator must hear of it all the same.
            await self._voice.alarm(Alarm("dispute", order or event.payment))

    async def _has_other(self, order: str) -> bool:
        return await self._app.read(
            lambda connection: (
                connection.execute(
                    select(checkouts.c.key).where(
                        checkouts.c.order_id == order, checkouts.c.state.in_(("open", "pending"))
                    )
                ).first()
                is not None
            )
        )

    async def _tell(self, order: str, item: Any, key: str) -> None:
        found = await self._orders.get(order)
        if found is not None and found.chat is not None:
            await self._voice.tell(found.chat, item, key)

    async def _set(self, key: str, **values: Any) -> None:
        await self._app.transaction(
            lambda connection: connection.execute(
                update(checkouts).where(checkouts.c.key == key).values(**values)
            )
        )

    async def _by_session(self, session: str, state: str) -> None:
        await self._app.transaction(
            lambda connection: connection.execute(
                update(checkouts).where(checkouts.c.session == session).values(state=state)
            )
        )


def _follow(connection: Connection, reference: str, state: str) -> Any | None:
    row = connection.execute(select(refunds).where(refunds.c.reference == reference)).one_or_none()
    if row is None or row.state == state:
        return None
    connection.execute(update(refunds).where(refunds.c.reference == reference).values(state=state))
    return row
