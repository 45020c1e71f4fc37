"""The orders' book: placed, paid, moved on. Every change names the state that it leaves, and is written down."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from services.clock import Clock
from services.money import STARS, Money, split
from services.orders.order import FULFILMENT, PAYMENT, PURCHASE, STORIES, TOPUP, Item, Order, Statement
from services.storage import Storage
from services.storage.app import customers, history, items, orders, paperwork, refunds, statements
from services.storage.upsert import insert_new

#: Letters of an order's number: none that is read as another one.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

#: What has to be declared before an eSIM is handed over at once.
WAIVERS = frozenset({"start_now", "right_ends"})
#: How the key begins under which a second payment goes back.
SECOND = "second:"

StartWith = Callable[[Connection, str, str, str], None]


@dataclass(frozen=True)
class Paid:
    """What became of money that came in."""

    outcome: Literal["begun", "repeated", "second_payment", "wrong_amount", "unknown_order", "erased"]


@dataclass(frozen=True)
class Sale:
    """What is about to be sold: the plan as offered, its price, and what it may cost us."""

    plan: Mapping[str, Any]
    provider: str
    sku: str
    price: Money
    tax: Money
    most_cost: str
    #: By which the tax was reckoned, a share: 0.20.
    tax_rate: Decimal
    #: The line that a top-up is for.
    tops_up: str | None = None
    #: By whose link the buyer came.
    campaign: str | None = None


class Orders:
    """Keeps the book. `start` begins durable work inside the transaction that records why."""

    def __init__(
        self,
        app: Storage,
        clock: Clock,
        start: StartWith,
        promise: timedelta = timedelta(minutes=30),
        rules: Mapping[str, Any] | None = None,
    ) -> None:
        #: How long an order may take from its payment.
        self.promise = promise
        self._app = app
        self._clock = clock
        self._start = start
        #: What the shop grants after a sale: frozen on every order that is placed.
        self._rules = dict(rules or {})

    async def place(
        self,
        event: str,
        customer: str,
        chat: str,
        locale: str,
        terms: str,
        sale: Sale,
        declared: Sequence[Statement],
    ) -> Order:
        """Place an order, once for each event that asks for one. Raises LookupError when the customer is gone."""
        number = "M" + "".join(secrets.choice(_LETTERS) for _ in range(8))
        now = self._clock.now()

        def work(connection: Connection) -> Order:
            known = connection.execute(
                select(orders.c.id).where(orders.c.event_id == event)
            ).scalar_one_or_none()
            if known is None:
                if (
                    connection.execute(select(customers.c.id).where(customers.c.id == customer)).first()
                    is None
                ):
                    raise LookupError("the customer is gone")
                self._insert(connection, number, event, customer, chat, locale, terms, sale, declared, now)
            return _must(connection, known or number)

        return await self._app.transaction(work)

    async def get(self, order: str) -> Order | None:
        """The order of that number, or None."""
        return await self._app.read(lambda connection: read_order(connection, order))

    async def of_customer(self, customer: str, most: int = 20) -> list[Order]:
        """A customer's orders, newest first."""

        def work(connection: Connection) -> list[Order]:
            numbers = connection.execute(
                select(orders.c.id)
                .where(orders.c.customer_id == customer)
                .order_by(orders.c.placed_at.desc())
                .limit(most)
            ).scalars()
            return [_must(connection, number) for number in numbers]

        return await self._app.read(work)

    async def paid(self, order: str, method: str, reference: str, amount: Money) -> Paid:
        """Money came in. Safe to repeat: every payment, by its reference, counts once."""
        now = self._clock.now()

        def work(connection: Connection) -> Paid:
            row = connection.execute(
                select(orders).where(orders.c.id == order).with_for_update()
            ).one_or_none()
            if row is None:
                return Paid("unknown_order")
            if row.customer_id is None:
                return Paid("erased")
            if row.reference == reference or _is_second(connection, reference):
                return Paid("repeated")
            if row.state == "paid":
                return self._second(connection, row, reference, amount, now)
            if amount.currency == STARS:
                if amount.minor != row.stars:
                    return Paid("wrong_amount")
                row = priced_in_stars(connection, row)
            move_order(connection, order, row.state, "paid", method, now)
            connection.execute(
                update(orders)
                .where(orders.c.id == order)
                .values(
                    method=method,
                    reference=reference,
                    paid_at=now,
                    due_at=now + self.promise,
                    captured=orders.c.captured + amount.minor,
                )
            )
            right = amount == Money(row.total, row.currency)
            parts = select(items.c.id, items.c.kind).where(items.c.order_id == order)
            for item in connection.execute(parts).all():
                if right:
                    self._start(connection, STORIES[item.kind], item.id, item.id)
                else:
                    move_item(connection, item.id, ("waiting",), "needs_person", "wrong_amount", now)
            return Paid("begun" if right else "wrong_amount")

        return await self._app.transaction(work)

    async def closed(self, order: str, now: Literal["expired", "cancelled"], why: str) -> bool:
        """Nobody will pay any more; False when the order was not waiting for money."""
        moment = self._clock.now()
        return await self._app.transaction(
            lambda connection: move_order(connection, order, "awaiting_payment", now, why, moment)
        )

    async def move(self, item: str, was: Sequence[str], now: str, why: str, **values: Any) -> bool:
        """Move an item on; False when it was in none of the states it could leave."""
        moment = self._clock.now()
        return await self._app.transaction(
            lambda connection: move_item(connection, item, was, now, why, moment, **values)
        )

    async def offered_mail(self, order: str, accepted: bool) -> None:
        """Remember what the traveller said about the address given at the checkout."""
        await self._app.transaction(
            lambda connection: connection.execute(
                update(orders).where(orders.c.id == order).values(mail_offered=accepted)
            )
        )

    async def waived(self, order: str) -> bool:
        """Whether both statements are stored without which nothing may be handed over before the period's end.

        Delivery was asked for at once, and it was acknowledged that the right to withdraw ends with it (Code de la
        consommation, art. L221-26 and L221-28).
        """
        kept = await self._app.read(
            lambda connection: set(
                connection.execute(select(statements.c.kind).where(statements.c.order_id == order)).scalars()
            )
        )
        return kept >= WAIVERS

    async def declared(self, order: str) -> list[Statement]:
        """What the traveller declared before paying."""
        rows = await self._app.read(
            lambda connection: connection.execute(
                select(statements.c.kind, statements.c.text).where(statements.c.order_id == order)
            ).all()
        )
        return [Statement(row.kind, row.text) for row in rows]

    def _insert(
        self,
        connection: Connection,
        number: str,
        event: str,
        customer: str,
        chat: str,
        locale: str,
        terms: str,
        sale: Sale,
        declared: Sequence[Statement],
        now: datetime,
    ) -> None:
        connection.execute(
            insert(orders).values(
                id=number,
                customer_id=customer,
                chat_id=chat,
                event_id=event,
                state="awaiting_payment",
                currency=sale.price.currency,
                total=sale.price.minor,
                tax=sale.tax.minor,
                tax_rate=str(sale.tax_rate),
                captured=0,
                locale=locale,
                terms=terms,
                rules=self._rules,
                campaign=sale.campaign,
                placed_at=now,
            )
        )
        connection.execute(
            insert(items).values(
                id=f"{number}-1",
                order_id=number,
                kind=PURCHASE if sale.tops_up is None else TOPUP,
                tops_up=sale.tops_up,
                state="waiting",
                plan=dict(sale.plan),
                provider=sale.provider,
                sku=sale.sku,
                price=sale.price.minor,
                most_cost=sale.most_cost,
                changed_at=now,
            )
        )
        for one in declared:
            connection.execute(
                insert(statements).values(
                    order_id=number,
                    kind=one.kind,
                    locale=locale,
                    text=one.text,
                    digest=sha256(one.text.encode()).hexdigest(),
                    at=now,
                )
            )

    def _second(self, connection: Connection, row: Any, reference: str, amount: Money, now: datetime) -> Paid:
        """The same order was paid twice: what came second goes straight back."""
        key = f"{SECOND}{reference}"
        if amount.currency == row.currency:
            connection.execute(
                update(orders).where(orders.c.id == row.id).values(captured=orders.c.captured + amount.minor)
            )
        insert_new(
            connection,
            refunds,
            key=key,
            order_id=row.id,
            amount=amount.minor,
            currency=amount.currency,
            payment=reference,
            state="due",
            why="second_payment",
            at=now,
        )
        self._start(connection, "give_back", f"give-back-{key}"[:120], key)
        return Paid("second_payment")


def read_order(connection: Connection, order: str) -> Order | None:
    """The order with its items, or None."""
    row = connection.execute(select(orders).where(orders.c.id == order)).one_or_none()
    if row is None:
        return None
    parts = connection.execute(select(items).where(items.c.order_id == order).order_by(items.c.id)).all()
    return Order(
        id=row.id,
        customer=row.customer_id,
        chat=row.chat_id,
        state=row.state,
        total=Money(row.total, row.currency),
        tax=Money(row.tax, row.currency),
        tax_rate=Decimal(row.tax_rate),
        captured=Money(row.captured, row.currency),
        method=row.method,
        reference=row.reference,
        locale=row.locale,
        placed_at=row.placed_at,
        paid_at=row.paid_at,
        due_at=row.due_at,
        mail_offered=row.mail_offered,
        listed=Money(_or(row.listed_total, row.total), row.listed_currency or row.currency),
        listed_tax=Money(_or(row.listed_tax, row.tax), row.listed_currency or row.currency),
        stars=row.stars,
        refunded=Money(_refunded(connection, order, row.currency), row.currency),
        rules=row.rules,
        items=tuple(_item(part, row.currency) for part in parts),
    )


def move_order(connection: Connection, order: str, was: str, now: str, why: str, at: datetime) -> bool:
    """Move an order's payment state on; False when it was not in the state to leave."""
    if now not in PAYMENT[was]:
        return False
    moved = connection.execute(
        update(orders).where(orders.c.id == order, orders.c.state == was).values(state=now)
    ).rowcount
    if moved:
        connection.execute(insert(history).values(order_id=order, was=was, now=now, why=why, at=at))
    return moved == 1


def move_item(
    connection: Connection, item: str, was: Sequence[str], now: str, why: str, at: datetime, **values: Any
) -> bool:
    """Move an item on; False when it was in none of the states to leave."""
    leaving = [state for state in was if now in FULFILMENT[state]]
    row = connection.execute(
        select(items.c.order_id, items.c.state).where(items.c.id == item).with_for_update()
    ).one_or_none()
    if row is None or row.state not in leaving:
        return False
    moved = connection.execute(
        update(items)
        .where(items.c.id == item, items.c.state == row.state)
        .values(state=now, changed_at=at, reason=why, **values)
    ).rowcount
    if moved:
        connection.execute(
            insert(history).values(
                order_id=row.order_id, item_id=item, was=row.state, now=now, why=why, at=at
            )
        )
        if now == "delivered":
            _invoice_due(connection, row.order_id, at)
    return moved == 1


def _invoice_due(connection: Connection, order: str, at: datetime) -> None:
    """From the very moment of the delivery, whatever dies before it is written; again, if it was taken back."""
    key = f"invoice:{order}"
    if not insert_new(connection, paperwork, key=key, order_id=order, state="due", at=at):
        connection.execute(
            update(paperwork)
            .where(paperwork.c.key == key, paperwork.c.state == "none")
            .values(state="due", at=at)
        )


def priced_in_stars(connection: Connection, row: Any) -> Any:
    """From now on the order's own money is Stars, and so is its items'; the listed price is kept. The new row."""
    parts = connection.execute(
        select(items.c.id, items.c.price).where(items.c.order_id == row.id).order_by(items.c.id)
    ).all()
    shares = split(row.stars, [part.price for part in parts])
    for part, share in zip(parts, shares, strict=True):
        connection.execute(update(items).where(items.c.id == part.id).values(price=share))
    net, tax = split(row.stars, [row.total - row.tax, row.tax])
    return connection.execute(
        update(orders)
        .where(orders.c.id == row.id)
        .values(
            currency=STARS,
            total=net + tax,
            tax=tax,
            listed_currency=row.currency,
            listed_total=row.total,
            listed_tax=row.tax,
        )
        .returning(orders)
    ).one()


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _refunded(connection: Connection, order: str, currency: str) -> int:
    """Minor units of the order's own payment that went back, or are on their way."""
    total = connection.execute(
        select(func.coalesce(func.sum(refunds.c.amount), 0)).where(
            refunds.c.order_id == order,
            refunds.c.currency == currency,
            refunds.c.item_id.is_not(None),
            refunds.c.state != "failed",
        )
    ).scalar_one()
    return int(total)


def _is_second(connection: Connection, reference: str) -> bool:
    return (
        connection.execute(select(refunds.c.key).where(refunds.c.key == f"{SECOND}{reference}")).first()
        is not None
    )


def _must(connection: Connection, order: str) -> Order:
    found = read_order(connection, order)
    if found is None:
        raise LookupError(order)
    return found


def _item(row: Any, currency: str) -> Item:
    return Item(
        id=row.id,
        order=row.order_id,
        kind=row.kind,
        state=row.state,
        plan=row.plan,
        provider=row.provider,
        sku=row.sku,
        price=Money(row.price, currency),
        most_cost=row.most_cost,
        esim=row.esim_id,
        reason=row.reason,
        tops_up=row.tops_up,
    )
