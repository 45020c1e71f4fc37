"""Selling for Telegram Stars: the price, the answer before a payment, and what a payment leads to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import structlog
from sqlalchemy import Connection, select, update

from services.buyer_guard import BuyerGuard, Held
from services.catalogue import Catalogue
from services.checkout import Checkouts
from services.clock import Clock, Waits
from services.durable import Durable
from services.money import STARS, Money
from services.news import Alarm, PaidBackInChat, Voice
from services.orders import Order, Orders
from services.orders.order import PURCHASE
from services.orders.sold import SoldPlan
from services.orders.whose import whose
from services.payments import GivenBack, PaymentError
from services.payments.stars import ALREADY, StarBank
from services.prices import Prices
from services.refund_truth import RefundTruth
from services.sales_pause import SalesPause
from services.storage import Storage
from services.storage.app import orders, payment_events, refunds
from services.storage.sealing import Secrets
from services.storage.upsert import insert_new

log = structlog.get_logger()

METHOD = "stars"
#: Seconds before each try to close an order's links.
CLOSING = (0, 5, 60, 300)
Why = Literal["unknown", "not_yours", "paid", "over", "amount", "not_sold", "paused"]


@dataclass(frozen=True)
class NotPayable:
    """Why a payment may not go through. `order` and `locale` are told to the order's own traveller only."""

    why: Why
    order: str = ""
    locale: str | None = None


@dataclass(frozen=True)
class Came:
    """A payment in Stars, as Telegram told it. `chat` is where the traveller hears of it."""

    order: str
    charge: str
    amount: Money
    payer: int
    chat: str


class StarSales:
    """Everything between an order and its Stars."""

    def __init__(
        self,
        app: Storage,
        orders_: Orders,
        checkouts: Checkouts,
        catalogue: Catalogue,
        sales: SalesPause,
        prices: Prices,
        bank: StarBank,
        guard: BuyerGuard,
        secrets: Secrets,
        durable: Durable,
        truth: RefundTruth,
        clock: Clock,
        waits: Waits,
        voice: Voice,
    ) -> None:
        self._app = app
        self._orders = orders_
        self._checkouts = checkouts
        self._catalogue = catalogue
        self._sales = sales
        self._prices = prices
        self._bank = bank
        self._guard = guard
        self._secrets = secrets
        self._clock = clock
        self._waits = waits
        self._voice = voice
        self._truth = truth
        self._durable = durable
        durable.tells("close_links", self.close_links)

    async def offer(self, order: Order) -> int | None:
        """What an unpaid order costs in Stars, frozen when it is first asked; None when Stars are not taken.

        Raises Held when the buyer must wait.
        """
        if order.state != "awaiting_payment" or order.stars is not None:
            return order.stars
        price = self._prices.in_stars(order.total, self._clock.now())
        if price is None:
            return None

        def freeze(connection: Connection) -> int | None:
            self._guard.check(connection, order)
            connection.execute(
                update(orders)
                .where(
                    orders.c.id == order.id,
                    orders.c.state == "awaiting_payment",
                    orders.c.stars.is_(None),
                )
                .values(stars=price)
            )
            return connection.execute(select(orders.c.stars).where(orders.c.id == order.id)).scalar()

        return await self._app.transaction(freeze)

    async def objection(self, number: str, customer: str | None, amount: Money) -> NotPayable | None:
        """Why this customer may not pay this order now; None when they may. Reads only, and waits for no chat."""
        order = await self._orders.get(number)
        if order is None or order.customer is None:
            return NotPayable("unknown")
        if order.customer != customer:
            return NotPayable("not_yours")
        why = await self._why_not(order, amount)
        return None if why is None else NotPayable(why, order.id, order.locale)

    async def came(self, payment: Came, *, live: bool = True) -> str:
        """A payment went through. Safe to repeat: each counts once; what belongs to no order goes back at once.

        Not `live`: found in the account later. Then a person decides about what belongs to no order: it may be of
        another program that used this bot before, or of an order that a restored backup lacks.
        Raises PaymentError when it could not be given back now and another try makes sense.
        """
        event = self._secrets.hash("payment", payment.charge)
        if await self._is_done(event):
            return "repeated"
        paid = await self._orders.paid(payment.order, METHOD, payment.charge, payment.amount)
        log.info("payment", method=METHOD, outcome=paid.outcome)
        if paid.outcome in ("unknown_order", "erased", "wrong_amount"):
            if live:
                await self._back_at_once(payment, paid.outcome, event)
            else:
                await self._voice.alarm(Alarm("stars_of_unknown_order", payment.charge))
        await self._done(event)
        if paid.outcome == "begun":
            await self._app.transaction(lambda connection: self._begin_closing(connection, payment.order))
        return paid.outcome

    async def close_links(self, order: str) -> str:
        """The workflow that closes the card's links of an order that was paid in Stars."""
        for number, pause in enumerate(CLOSING):
            if pause:
                await self._durable.sleep(self._waits(pause))
            if await self._durable.step(f"close-{number}", self._close_links, order) == "closed":
                return "closed"
        return "left"  # they end by themselves, and a second payment goes back

    async def went_back(self, charge: str, amount: Money) -> None:
        """Telegram says that a payment is back with its traveller: by our wish, or by somebody else's."""
        if await self._app.transaction(lambda connection: self._ours_is_done(connection, charge)):
            return
        if await self._app.read(lambda connection: whose(connection, charge, None)) is not None:
            await self._truth.follow(GivenBack(charge, "succeeded", amount, charge))

    async def _why_not(self, order: Order, amount: Money) -> Why | None:
        item = order.item
        if order.state == "paid":
            return "paid"
        if order.state != "awaiting_payment":
            return "over"
        if order.stars is None or amount != Money(order.stars, STARS):
            return "amount"
        if await self._sales.stops(item.provider, item.sku, Decimal(item.most_cost)):
            return "paused"
        plan = SoldPlan.from_json(item.plan).id
        if item.kind == PURCHASE and self._catalogue.plan(plan) is None:
            return "not_sold"
        return (
            None
            if await self._app.transaction(lambda connection: self._is_free(connection, order))
            else "paused"
        )

    def _is_free(self, connection: Connection, order: Order) -> bool:
        try:
            self._guard.check(connection, order)
        except Held:
            return False
        return True

    def _begin_closing(self, connection: Connection, order: str) -> None:
        # Named like the work of its item, so that it is forgotten with it.
        self._durable.start_with(connection, "close_links", f"{order}-1-links", order)

    async def _close_links(self, order: str) -> str:
        try:
            await self._checkouts.close_links(order)
        except PaymentError:
            return "again"
        return "closed"

    async def _back_at_once(self, payment: Came, why: str, event: str) -> None:
        try:
            await self._bank.give_back(payment.payer, payment.charge)
        except PaymentError as error:
            if error.again:
                raise
            if error.reason != ALREADY:
                await self._voice.alarm(Alarm("stars_not_returned", f"{payment.charge} {error.reason}"))
                return
        await self._voice.alarm(Alarm("stars_returned", f"{payment.order[:16]} {why}"))
        await self._voice.tell(payment.chat, PaidBackInChat(payment.amount.minor), f"stars-back:{event}")

    def _ours_is_done(self, connection: Connection, charge: str) -> bool:
        """Whether it was us who asked for it. Stars go back whole, so that is all there is to know."""
        ours = refunds.c.payment == charge
        known = connection.execute(select(refunds.c.key).where(ours)).first() is not None
        connection.execute(
            update(refunds).where(ours, refunds.c.state.in_(("due", "pending"))).values(state="succeeded")
        )
        return known

    async def _is_done(self, event: str) -> bool:
        """Also where the order's buyer was erased meanwhile, and nothing else remembers the payment."""

        def work(connection: Connection) -> bool:
            insert_new(connection, payment_events, id=event, kind="successful_payment", at=self._clock.now())
            done = select(payment_events.c.done_at).where(payment_events.c.id == event)
            return connection.execute(done).scalar() is not None

        return await self._app.transaction(work)

    async def _done(self, event: str) -> None:
        await self._app.transaction(
            lambda connection: connection.execute(
                update(payment_events).where(payment_events.c.id == event).values(done_at=self._clock.now())
            )
        )
