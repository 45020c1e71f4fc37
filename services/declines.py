"""When banks refuse a buyer's cards again and again: the open links are closed, with a word why."""

from __future__ import annotations

import structlog
from sqlalchemy import select

from services.buyer_guard import BuyerGuard
from services.checkout import Checkouts
from services.news import CheckoutPaused, Voice
from services.payments import Watched
from services.storage import Storage
from services.storage.app import orders

log = structlog.get_logger()


class Declines:
    """Counts refused cards. A link that stays open would let somebody try stolen ones on it."""

    def __init__(
        self, app: Storage, payments: Watched, guard: BuyerGuard, checkouts: Checkouts, voice: Voice
    ) -> None:
        self._app = app
        self._payments = payments
        self._guard = guard
        self._checkouts = checkouts
        self._voice = voice

    async def look(self, payment: str | None) -> None:
        """Look at the attempts of a payment. Repeats change nothing. Raises PaymentError."""
        if payment is None:
            return
        truth = await self._payments.look_at_payment(payment)
        if truth.order is None or not truth.declined:
            return
        row = await self._app.read(
            lambda connection: connection.execute(
                select(orders.c.customer_id, orders.c.chat_id).where(orders.c.id == truth.order)
            ).one_or_none()
        )
        if row is None or row.customer_id is None:
            return
        until = await self._guard.declined(row.customer_id, truth.declined)
        if until is None:
            return
        closed = await self._checkouts.close_open(row.customer_id, "declines")
        log.warning("checkout paused", closed=len(closed))
        for order in closed:
            if row.chat_id is not None:
                await self._voice.tell(row.chat_id, CheckoutPaused(order, until), f"paused:{order}")
