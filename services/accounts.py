"""What the accountant needs of a month: every paper, and all money that came or went without one, in rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from services.books import DISPUTE, GONE
from services.money import Money
from services.orders.book import SECOND
from services.papers.paper import Facts
from services.storage import Storage, Stores
from services.storage.app import items, orders, paperwork, purchases, refunds
from services.storage.legal import papers, series
from services.storage.sealing import Secrets

#: Attempts to buy that cost us money.
_COST = ("bought", "surplus")


@dataclass(frozen=True)
class Row:
    """One paper, or money without one. Amounts in main units; of a credit note they are negative.

    `paid`, `refund`: money that came in and went back, in `paid_currency`; so paid less refunds and fees is cash.
    """

    kind: Literal["sale", "correction", "credit_note", "no_invoice", "second_payment", "dispute"]
    order: str
    invoice: str
    credit_note: str
    date: str
    country: str
    currency: str
    net: str
    vat: str
    gross: str
    paid: str
    paid_currency: str
    fee: str
    fee_currency: str
    cost: str
    cost_currency: str
    refund: str


@dataclass(frozen=True)
class Month:
    """A calendar month of the books, in the shop's own zone."""

    year: int
    month: int
    zone: ZoneInfo

    @property
    def begins(self) -> datetime:
        return datetime.combine(date(self.year, self.month, 1), time(), self.zone)

    @property
    def ends(self) -> datetime:
        """Where the next one begins."""
        year, month = (self.year + 1, 1) if self.month == 12 else (self.year, self.month + 1)
        return datetime.combine(date(year, month, 1), time(), self.zone)


async def rows_of(stores: Stores, secrets: Secrets, month: Month) -> list[Row]:
    """The month's rows, by day."""
    kept = await stores.legal.read(
        lambda connection: connection.execute(
            select(papers.c.key, papers.c.data, papers.c.country)
            .where(papers.c.issued_at >= month.begins, papers.c.issued_at < month.ends)
            .order_by(papers.c.issued_at, papers.c.seq)
        ).all()
    )
    written = [
        (
            Facts.from_json(secrets.archive.open_json(row.data, f"papers:data:{row.key}")),
            row.country or "",
        )
        for row in kept
    ]
    book = await stores.app.read(
        lambda connection: _Book(connection, month, [facts.order for facts, _country in written])
    )
    rows = [_of_paper(facts, country, book, month.zone) for facts, country in written]
    return sorted([*rows, *_without_paper(book, month.zone)], key=lambda row: row.date)


def as_csv(rows: Sequence[Row]) -> str:
    """The rows with their heading, as RFC 4180 has it."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = [field.name for field in fields(Row)]
    writer.writerow(names)
    writer.writerows([getattr(row, name) for name in names] for row in rows)
    return out.getvalue()


async def gaps(legal: Storage) -> list[str]:
    """Series of papers in which a number is missing: there must be none."""
    return await legal.read(_gaps)


class _Book:
    """What the app's store knows of the month: money, fees, what lines cost us."""

    def __init__(self, connection: Connection, month: Month, invoiced: Sequence[str]) -> None:
        paid = orders.c.paid_at.is_not(None) & (orders.c.paid_at >= month.begins)
        in_month = connection.execute(select(orders).where(paid, orders.c.paid_at < month.ends)).all()
        named = connection.execute(select(orders).where(orders.c.id.in_(invoiced))).all()
        self.orders: Mapping[str, Any] = {row.id: row for row in (*in_month, *named)}
        ids = list(self.orders)
        with_invoice = set(
            connection.execute(
                select(paperwork.c.order_id).where(
                    paperwork.c.order_id.in_(ids),
                    paperwork.c.key.startswith("invoice:"),
                    paperwork.c.state != "none",
                )
            ).scalars()
        )
        self.without_invoice = [row for row in in_month if row.id not in with_invoice and row.captured]
        self.back = connection.execute(select(refunds).where(refunds.c.order_id.in_(ids))).all()
        moved = connection.execute(
            select(refunds).where(refunds.c.at >= month.begins, refunds.c.at < month.ends)
        ).all()
        self.strange = [row for row in moved if row.key.startswith((SECOND, DISPUTE))]
        self._bought = connection.execute(
            select(items.c.order_id, purchases.c.cost, purchases.c.currency)
            .join(items, items.c.id == purchases.c.item_id)
            .where(items.c.order_id.in_(ids), purchases.c.state.in_(_COST), purchases.c.cost.is_not(None))
        ).all()

    def fee(self, order: str) -> tuple[str, str]:
        """What the payment service kept, as far as it said so."""
        row = self.orders.get(order)
        if row is None or row.fee is None:
            return "", ""
        return _amount(Money(row.fee, row.fee_currency)), row.fee_currency

    def cost(self, order: str) -> tuple[str, str]:
        """What the order's lines cost us. Of two currencies, both are told."""
        sums: dict[str, Decimal] = {}
        for row in self._bought:
            if row.order_id == order:
                sums[row.currency] = sums.get(row.currency, Decimal()) + Decimal(row.cost)
        return " + ".join(str(cost) for cost in sums.values()), " + ".join(sums)


def _of_paper(facts: Facts, country: str, book: _Book, zone: ZoneInfo) -> Row:
    credit = facts.kind == "credit_note"
    sale, refund = facts.why == "sale", facts.why == "refund"
    sign = -1 if credit else 1
    fee, cost = (book.fee(facts.order), book.cost(facts.order)) if sale else (("", ""), ("", ""))
    return Row(
        kind="credit_note" if credit else "sale" if sale else "correction",
        order=facts.order,
        invoice=(facts.about or "") if credit else facts.number,
        credit_note=facts.number if credit else "",
        date=_day(facts.issued_at, zone),
        country=country,
        currency=facts.gross.currency,
        net=_amount(facts.net, sign),
        vat=_amount(facts.tax, sign),
        gross=_amount(facts.gross, sign),
        paid=_amount(facts.paid) if sale else "",
        paid_currency=facts.paid.currency,
        fee=fee[0],
        fee_currency=fee[1],
        cost=cost[0],
        cost_currency=cost[1],
        refund=_amount(facts.paid) if credit and refund else "",
    )


def _without_paper(book: _Book, zone: ZoneInfo) -> Iterator[Row]:
    """Money of orders that were given back before anything was delivered, paid twice, or taken by a bank."""
    for order in book.without_invoice:
        back = sum(
            refund.amount
            for refund in book.back
            if refund.order_id == order.id
            and refund.state in GONE
            and not refund.key.startswith((SECOND, DISPUTE))
        )
        second = sum(
            refund.amount
            for refund in book.back
            if refund.order_id == order.id
            and refund.key.startswith(SECOND)
            and refund.currency == order.currency
        )
        yield _plain(
            "no_invoice",
            order.id,
            _day(order.paid_at, zone),
            Money(order.captured - second, order.currency),
            back,
            (*book.fee(order.id), *book.cost(order.id)),
        )
    for refund in book.strange:
        second = refund.amount if refund.key.startswith(SECOND) else 0
        yield _plain(
            "second_payment" if second else "dispute",
            refund.order_id,
            _day(refund.at, zone),
            Money(second, refund.currency),
            refund.amount if refund.state in GONE else 0,
            ("", "", "", ""),
        )


def _plain(
    kind: Literal["no_invoice", "second_payment", "dispute"],
    order: str,
    day: str,
    paid: Money,
    back: int,
    costs: tuple[str, str, str, str],
) -> Row:
    return Row(
        kind=kind,
        order=order,
        invoice="",
        credit_note="",
        date=day,
        country="",
        currency=paid.currency,
        net="",
        vat="",
        gross="",
        paid=_amount(paid) if paid else "",
        paid_currency=paid.currency,
        fee=costs[0],
        fee_currency=costs[1],
        cost=costs[2],
        cost_currency=costs[3],
        refund=_amount(Money(back, paid.currency)) if back else "",
    )


def _gaps(connection: Connection) -> list[str]:
    taken: dict[tuple[str, int], list[int]] = {}
    for row in connection.execute(select(papers.c.kind, papers.c.year, papers.c.seq)):
        taken.setdefault((row.kind, row.year), []).append(row.seq)
    found = []
    for row in connection.execute(select(series)):
        # A year whose papers are past their time is gone as a whole.
        numbers = taken.get((row.kind, row.year), [])
        if numbers and sorted(numbers) != list(range(min(numbers), row.last + 1)):
            found.append(f"{row.kind} {row.year}: {len(numbers)} papers, last number {row.last}")
    return found


def _amount(money: Money, sign: int = 1) -> str:
    return str(money.decimal * sign)


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).date().isoformat()
