"""Money that somebody decides to give back: in part or whole, never above what is left, once for each decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from services.clock import Clock
from services.money import STARS, Money
from services.orders.book import StartWith, move_item
from services.storage import Storage
from services.storage.app import esims, history, items, orders, refunds

#: Why an operator gives money back. Codes, because free words about somebody have no place in the book.
REASONS = ("goodwill", "not_working", "not_delivered", "withdrawal", "mistake")
#: The same amount of one order may be given back this often on purpose.
MOST_OF_ONE_AMOUNT = 20
#: Nothing is bought for these any more, so nothing of them can be given back by a decision.
_WORKED_ON = ("waiting", "buying")
_NOT_GONE = ("failed", "reinstated")


@dataclass(frozen=True)
class Standing:
    """An order's money: what came in, what went back or is on its way, what may still go."""

    order: str
    captured: Money
    back: Money
    #: Something of it is being bought just now.
    worked_on: bool
    #: Refunds that the payment service or the bank refused.
    failed: int
    #: The buyer's bank took the money, or may take it.
    disputed: bool
    method: str | None

    @property
    def left(self) -> Money:
        return self.captured - self.back


@dataclass(frozen=True)
class Decision:
    """Give back `amount` (None: all that is left) of an order, for a reason, under a key of the decision."""

    order: str
    amount: Money | None
    why: str
    key: str
    #: The eSIM does not stay with its owner: it is closed, and never stock again.
    closes_line: bool = False


#: Why the amount of a decision cannot go back.
Refusal = Literal["other_currency", "worked_on", "disputed", "nothing_left", "too_much", "whole_only"]


@dataclass(frozen=True)
class Decided:
    """What became of a decision; `amount` is what goes back by it."""

    outcome: Literal["noted", "repeated", "unknown_order"] | Refusal
    amount: Money | None = None


class GivingBack:
    """Notes refunds and starts the work that carries them out, in one transaction."""

    def __init__(self, app: Storage, clock: Clock, start: StartWith) -> None:
        self._app = app
        self._clock = clock
        self._start = start

    async def standing(self, order: str) -> Standing | None:
        """How an order's money stands; None for an order that nobody paid, or that does not exist."""

        def work(connection: Connection) -> Standing | None:
            row = connection.execute(select(orders).where(orders.c.id == order)).one_or_none()
            return _standing(connection, row) if row is not None and row.captured else None

        return await self._app.read(work)

    async def decide(self, decision: Decision) -> Decided:
        """Carry a decision out, once for each key; a repeat says what the first one did."""
        now = self._clock.now()
        return await self._app.transaction(lambda connection: self.note(connection, decision, now))

    async def try_again(self, order: str) -> int:
        """Ask once more for the refunds of an order that failed; how many there were."""
        now = self._clock.now()
        return await self._app.transaction(lambda connection: self._again(connection, order, now))

    def note(self, connection: Connection, decision: Decision, now: datetime) -> Decided:
        """The same as `decide`, inside the caller's transaction."""
        row = connection.execute(
            select(orders).where(orders.c.id == decision.order).with_for_update()
        ).one_or_none()
        # Of an erased buyer's order the payment is not known here any more.
        if row is None or not row.captured or row.reference is None:
            return Decided("unknown_order")
        repeated = _of_key(connection, decision.key, row.currency)
        if repeated is not None:
            return Decided("repeated", repeated)
        refused, amount = _amount(_standing(connection, row), decision.amount)
        if refused is not None:
            return Decided(refused)
        for number, (item, part) in enumerate(_shares(connection, row, amount.minor)):
            self._one(connection, row, decision, _part_key(decision.key, number), item, part, now)
        return Decided("noted", amount)

    def _one(
        self,
        connection: Connection,
        order: Any,
        decision: Decision,
        key: str,
        item: Any,
        part: int,
        now: datetime,
    ) -> None:
        whole = part >= _room(connection, item)
        connection.execute(
            insert(refunds).values(
                key=key,
                order_id=order.id,
                item_id=item.id,
                amount=part,
                currency=order.currency,
                payment=order.reference,
                state="due",
                why=decision.why,
                at=now,
            )
        )
        given = Money(part, order.currency)
        _journal(connection, order.id, item.id, ("kept", "going_back"), f"{decision.why}: {given}", now)
        if whole and item.state == "needs_person":
            # It was never handed over: with its money gone, it is over.
            move_item(connection, item.id, ("needs_person",), "refund_due", decision.why, now)
        if decision.closes_line or (whole and item.state != "delivered"):
            close_line(connection, item.id)
        self._start(connection, "give_back", f"give-back-{key}"[:120], key)

    def _again(self, connection: Connection, order: str, now: datetime) -> int:
        connection.execute(select(orders.c.id).where(orders.c.id == order).with_for_update())
        failed = connection.execute(
            select(refunds).where(refunds.c.order_id == order, refunds.c.state == "failed")
        ).all()
        for row in failed:
            connection.execute(
                update(refunds)
                .where(refunds.c.key == row.key, refunds.c.state == "failed")
                .values(state="due", tries=row.tries + 1, reference=None)
            )
            if row.item_id is not None:
                move_item(connection, row.item_id, ("needs_person",), "refund_due", row.why, now)
            _journal(connection, order, row.item_id, ("failed", "going_back"), "tried again", now)
            self._start(connection, "give_back", f"give-back-{row.key}-{row.tries + 1}"[:120], row.key)
        return len(failed)


def close_line(connection: Connection, item: str) -> None:
    """The line of an item is nobody's any more. It stays known, so it is never stock."""
    connection.execute(
        update(esims).where(esims.c.item_id == item, esims.c.state == "given").values(state="closed")
    )


def _standing(connection: Connection, order: Any) -> Standing:
    made = connection.execute(
        select(refunds.c.amount, refunds.c.state, refunds.c.item_id).where(
            refunds.c.order_id == order.id, refunds.c.currency == order.currency
        )
    ).all()
    # A second payment's refund is that payment's own money, whatever became of it.
    back = sum(row.amount for row in made if row.item_id is None or row.state not in _NOT_GONE)
    states = connection.execute(select(items.c.state).where(items.c.order_id == order.id)).scalars()
    return Standing(
        order=order.id,
        captured=Money(order.captured, order.currency),
        back=Money(back, order.currency),
        worked_on=any(state in _WORKED_ON for state in states),
        failed=sum(row.state == "failed" for row in made),
        disputed=order.disputed in ("open", "lost"),
        method=order.method,
    )


def _amount(standing: Standing, asked: Money | None) -> tuple[Refusal | None, Money]:
    """Why it cannot be, or None; and how much it is."""
    amount = standing.left if asked is None else asked
    if amount.currency != standing.captured.currency:
        return "other_currency", amount
    if standing.worked_on:
        return "worked_on", amount
    if standing.disputed:
        return "disputed", amount
    if standing.left.minor <= 0:
        return "nothing_left", amount
    if amount > standing.left or amount.minor <= 0:
        return "too_much", amount
    if amount.currency == STARS and amount != standing.left:
        return "whole_only", amount
    return None, amount


def _shares(connection: Connection, order: Any, amount: int) -> Iterator[tuple[Any, int]]:
    """The amount, spread over the order's items as far as each has room; what was overpaid is the first one's."""
    parts = connection.execute(select(items).where(items.c.order_id == order.id).order_by(items.c.id)).all()
    rooms = [max(0, _room(connection, part)) for part in parts]
    surplus = max(0, amount - sum(rooms))
    left = amount - surplus
    for number, (part, room) in enumerate(zip(parts, rooms, strict=True)):
        share = min(room, left)
        left -= share
        share += surplus if number == 0 else 0
        if share:
            yield part, share


def _room(connection: Connection, item: Any) -> int:
    """How much of an item's price did not go back yet, in minor units."""
    gone = connection.execute(
        select(refunds.c.amount).where(refunds.c.item_id == item.id, refunds.c.state.not_in(_NOT_GONE))
    ).scalars()
    return int(item.price - sum(gone))


def _of_key(connection: Connection, key: str, currency: str) -> Money | None:
    """What a decision of that key gives back already."""
    parts = (
        connection.execute(
            select(refunds.c.amount).where(
                (refunds.c.key == key) | refunds.c.key.startswith(f"{key}#", autoescape=True)
            )
        )
        .scalars()
        .all()
    )
    return Money(sum(parts), currency) if parts else None


def _part_key(key: str, number: int) -> str:
    return key if number == 0 else f"{key}#{number + 1}"


def _journal(
    connection: Connection, order: str, item: str | None, moved: tuple[str, str], why: str, now: datetime
) -> None:
    was, then = moved
    connection.execute(
        insert(history).values(order_id=order, item_id=item, was=was, now=then, why=why[:64], at=now)
    )
