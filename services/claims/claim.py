"""A claim as it travels through the shop: its kinds, its states, and how it moves from one to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from services.storage.after_sale import claims
from services.storage.app import history

REFUND, WITHDRAWAL, WARRANTY = "refund", "withdrawal", "warranty"

#: States of a claim, and where each may go.
STATES: Mapping[str, tuple[str, ...]] = {
    # A rule decides, after somebody looked at the line.
    "received": ("granted", "refused", "with_person"),
    # By the order's number alone: whoever bought has a day to object.
    "held": ("received", "with_person"),
    "with_person": ("granted", "refused", "done", "dropped"),
    # Money or a line is on its way. A replacement that cannot be bought goes back to a person.
    "granted": ("done", "with_person"),
    "refused": (),
    "done": (),
    # Its buyer was erased before anybody decided.
    "dropped": (),
}
#: Nothing was decided yet.
UNDECIDED = ("received", "held", "with_person")


@dataclass(frozen=True)
class Line:
    """The line at the moment of the claim, as the provider told it. Bytes; None: it does not say."""

    state: str
    used: int | None
    total: int | None
    at: datetime


@dataclass(frozen=True)
class Claim:
    """What somebody claims. `order` None: a withdrawal from a contract that we do not know."""

    id: str
    kind: str
    state: str
    order: str | None
    item: str | None
    chat: str | None
    stranger: bool
    locale: str
    line: Line | None
    #: "refund", "replacement", "mended", "refused", and why.
    outcome: str | None
    why: str | None
    #: What goes back, in minor units.
    amount: int | None
    replacement: str | None
    at: datetime
    due_at: datetime | None
    decided_at: datetime | None


def read_claim(connection: Connection, number: str) -> Claim | None:
    """The claim of that number, or None."""
    row = connection.execute(select(claims).where(claims.c.id == number)).one_or_none()
    return None if row is None else claim_of(row)


def claim_of(row: Any) -> Claim:
    """A row as a value."""
    line = None
    if row.measured_at is not None:
        line = Line(row.line_state, row.used_bytes, row.total_bytes, row.measured_at)
    return Claim(
        id=row.id,
        kind=row.kind,
        state=row.state,
        order=row.order_id,
        item=row.item_id,
        chat=row.chat_id,
        stranger=row.stranger,
        locale=row.locale,
        line=line,
        outcome=row.outcome,
        why=row.why,
        amount=row.amount,
        replacement=row.replacement,
        at=row.at,
        due_at=row.due_at,
        decided_at=row.decided_at,
    )


def move_claim(
    connection: Connection, number: str, was: Sequence[str], now: str, at: datetime, **values: Any
) -> bool:
    """Move a claim on; False when it was in none of the states to leave."""
    leaving = [state for state in was if now in STATES[state]]
    row = connection.execute(
        select(claims.c.order_id, claims.c.item_id, claims.c.state)
        .where(claims.c.id == number)
        .with_for_update()
    ).one_or_none()
    if row is None or row.state not in leaving:
        return False
    moved = connection.execute(
        update(claims).where(claims.c.id == number, claims.c.state == row.state).values(state=now, **values)
    ).rowcount
    if moved:
        note(connection, row.order_id, row.item_id, (row.state, now), f"claim {number}", at)
    return moved == 1


def note(
    connection: Connection,
    order: str | None,
    item: str | None,
    moved: tuple[str, str],
    why: str,
    at: datetime,
) -> None:
    """A line in the order's history."""
    was, then = moved
    if order is not None:
        connection.execute(
            insert(history).values(order_id=order, item_id=item, was=was, now=then, why=why[:64], at=at)
        )
