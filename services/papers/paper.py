"""An invoice or a credit note as data: what it says, before anybody puts it into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from services.money import Money, net_and_tax
from services.taxes import Scheme, Taxed

Kind = Literal["invoice", "credit_note"]
#: Why a paper was written: a sale, money that went back, money that came back after all, a name put right.
Why = Literal["sale", "refund", "refund_failed", "correction"]
NOT_YET = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Buyer:
    """Who bought, as far as it is known."""

    name: str | None = None
    #: Lines, without the country.
    address: tuple[str, ...] = ()
    country: str | None = None


@dataclass(frozen=True)
class Line:
    """One thing that was sold. `plan`: as on the order; `kind`: "purchase" or "topup"."""

    item: str
    kind: str
    plan: Mapping[str, Any]
    gross: Money
    net: Money


@dataclass(frozen=True)
class Facts:
    """Everything on a paper. Amounts of a credit note are positive: they are what is given back."""

    kind: Kind
    why: Why
    order: str
    buyer: Buyer
    taxed: Taxed
    lines: tuple[Line, ...]
    gross: Money
    net: Money
    #: What was paid or given back, in the currency in which that was done: euros, or Telegram's Stars.
    paid: Money
    #: The method of the payment: "stripe", "stars".
    method: str
    paid_at: datetime
    delivered_at: datetime
    #: The paper that this one takes back or replaces.
    about: str | None = None
    #: Which refund it is about.
    refund: str | None = None
    #: Given when it is written.
    number: str = ""
    issued_at: datetime = NOT_YET

    @property
    def tax(self) -> Money:
        return self.gross - self.net

    def as_json(self) -> dict[str, Any]:
        """For the archive."""
        return {
            "kind": self.kind,
            "why": self.why,
            "order": self.order,
            "number": self.number,
            "issued_at": self.issued_at.isoformat(),
            "about": self.about,
            "refund": self.refund,
            "buyer": {
                "name": self.buyer.name,
                "address": list(self.buyer.address),
                "country": self.buyer.country,
            },
            "vat": {
                "rate": str(self.taxed.rate),
                "scheme": self.taxed.scheme,
                "country": self.taxed.country,
            },
            "currency": self.gross.currency,
            "gross": self.gross.minor,
            "net": self.net.minor,
            "tax": self.tax.minor,
            "paid": {"minor": self.paid.minor, "currency": self.paid.currency, "method": self.method},
            "paid_at": self.paid_at.isoformat(),
            "delivered_at": self.delivered_at.isoformat(),
            "lines": [
                {
                    "item": line.item,
                    "kind": line.kind,
                    "plan": dict(line.plan),
                    "gross": line.gross.minor,
                    "net": line.net.minor,
                }
                for line in self.lines
            ],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Facts:
        """What `as_json` gave."""
        currency, vat, buyer, paid = kept["currency"], kept["vat"], kept["buyer"], kept["paid"]
        scheme: Scheme = vat["scheme"]
        return cls(
            kind=kept["kind"],
            why=kept["why"],
            order=kept["order"],
            buyer=Buyer(buyer["name"], tuple(buyer["address"]), buyer["country"]),
            taxed=Taxed(Decimal(vat["rate"]), scheme, vat["country"]),
            lines=tuple(
                Line(
                    line["item"],
                    line["kind"],
                    line["plan"],
                    Money(line["gross"], currency),
                    Money(line["net"], currency),
                )
                for line in kept["lines"]
            ),
            gross=Money(kept["gross"], currency),
            net=Money(kept["net"], currency),
            paid=Money(paid["minor"], paid["currency"]),
            method=paid["method"],
            paid_at=datetime.fromisoformat(kept["paid_at"]),
            delivered_at=datetime.fromisoformat(kept["delivered_at"]),
            about=kept["about"],
            refund=kept["refund"],
            number=kept["number"],
            issued_at=datetime.fromisoformat(kept["issued_at"]),
        )


@dataclass(frozen=True)
class Paper:
    """A paper in the archive. `key` says what it was written for."""

    key: str
    facts: Facts

    @property
    def number(self) -> str:
        return self.facts.number


def invoiced(facts: Facts, sold: Sequence[tuple[str, str, Mapping[str, Any], Money]]) -> Facts:
    """With its lines (item, kind, plan, gross) and totals: the net is rounded once, for all that bears one rate."""
    currency = sold[0][3].currency
    gross = Money(sum(one[3].minor for one in sold), currency)
    net, _tax = net_and_tax(gross, facts.taxed.rate)
    lines, before, net_before = [], 0, 0
    for item, kind, plan, price in sold:
        # Each line gets what the running total grows by, so that the lines add up to the total.
        before += price.minor
        net_until = net_and_tax(Money(before, currency), facts.taxed.rate)[0].minor
        lines.append(Line(item, kind, plan, price, Money(net_until - net_before, currency)))
        net_before = net_until
    return replace(facts, lines=tuple(lines), gross=gross, net=net)


def left_of(invoice: Facts, notes: Sequence[Facts]) -> tuple[Money, Money, Money]:
    """What an invoice still stands for after its credit notes: gross, net, and as it was paid."""
    gross, net, paid = invoice.gross, invoice.net, invoice.paid
    for credit in notes:
        gross, net, paid = gross - credit.gross, net - credit.net, paid - credit.paid
    return gross, net, paid


def credited(invoice: Facts, notes: Sequence[Facts], back: Money) -> Facts | None:
    """The credit note for money of an invoice that goes back; None when nothing is left to credit.

    Reckoned on the sum of all that went back, so that many parts come to the same as the whole.
    """
    gross_left, net_left, paid_left = left_of(invoice, notes)
    back = Money(min(back.minor, paid_left.minor), back.currency)
    if back.minor <= 0 or gross_left.minor <= 0:
        return None
    gone = invoice.paid - paid_left + back
    share = Decimal(invoice.gross.minor) * gone.minor / invoice.paid.minor
    gross_gone = Money(int(share.quantize(Decimal(1), ROUND_HALF_UP)), invoice.gross.currency)
    net_gone, _tax = net_and_tax(gross_gone, invoice.taxed.rate)
    gross = gross_gone - (invoice.gross - gross_left)
    net = net_gone - (invoice.net - net_left)
    return replace(
        invoice, kind="credit_note", why="refund", gross=gross, net=net, paid=back, about=invoice.number
    )
