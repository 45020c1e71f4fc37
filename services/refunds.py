"""Money on its way back: noted first, asked for under the same key until it is certain, then told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Connection, func, select, update

from services.clock import Clock, Waits
from services.dispatches import Dispatches, announcement
from services.durable import Durable
from services.money import Money
from services.news import Alarm, Refunded, RefundFailed, Voice
from services.orders import Orders
from services.orders.book import move_item
from services.payments import GivenBack, PaymentError
from services.payments.ways import WaysBack
from services.refund_truth import GONE, RefundTruth, asked_as
from services.storage import Storage
from services.storage.app import items, orders, refunds
from services.storage.upsert import insert_new

log = structlog.get_logger()

#: Seconds between tries while the payment service is away, and how many there are: two days in all.
AGAIN = (5, 15, 60, 300, *([900] * 190))
#: The states of an item that its owner does not hold.
UNDELIVERED = ("waiting", "buying", "needs_person")
#: Why an item that stands in for another one at no charge needs a person: it could not be bought.
NOT_REPLACED = "not_replaced"
#: Seconds between tries to tell.
TELL = (0, 2, 10, 60, 300, 900)


class Refunds:
    """The workflow "give_back": one refund, by its key."""

    def __init__(
        self,
        app: Storage,
        orders_: Orders,
        ways: WaysBack,
        durable: Durable,
        clock: Clock,
        waits: Waits,
        voice: Voice,
        dispatches: Dispatches,
        truth: RefundTruth,
    ) -> None:
        self._app = app
        self._truth = truth
        self._orders = orders_
        self._ways = ways
        self._durable = durable
        self._clock = clock
        self._waits = waits
        self._voice = voice
        self._dispatches = dispatches
        durable.tells("give_back", self.give_back)
        durable.tells("tell_refund", self.tell_refund)

    async def due(self, item: str, why: str, was: Sequence[str] = UNDELIVERED) -> str:
        """Note that what is left of an item's money goes back; the refund's key. Repeats change nothing."""
        return await self._note(item, why, was)

    async def due_unless_bought(self, item: str, why: str) -> str:
        """The same while the item has no line; "" when it has one, or was settled otherwise."""
        return await self._note(item, why, ("waiting", "buying"), without_line=True)

    async def give_back(self, key: str) -> str:
        """One refund from noted to told. Nothing for the empty key of what was not noted."""
        if not key:
            return "nothing"
        for number, pause in enumerate(AGAIN):
            outcome = await self._durable.step(f"refund-{number}", self._ask, key)
            if outcome != "again":
                break
            await self._durable.sleep(self._waits(pause))
        else:
            outcome = "failed"
        if outcome == "failed":
            await self._durable.step("needs-person", self._leave_to_person, key)
            return "needs_person"
        await self._durable.step("refunded", self._done, key)
        if outcome != "covered":
            await self.tell_refund(key)
        return "refunded"

    async def _note(self, item: str, why: str, was: Sequence[str], *, without_line: bool = False) -> str:
        now = self._clock.now()
        key = f"item:{item}"

        def work(connection: Connection) -> str:
            row = connection.execute(
                select(
                    items.c.order_id, items.c.price, items.c.esim_id, orders.c.currency, orders.c.reference
                )
                .join(orders, orders.c.id == items.c.order_id)
                .where(items.c.id == item)
                .with_for_update(of=items)
            ).one()
            if without_line and row.esim_id is not None:
                return ""
            if not row.price:
                # What was free has nothing to give back: that it cannot be bought is for a person.
                move_item(connection, item, ("waiting", "buying"), "needs_person", NOT_REPLACED, now)
                return ""
            if not move_item(connection, item, was, "refund_due", why, now):
                # Noted before, by this step or by somebody else; or settled otherwise.
                known = select(refunds.c.key).where(refunds.c.key == key)
                return connection.execute(known).scalar() or ""
            # Somebody may have given money back in the payment service's own dashboard.
            left = max(row.price - _gone_from_item(connection, item), 0)
            insert_new(
                connection,
                refunds,
                key=key,
                order_id=row.order_id,
                item_id=item,
                amount=left,
                currency=row.currency,
                payment=row.reference or "",
                state="due" if left else "covered",
                why=why,
                at=now,
            )
            return key

        return await self._app.transaction(work)

    async def tell_refund(self, key: str) -> str:
        """Tell until it arrived. Whoever cannot be reached now is told when they write again."""
        for number, pause in enumerate(TELL):
            if pause:
                await self._durable.sleep(self._waits(pause))
            outcome = await self._durable.step(f"tell-{number}", self._tell, key)
            if outcome in ("told", "announced"):
                # The template says it all: nothing is left to be shown.
                outcome = await self._durable.step(f"arrived-{number}", self._arrived, key)
            if outcome != "again":
                return outcome
        return "unreachable"

    async def _ask(self, key: str) -> str:
        row = await self._row(key)
        if row.state in ("pending", "succeeded", "covered", "failed"):
            return str(row.state)
        try:
            given = await self._ways.of(row.currency).give_back(
                row.payment, Money(row.amount, row.currency), asked_as(row), row.order_id
            )
        except PaymentError as error:
            log.warning("refund not done", order=row.order_id, reason=error.reason)
            if error.reason in ("answered_500", "charge_already_refunded", "invalid"):
                # The same key would be answered the same for ever: look, and ask by another one for what is left.
                return await self._look_and_rekey(key, row, error.reason)
            return "again" if error.again else "failed"
        return await self._given(key, given)

    async def _look_and_rekey(self, key: str, row: Any, because: str) -> str:
        """Let the book follow what was given back by now, by us or by hand; then ask for the rest."""
        try:
            for made in await self._ways.of(row.currency).refunds_of(row.payment):
                await self._truth.follow(made)
        except PaymentError:
            return "again"
        now = await self._row(key)
        if now.state != "due":
            return str(now.state)
        if now.amount != row.amount:
            return "again"
        if because != "answered_500":
            # Asked for the right amount and refused: nothing that asking again would change.
            return "failed"
        await self._set(key, tries=row.tries + 1)
        return "again"

    async def _given(self, key: str, given: GivenBack) -> str:
        """Keep the answer, unless an event has brought a newer truth already."""
        await self._app.transaction(
            lambda connection: connection.execute(
                update(refunds)
                .where(refunds.c.key == key, refunds.c.state == "due")
                .values(state=given.state, reference=given.reference)
            )
        )
        return str((await self._row(key)).state)

    async def _done(self, key: str) -> str:
        row = await self._row(key)
        now = self._clock.now()
        if row.item_id is not None:
            await self._app.transaction(
                lambda connection: move_item(
                    connection, row.item_id, ("refund_due",), "refunded", row.why, now
                )
            )
        return "done"

    async def _tell(self, key: str) -> str:
        row = await self._row(key)
        order = await self._orders.get(row.order_id)
        if order is None or order.chat is None:
            return "nobody"
        about = f"refund:{key}"
        tried = await self._dispatches.tries(about)
        told = await self._voice.tell(
            order.chat,
            Refunded(order.id, row.amount, row.currency, row.why),
            f"refunded:{key}:{tried}",
            self._dispatches.noting(order.chat, about),
        )
        return told.state

    async def _arrived(self, key: str) -> str:
        about = f"refund:{key}"
        if not await self._dispatches.arrived(about, announcement(about)):
            return "again"
        await self._set(key, told=True)
        return "told"

    async def _leave_to_person(self, key: str) -> str:
        row = await self._row(key)
        now = self._clock.now()
        await self._set(key, state="failed")
        if row.item_id is not None:
            await self._app.transaction(
                lambda connection: move_item(
                    connection, row.item_id, ("refund_due",), "needs_person", "refund_failed", now
                )
            )
        await self._voice.alarm(Alarm("refund_failed", row.order_id))
        order = await self._orders.get(row.order_id)
        if order is not None and order.chat is not None:
            await self._voice.tell(order.chat, RefundFailed(order.id), f"refund-failed:{key}")
        return "left"

    async def _row(self, key: str) -> Any:
        return await self._app.read(
            lambda connection: connection.execute(select(refunds).where(refunds.c.key == key)).one()
        )

    async def _set(self, key: str, **values: Any) -> None:
        await self._app.transaction(
            lambda connection: connection.execute(
                update(refunds).where(refunds.c.key == key).values(**values)
            )
        )


def _gone_from_item(connection: Connection, item: str) -> int:
    total = connection.execute(
        select(func.coalesce(func.sum(refunds.c.amount), 0)).where(
            refunds.c.item_id == item, refunds.c.state.in_(GONE)
        )
    ).scalar_one()
    return int(total)
