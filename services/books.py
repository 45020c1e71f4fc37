"""The books: for every order, what came in is what was kept, given back or is held; for every line, who has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from services.orders.order import FINAL, REPLACEMENT, TOPUP
from services.storage import Storage
from services.storage.app import esims, items, orders, paperwork, purchases, refunds

#: Refunds that have left, or that nobody can call back.
GONE = ("pending", "succeeded")
#: What a bank holds.
CONTESTED = "contested"
#: Keys of what banks took, or hold until a dispute ends.
DISPUTE = "dispute:"


@dataclass(frozen=True)
class Line:
    """One order in the books, in minor units. What came and went in another currency is a line of its own."""

    order: str
    state: str
    #: States of what was sold.
    items: tuple[str, ...]
    currency: str
    captured: int
    kept: int
    refunded: int
    held: int
    #: Of what was given back: what a bank took by a dispute that was lost.
    taken: int
    #: Why it needs a look, or None.
    exception: str | None
    #: States of what stands in for it at no charge.
    replacements: tuple[str, ...] = ()
    #: Whose link brought the buyer.
    campaign: str | None = None

    @property
    def closes(self) -> bool:
        return self.captured == self.kept + self.refunded + self.held


@dataclass(frozen=True)
class Books:
    """All of it. `open`: orders in which something still happens by itself."""

    open: int
    orders: tuple[Line, ...]
    #: Lines bought: with their owners, in stock, or bought and not handed over.
    delivered_lines: int
    replacement_lines: int
    stock_lines: int
    held_lines: int
    #: Top-ups bought at providers for orders; and data that came when nobody waited for it any more.
    refills: int
    surplus_refills: int

    @property
    def close(self) -> bool:
        """Whether every order closes."""
        return all(line.closes for line in self.orders)

    def as_json(self) -> dict[str, Any]:
        return {
            "open": self.open,
            "close": self.close,
            "totals": self.totals(),
            "campaigns": self.campaigns(),
            "lines": {
                "delivered": self.delivered_lines,
                "replacements": self.replacement_lines,
                "stock": self.stock_lines,
                "held": self.held_lines,
            },
            "refills": {"bought": self.refills, "surplus": self.surplus_refills},
            "stock": self.stock_lines,
            "exceptions": [asdict(line) for line in self.orders if line.exception or not line.closes],
            "orders": [asdict(line) for line in self.orders],
        }

    def totals(self) -> dict[str, dict[str, int]]:
        """Currency → its sums, in minor units: amounts of two currencies are never added."""
        return _sums(self.orders)

    def campaigns(self) -> dict[str, dict[str, Any]]:
        """Campaign → how many paid orders it brought, and their sums by currency."""
        brought: dict[str, list[Line]] = {}
        for line in self.orders:
            if line.campaign:
                brought.setdefault(line.campaign, []).append(line)
        return {
            name: {"orders": len({line.order for line in brought[name]}), "totals": _sums(brought[name])}
            for name in sorted(brought)
        }


def _sums(lines: Sequence[Line]) -> dict[str, dict[str, int]]:
    return {
        currency: {
            name: sum(getattr(line, name) for line in lines if line.currency == currency)
            for name in ("captured", "kept", "refunded", "held", "taken")
        }
        for currency in sorted({line.currency for line in lines})
    }


async def read_books(app: Storage, since: datetime | None = None) -> Books:
    """The books of orders that money came in for, of the whole time or since a moment."""
    return await app.read(lambda connection: _read(connection, since))


def _read(connection: Connection, since: datetime | None) -> Books:
    wanted = select(orders).where(orders.c.captured > 0).order_by(orders.c.placed_at)
    if since is not None:
        wanted = wanted.where(orders.c.placed_at >= since)
    parts: dict[str, list[Any]] = {}
    for item in connection.execute(select(items)).all():
        parts.setdefault(item.order_id, []).append(item)
    back: dict[str, list[Any]] = {}
    for refund in connection.execute(select(refunds)).all():
        back.setdefault(refund.order_id, []).append(refund)
    lines = [
        line
        for order in connection.execute(wanted)
        for line in _lines(order, parts.get(order.id, []), back.get(order.id, []))
    ]
    every = [part for some in parts.values() for part in some]
    stock = connection.execute(
        select(func.count()).select_from(esims).where(esims.c.state == "stock")
    ).scalar_one()
    # An erased buyer's item no longer names its line, but it was delivered all the same.
    handed_over = [part for part in every if part.state == "delivered" and part.kind != TOPUP]
    replacements = sum(part.kind == REPLACEMENT for part in handed_over)
    held = sum(part.esim_id is not None and part.state != "delivered" for part in every)
    unwritten = _unwritten(connection)
    return Books(
        open=sum(1 for line in lines if line.order in unwritten or _is_open(line, back.get(line.order, []))),
        orders=tuple(lines),
        delivered_lines=len(handed_over) - replacements,
        replacement_lines=replacements,
        stock_lines=stock,
        held_lines=held,
        refills=_refills(connection, "bought"),
        surplus_refills=_refills(connection, "surplus"),
    )


def _unwritten(connection: Connection) -> set[str]:
    """Orders whose invoice or credit note is being written. Of somebody erased meanwhile none is."""
    return set(
        connection.execute(
            select(paperwork.c.order_id)
            .join(orders, orders.c.id == paperwork.c.order_id)
            .where(paperwork.c.state.in_(("due", "begun")), orders.c.customer_id.is_not(None))
        ).scalars()
    )


def _refills(connection: Connection, state: str) -> int:
    return connection.execute(
        select(func.count())
        .select_from(purchases)
        .join(items, items.c.id == purchases.c.item_id)
        .where(items.c.kind == TOPUP, purchases.c.state == state)
    ).scalar_one()


def _lines(order: Any, parts: list[Any], back: list[Any]) -> list[Line]:
    """The order's own line first."""
    others = sorted({refund.currency for refund in back} - {order.currency})
    return [
        _line(order, parts, [refund for refund in back if refund.currency == order.currency]),
        *(_strange(order, [refund for refund in back if refund.currency == one]) for one in others),
    ]


def _strange(order: Any, back: list[Any]) -> Line:
    """A second payment by another method: all of it goes back, or is held until it does."""
    # Of each, what somebody gave back by hand has a line of its own and was taken off.
    came = sum(refund.amount for refund in back)
    refunded = sum(refund.amount for refund in back if refund.state in GONE)
    return Line(
        order=order.id,
        state=order.state,
        items=(),
        currency=back[0].currency,
        captured=came,
        kept=0,
        refunded=refunded,
        held=came - refunded,
        taken=0,
        exception="; ".join(f"refund:{refund.state}" for refund in back if refund.state == "failed") or None,
    )


def _line(order: Any, parts: list[Any], back: list[Any]) -> Line:
    gone = [refund for refund in back if refund.state in GONE]
    on_items = _by_item(gone)
    contested = _by_item(refund for refund in back if refund.state == CONTESTED)
    refunded = sum(on_items.values())
    resting = [part for part in parts if part.state not in ("delivered", "refunded")]
    kept = sum(
        part.price - on_items[part.id] - contested[part.id] for part in parts if part.state == "delivered"
    )
    taken = [refund for refund in back if refund.key.startswith(DISPUTE)]
    kept -= _lost_twice(order, parts, on_items + contested, taken)
    if any(part.reason == "wrong_amount" for part in resting):
        held = order.captured - refunded
    else:
        held = sum(part.price - on_items[part.id] - contested[part.id] for part in resting)
        held += sum(contested.values())
        # Second payments that are not on their way back yet.
        held += sum(
            refund.amount
            for refund in back
            if refund.item_id is None and refund not in taken and refund.state not in GONE
        )
    reasons = [f"{part.state}:{part.reason}" for part in parts if part.state == "needs_person"]
    reasons += [f"refund:{refund.state}" for refund in back if refund.state == "failed" and refund.amount]
    reasons += [f"dispute:{order.disputed}"] if order.disputed in ("open", "lost") else []
    return Line(
        order=order.id,
        state=order.state,
        items=tuple(part.state for part in parts if part.kind != REPLACEMENT),
        replacements=tuple(part.state for part in parts if part.kind == REPLACEMENT),
        currency=order.currency,
        captured=order.captured,
        kept=kept,
        refunded=refunded,
        held=held,
        taken=sum(one.amount for one in taken if one.state in GONE),
        exception="; ".join(reasons) or None,
        campaign=order.campaign,
    )


def _lost_twice(order: Any, parts: list[Any], away: Counter[str | None], taken: list[Any]) -> int:
    """What banks took of money that had been given back already: they take it from us."""
    by_banks = _by_item(one for one in taken if one.state in (*GONE, CONTESTED))
    alone = len(parts) == 1 and not away[None]
    paid: dict[str, int] = {
        part.id: order.captured if alone else part.price for part in parts if part.state == "refunded"
    }
    over = sum(min(by_banks[item], max(away[item] - price, 0)) for item, price in paid.items())
    return over + by_banks[None]


def _by_item(rows: Iterable[Any]) -> Counter[str | None]:
    sums: Counter[str | None] = Counter()
    for row in rows:
        sums[row.item_id] += row.amount
    return sums


def _is_open(line: Line, back: list[Any]) -> bool:
    due = any(refund.state == "due" and refund.currency == line.currency for refund in back)
    return due or any(state not in FINAL for state in (*line.items, *line.replacements))
