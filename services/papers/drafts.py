"""What is missing among an order's papers: nothing is ever changed, so every change is one or two papers more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.books import DISPUTE
from services.money import Money, split
from services.orders.book import SECOND
from services.papers.paper import Facts, Line, Paper, credited, left_of

#: Money that has left, or cannot be called back.
GONE = ("pending", "succeeded")
#: What goes back under these keys was never the price of a sale, or is lost without the sale being undone.
NO_PAPER = (SECOND, DISPUTE)


@dataclass(frozen=True)
class Draft:
    """A paper before it has a number. `key` says what it is written for."""

    key: str
    facts: Facts


def standing(written: Sequence[Paper]) -> tuple[Paper, list[Facts]]:
    """The invoice that stands, the newest, and its credit notes."""
    invoice = [paper for paper in written if paper.facts.kind == "invoice"][-1]
    return invoice, [
        paper.facts
        for paper in written
        if paper.facts.kind == "credit_note" and paper.facts.about == invoice.number
    ]


def after_refund(known: list[Paper], refund: Any) -> list[Draft]:
    """What is missing among an order's papers after a refund moved."""
    if not known:
        return []
    invoice, notes = standing(known)
    lines = {line.item for line in invoice.facts.lines}
    if refund.item_id is not None and refund.item_id not in lines:
        return []
    mine = [paper.facts for paper in known if paper.facts.refund == refund.key]
    turn = len([one for one in mine if one.why == "refund"])
    taken_back = len([one for one in mine if one.why == "refund_failed" and one.kind == "invoice"])
    if refund.state in GONE and turn == taken_back:
        credit = credited(invoice.facts, notes, Money(refund.amount, refund.currency))
        if credit is None:
            return []
        return [Draft(f"credit:{refund.key}:{turn}", replace(credit, refund=refund.key))]
    if refund.state == "failed" and turn == taken_back + 1:
        # The money did not go back after all: what was credited is invoiced again.
        credit = [one for one in mine if one.why == "refund"][-1]
        gross, net, paid = left_of(invoice.facts, notes)
        anew = replace(
            invoice.facts,
            why="refund_failed",
            gross=gross + credit.gross,
            net=net + credit.net,
            paid=paid + credit.paid,
            refund=refund.key,
        )
        return _anew(invoice, notes, f"{refund.key}:{turn}", anew)
    return []


def corrected(known: list[Paper], name: str, address: tuple[str, ...]) -> list[Draft]:
    """What is missing until the invoice that stands names its buyer right."""
    if not known:
        return []
    invoice, notes = standing(known)
    buyer = replace(invoice.facts.buyer, name=name, address=address or invoice.facts.buyer.address)
    gross, net, paid = left_of(invoice.facts, notes)
    if buyer == invoice.facts.buyer or gross.minor <= 0:
        return []
    anew = replace(invoice.facts, why="correction", buyer=buyer, gross=gross, net=net, paid=paid, refund=None)
    return _anew(invoice, notes, invoice.number, anew)


def _anew(invoice: Paper, notes: Sequence[Facts], key: str, anew: Facts) -> list[Draft]:
    """A credit note for what an invoice still stands for, if anything, and the new invoice in its place."""
    gross, net, paid = left_of(invoice.facts, notes)
    new = Draft(f"invoice:{key}", replace(anew, about=invoice.number, lines=_shared(anew)))
    if gross.minor <= 0:
        return [new]
    back = replace(
        invoice.facts,
        kind="credit_note",
        why=anew.why,
        gross=gross,
        net=net,
        paid=paid,
        about=invoice.number,
        refund=anew.refund,
    )
    return [Draft(f"credit:{key}:all", back), new]


def _shared(facts: Facts) -> tuple[Line, ...]:
    """The lines, with the totals spread over them as before."""
    gross = split(facts.gross.minor, [line.gross.minor for line in facts.lines])
    net = split(facts.net.minor, [line.net.minor for line in facts.lines])
    currency = facts.gross.currency
    return tuple(
        replace(line, gross=Money(one, currency), net=Money(other, currency))
        for line, one, other in zip(facts.lines, gross, net, strict=True)
    )
