"""One's data as a page that people read: what, why, on which basis, until when, who received it; then the data itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.conversation.i18n import _, data_size, date, moment, money, p_, right_to_left, spoken
from handlers import _policy_text, _request_words, _words
from handlers import _policy_words as words
from services.money import Money
from services.orders.sold import SoldPlan
from services.page import Cell, Page, Section, Table
from services.privacy import Copy

#: What was answered to a question about offers; a question that was only put has no answer.
_ANSWERS = {"grant": "yes", "join": "yes", "refuse": "no", "withdraw": "no", "object": "no"}
#: A refund's state → that of what it is for.
_REFUNDS = {"succeeded": "refunded", "failed": "needs_person"}

Record = Mapping[str, Any]
Row = tuple[str | Cell, ...]


def page(copy: Copy) -> Page:
    """Everything of a copy, with the information that goes with it (GDPR art. 15(1))."""
    who = copy.facts.controller
    rights = next(part for part in _policy_text.parts(copy.facts) if part.key == "rights")
    return Page(
        spoken(),
        "rtl" if right_to_left() else "ltr",
        _("Your data at {shop}", shop=who.name),
        (
            _("Request {number}.", number=copy.request) + " " + moment(copy.at),
            _("Who is responsible: {name}, {address}", name=who.name, address=who.address),
            _policy_text.version(copy.facts),
            _(
                "In this folder: data.json (everything, for programs; schema.json describes it), csv (the same as tables), invoices (PDF), manifest.json (a hash of each file)."
            ),
        ),
        (
            *(Section(title, (), (table,)) for title, table in _summary(copy) if table.rows),
            _about(copy),
            Section(rights.title, rights.lines),
            *(_in_full(name, rows) for name, rows in copy.records.items() if rows),
        ),
    )


def _about(copy: Copy) -> Section:
    """Why it is held, on which basis, until when, who receives it, where it comes from."""
    rows = tuple(
        (
            words.category(held.category),
            "\n".join(words.why(held)),
            "\n".join(words.period(one, later=copy.facts.later) for one in held.periods),
            "\n".join(words.recipient(one) for one in held.recipients) or "–",
        )
        for held in copy.facts.held
    )
    head = (_("What"), _("Why, on which basis"), _("Until when"), _("Who receives it"))
    return Section(
        _("Why we hold it"),
        (
            _("It comes from you, from the messenger, from the payment service and from the eSIM provider."),
            _("Appropriate safeguards protect what goes outside the European Union."),
        ),
        (Table(head, rows),),
    )


def _summary(copy: Copy) -> Iterator[tuple[str, Table]]:
    """The data as people speak of it. What is not here, the full tables below have."""
    records = copy.records
    yield _("You"), Table((), tuple(_you(records)))
    yield (
        _("Chats"),
        Table(
            (_("Where"), _("Last message")),
            tuple((str(one["channel"]), _when(one["said_at"])) for one in records.get("chats", ())),
        ),
    )
    yield (
        _("Orders"),
        Table(
            (_("Order"), _("Date"), _("Plan"), _("Price"), _("State")),
            tuple(_orders(records)),
        ),
    )
    yield (
        _("eSIMs"),
        Table(
            (_("eSIM"), _("Since"), _("Valid until"), _("Data used"), _("Activation code, not used yet")),
            tuple(
                (
                    str(one["iccid"]),
                    _when(one["given_at"]),
                    _when(one["expires_at"]),
                    "" if one["used_bytes"] is None else data_size(one["used_bytes"]),
                    str(one["activation"] or ""),
                )
                for one in records.get("esims", ())
            ),
        ),
    )
    yield (
        _("Invoices and credit notes"),
        Table(
            (_("Number"), _("Date"), _("Total")),
            tuple(
                (
                    Cell(str(one["number"]), f"invoices/{one['number']}.pdf"),
                    _when(one["issued_at"]),
                    money(Money(one["gross"], one["currency"])),
                )
                for one in records.get("papers", ())
            ),
        ),
    )
    yield (
        _("Money that went back"),
        Table(
            (_("Order"), _("Date"), _("Amount"), _("State")),
            tuple(
                (
                    str(one["order_id"]),
                    _when(one["at"]),
                    money(Money(one["amount"], one["currency"])),
                    _words.state("paid", _REFUNDS.get(one["state"], "refund_due")),
                )
                for one in records.get("refunds", ())
            ),
        ),
    )
    yield (
        _("What you declared"),
        Table(
            (_("Order"), _("Date"), _("Words")),
            tuple(
                (str(one["order_id"]), _when(one["at"]), str(one["text"]))
                for one in records.get("statements", ())
            ),
        ),
    )
    yield (
        _("With our staff"),
        Table(
            (_("Date"), _("Who"), _("Words")),
            tuple(
                (
                    _when(one["at"]),
                    _("you") if one["who"] == "traveller" else _("our staff"),
                    str(one["body"]),
                )
                for one in records.get("case_messages", ())
            ),
        ),
    )
    yield (
        _("Your answers about offers"),
        Table(
            (_("Date"), _("Where"), p_("said to a question", "Answer"), _("Words")),
            tuple(_answers(records)),
        ),
    )
    yield (
        _("Who received it"),
        Table(
            (_("Who"), _("What"), _("Date")),
            tuple(
                (words.recipient(one["recipient"]), f"{one['what']}\n{one['basis']}", _when(one["last_at"]))
                for one in records.get("disclosures", ())
            ),
        ),
    )
    yield (
        _("Your requests"),
        Table(
            (_("Number"), _("Date"), _("What"), _("State")),
            tuple(
                (
                    str(one["id"]),
                    _when(one["at"]),
                    _request_words.kind(one["kind"]),
                    # A closed file says how it ended.
                    _request_words.state(one["outcome"] or one["state"], str(one["merged_into"] or "")),
                )
                for one in records.get("privacy_requests", ())
            ),
        ),
    )


def _you(records: Mapping[str, Sequence[Record]]) -> Iterator[Row]:
    for one in records.get("customers", ()):
        yield _("Name"), str(one["name"] or "–")
        yield _("Email"), str(one["email"] or "–")
        yield _("Phone"), str(one["phone"] or "–")
        yield _("Since"), _when(one["created_at"])
    for one in records.get("identities", ()):
        yield str(one["kind"]), str(one["value"])


def _orders(records: Mapping[str, Sequence[Record]]) -> Iterator[Row]:
    orders = {one["id"]: one for one in records.get("orders", ())}
    for item in records.get("items", ()):
        order = orders[item["order_id"]]
        yield (
            str(order["id"]),
            _when(order["placed_at"]),
            _plan(item["plan"]),
            money(Money(item["price"], order["currency"])),
            _words.state(order["state"], item["state"]),
        )


def _answers(records: Mapping[str, Sequence[Record]]) -> Iterator[Row]:
    said = {one["digest"]: str(one["text"]) for one in records.get("wordings", ())}
    for one in records.get("consents", ()):
        answer = {"yes": _("yes"), "no": _("no")}.get(_ANSWERS.get(one["answer"], ""), "–")
        yield _when(one["at"]), str(one["channel"]), answer, said.get(one["digest"], "")


def _plan(plan: Record) -> str:
    try:
        return _words.title(SoldPlan.from_json(plan))
    except (KeyError, TypeError):  # of a time when a plan was described otherwise
        return ", ".join(str(value) for value in plan.values())


def _in_full(name: str, rows: Sequence[Record]) -> Section:
    """Every field by its own name, as in the files for programs."""
    head = tuple(rows[0])
    shown = tuple(tuple(_field(row, column) for column in head) for row in rows)
    return Section(_("Every field: {table}", table=name), (), (Table(head, shown),), folded=True)


def _field(row: Record, column: str) -> str | Cell:
    match row[column]:
        case None:
            return ""
        case bytes():
            return Cell(f"{row['number']}.pdf", f"invoices/{row['number']}.pdf")
        case value:
            return str(value)


def _when(iso: str | None) -> str:
    return "" if iso is None else date(datetime.fromisoformat(iso))
