"""From an order to a link to pay, and from what the payment service says to what is true."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, insert, select, update

from services.buyer_guard import BuyerGuard
from services.clock import Clock
from services.news import Alarm, CheckoutExpired, PaymentFailed, PaymentPending, Voice
from services.orders import Order, Orders
from services.payments import Ask, Checkout, PaymentError, Payments
from services.storage import Storage
from services.storage.app import checkouts, orders

log = structlog.get_logger()

#: How long a link to pay lives. Stripe allows 30 minutes to 24 hours.
LINK_LIVES = timedelta(hours=2)
#: Attempts to make a link for one order.
MOST_ATTEMPTS = 20
#: Attempts looked at in one round of reconciliation.
BATCH = 200


class NoLink(Exception):
    """The payment service did not give a link now; the order stands, and asking again is right."""


class NotOpen(Exception):
    """Nothing is to be paid for this order (any more); `state` is the order's."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class Checkouts:
    """Asks for money and finds out whether it came."""

    def __init__(
        self,
        app: Storage,
        orders_: Orders,
        payments: Payments,
        guard: BuyerGuard,
        clock: Clock,
        voice: Voice,
    ) -> None:
        self._app = app
        self._orders = orders_
        self._payments = payments
        self._guard = guard
        self._clock = clock
        self._voice = voice

    async def link(self, order: Order, title: str, back: str) -> str:
        """Where to pay for an order. The same open attempt is shown again. Raises NoLink, NotOpen, Held."""
        attempt = await self._app.transaction(lambda connection: self._attempt(connection, order))
        if attempt is None:
            raise NoLink("too many attempts")
        if attempt.url and attempt.state == "open":
            return str(attempt.url)
        ask = Ask(
            order.id,
            order.item.id,
            order.total,
            title,
            order.locale,
            back,
            attempt.expires_at,
            self._guard.secure(order.total),
        )
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

    async def settle(self, session: str) -> None:
        """Look at one attempt and let the book follow the truth. Raises PaymentError."""
        checkout = await self._payments.look(session)
        if checkout.order is None or await self._orders.get(checkout.order) is None:
            if checkout.paid:
                await self._voice.alarm(Alarm("payment_of_unknown_order", checkout.session))
            return
        await self._follow(checkout)

    async def unsettled(self, after: str) -> list[tuple[str, str]]:
        """(our key, session) of attempts that may yet be paid, in the order of their keys."""
        return await self._app.read(
            lambda connection: [
                (row.key, row.session)
                for row in connection.execute(
                    select(checkouts.c.key, checkouts.c.session)
                    .where(
                        checkouts.c.state.in_(("open", "pending")),
                        checkouts.c.session.is_not(None),
                        checkouts.c.key > after,
                    )
                    .order_by(checkouts.c.key)
                    .limit(BATCH)
                )
            ]
        )

    async def close_open(self, customer: str, why: str) -> list[str]:
        """Close what a customer could still pay; the numbers of the orders that ended by it."""
        closed = []
        for row in await self._open_of(customer):
            await self._payments.expire(row.session)
            checkout = await self._payments.look(row.session)
            if checkout.paid or checkout.state == "complete":
                await self._follow(checkout)
                continue
            await self._by_session(row.session, "expired")
            if await self._orders.closed(row.order_id, "cancelled", why):
                closed.append(row.order_id)
        return closed

    async def cancel_open(self, customer: str) -> None:
        """Close every attempt of a customer that was not paid."""
        for row in await self._open_of(customer):
            await self._payments.expire(row.session)
            await self.settle(row.session)

    async def close_links(self, order: str) -> None:
        """Nobody shall pay this order by a link any more: it was paid another way. Raises PaymentError."""
        sessions = await self._app.read(
            lambda connection: (
                connection.execute(
                    select(checkouts.c.session).where(
                        checkouts.c.order_id == order,
                        checkouts.c.state == "open",
                        checkouts.c.session.is_not(None),
                    )
                )
                .scalars()
                .all()
            )
        )
        for session in sessions:
            await self._payments.expire(session)
            await self.settle(session)

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

    async def _follow(self, checkout: Checkout) -> None:
        if checkout.paid:
            await self._paid(checkout)
        elif checkout.state == "expired":
            await self._expired(checkout)
        elif checkout.failed:
            await self._failed(checkout)
        elif checkout.state == "complete":
            await self._pending(checkout)

    def _attempt(self, connection: Connection, order: Order) -> Any | None:
        """The attempt to show or to make, its key stored before the service is asked."""
        now = self._clock.now()
        state = connection.execute(select(orders.c.state).where(orders.c.id == order.id)).scalar()
        if state != "awaiting_payment":
            # The same words dealt with once more, after a restart: they may have been paid for meanwhile.
            raise NotOpen(str(state))
        made = connection.execute(
            select(checkouts).where(checkouts.c.order_id == order.id).order_by(checkouts.c.attempt.desc())
        ).all()
        if made and made[0].state in ("new", "open") and made[0].expires_at > now + timedelta(minutes=31):
            return made[0]
        if made and made[0].state == "open" and made[0].expires_at > now:
            return made[0]
        if len(made) >= MOST_ATTEMPTS:
            return None
        self._guard.check(connection, order)
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

    async def _open_of(self, customer: str) -> Sequence[Any]:
        return await self._app.read(
            lambda connection: connection.execute(
                select(checkouts.c.session, checkouts.c.order_id)
                .join(orders, orders.c.id == checkouts.c.order_id)
                .where(
                    orders.c.customer_id == customer,
                    checkouts.c.state == "open",
                    checkouts.c.session.is_not(None),
                )
            ).all()
        )

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
