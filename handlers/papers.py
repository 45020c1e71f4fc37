"""Invoices and credit notes: shown again, sent by themselves, and put into words for the press.

> /invoice
You have no invoices yet. One comes here by itself when your eSIM is delivered.
> my receipt
You have no invoices yet. …
"""

from __future__ import annotations

from decimal import Decimal

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import (
    N_,
    _,
    country_name,
    date,
    exact_percent,
    money,
    number,
    p_,
    right_to_left,
    spoken,
)
from bot.conversation.messages import Button, File, Menu, Reply, Text
from bot.conversation.router import Router
from handlers import _words
from services.money import Money
from services.news import Letter, PaperReady
from services.orders.order import TOPUP
from services.orders.sold import SoldPlan
from services.papers import Facts, Line, Paper, Sheet
from services.seller import Seller
from services.shop import Shop

router = Router(always=True)

PDF = "application/pdf"
#: Papers that can be chosen from at once.
MOST = 10


@action("paper")
class ShowPaper:
    number: str


@action("papers")
class ShowPapers:
    """All of them."""


@router.command("invoice", N_("My invoices"))
async def invoices(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """One's own papers: the only one at once, more of them to choose from."""
    own = (await shop.papers.of_customer(chat.customer))[:MOST]
    if not own:
        return Text(_("You have no invoices yet. One comes here by itself when your eSIM is delivered."))
    if len(own) == 1:
        return await _file(shop, own[0])
    buttons = tuple(Button(one.number, ShowPaper(one.number), money(one.facts.gross)) for one in own)
    return Menu("\n".join(_line(one) for one in own), buttons)


@router.intent("invoices")
async def invoices_by_words(chat: Chat, shop: Shop, words: str) -> Reply:
    """The same, asked in words."""
    return await invoices(chat, shop, words)


@router.press(ShowPapers)
async def invoices_by_button(chat: Chat, shop: Shop, chosen: ShowPapers) -> Reply:  # noqa: ARG001
    """The same, from the orders."""
    return await invoices(chat, shop, "")


@router.press(ShowPaper)
async def show(chat: Chat, shop: Shop, chosen: ShowPaper) -> Reply:
    """One paper again, as it was."""
    paper = await shop.papers.owned(chat.customer, chosen.number)
    if paper is None:
        return Text(_("You have no such invoice."))
    return await _file(shop, paper)


@router.news(PaperReady)
async def paper_ready(chat: Chat, shop: Shop, ready: PaperReady) -> Reply:  # noqa: ARG001
    """It comes by itself."""
    return await _file(shop, await shop.papers.find(ready.number))


@router.letter(PaperReady)
async def by_mail(shop: Shop, ready: PaperReady) -> Letter:
    """A paper by mail, where the eSIM's own mail did not take it along."""
    paper = await shop.papers.find(ready.number)
    seller = shop.papers.seller
    body = "\n\n".join(
        (_about(paper), _("It is attached."), f"{seller.name}, {seller.address}, {seller.email}")
    )
    return Letter(_title(paper.facts), body, (await attached(shop, paper),), (paper.number,))


@router.sheet(Facts)
async def sheet(shop: Shop, facts: Facts) -> Sheet:
    """Everything that stands on a paper. French law says what has to: CGI, annexe II, art. 242 nonies A."""
    seller = shop.papers.seller
    here = seller.zone
    issued, delivered, paid = (
        date(moment.astimezone(here)) for moment in (facts.issued_at, facts.delivered_at, facts.paid_at)
    )
    credit = facts.kind == "credit_note"
    rate = exact_percent(facts.taxed.rate)
    dates = [
        (_("Date of issue"), issued),
        (_("Date of delivery"), delivered),
        (p_("paper", "Order"), facts.order),
        (
            p_("paper", "Given back") if credit else p_("paper", "Paid"),
            f"{_method(facts)} · {issued if credit else paid}",
        ),
    ]
    return {
        "lang": spoken(),
        "rtl": right_to_left(),
        "brand": seller.brand,
        "author": seller.name,
        "title": _title(facts),
        "heading": _("Credit note") if credit else _("Invoice"),
        "number": facts.number,
        "seller": {"heading": p_("paper", "Seller"), "lines": _seller(seller)},
        "buyer": {"heading": p_("paper", "Buyer"), "lines": _buyer(facts)},
        "facts": dates,
        "columns": [
            p_("paper", "Description"),
            p_("paper", "Quantity"),
            _("Unit price before VAT"),
            _("VAT rate"),
            _("Amount before VAT"),
        ],
        "rows": [_row(facts, line, rate) for line in facts.lines],
        "taxes": {
            "columns": [_("VAT rate"), _("Amount before VAT"), _("VAT")],
            "rows": [[rate, money(facts.net), money(facts.tax)]],
        },
        "totals": [
            [_("Total before VAT"), money(facts.net)],
            [_("VAT"), money(facts.tax)],
            [_("Total given back") if credit else _("Total with VAT"), money(facts.gross)],
        ],
        "notes": _notes(facts, seller),
        "footer": _footer(seller),
    }


async def attached(shop: Shop, paper: Paper) -> tuple[str, str, bytes]:
    """The paper for a mail: name, kind, content."""
    return f"{paper.number}.pdf", PDF, await shop.papers.pdf(paper)


async def _file(shop: Shop, paper: Paper) -> File:
    return File(await shop.papers.pdf(paper), f"{paper.number}.pdf", PDF, _about(paper))


def _about(paper: Paper) -> str:
    facts = paper.facts
    if facts.kind == "credit_note":
        return _(
            "Credit note {number} for order {order}: {total}",
            number=facts.number,
            order=facts.order,
            total=money(facts.gross),
        )
    return _(
        "Invoice {number} for order {order}: {total}",
        number=facts.number,
        order=facts.order,
        total=money(facts.gross),
    )


def _line(paper: Paper) -> str:
    return f"{_about(paper)} · {date(paper.facts.issued_at)}"


def _title(facts: Facts) -> str:
    if facts.kind == "credit_note":
        return _("Credit note {number}", number=facts.number)
    return _("Invoice {number}", number=facts.number)


def _row(facts: Facts, line: Line, rate: str) -> list[object]:
    """Description, quantity, unit price, rate, amount. A credit note gives back a share of each."""
    net = line.net if facts.kind == "invoice" else _share(facts, line)
    return [_description(line), number(1), money(net), rate, money(net)]


def _share(facts: Facts, line: Line) -> Money:
    """What of a credit note's net falls on a line: all of it where there is one line."""
    if len(facts.lines) == 1:
        return facts.net
    whole = sum(one.net.minor for one in facts.lines)
    part = Decimal(facts.net.minor) * line.net.minor / whole
    return Money(round(part), facts.net.currency)


def _description(line: Line) -> list[str]:
    sold = SoldPlan.from_json(line.plan)
    what = _("eSIM {where}", where=_words.where(sold))
    if line.kind == TOPUP:
        what = _("More data: {where}", where=_words.where(sold))
    return [what, _words.short(sold), _("Prepaid mobile data, delivered electronically")]


def _method(facts: Facts) -> str:
    if facts.method == "stars":
        return f"Telegram Stars {money(facts.paid)}"
    return _("card, online")


def _seller(seller: Seller) -> list[str]:
    lines = [seller.name, seller.address, f"SIRET {seller.siret}" if seller.siret else ""]
    vat = _("VAT number {number}", number=seller.vat) if seller.vat else ""
    return [line for line in (*lines, vat) if line]


def _buyer(facts: Facts) -> list[str]:
    buyer = facts.buyer
    where = country_name(buyer.country) if buyer.country else ""
    return [buyer.name or _("Consumer, name not given"), *buyer.address, *([where] if where else [])]


def _notes(facts: Facts, seller: Seller) -> list[str]:
    notes = []
    match facts.kind, facts.why:
        case "credit_note", "correction":
            notes.append(
                _(
                    "Takes back invoice {number}, which is replaced by one with the right name.",
                    number=facts.about,
                )
            )
        case "credit_note", "refund_failed":
            notes.append(_("Takes back invoice {number}, which is replaced.", number=facts.about))
        case "credit_note", _why:
            notes.append(
                _("Takes back {total} of invoice {number}.", total=money(facts.gross), number=facts.about)
            )
        case "invoice", "sale":
            notes.append(_("Paid in full. No discount for early payment."))
        case _:
            notes.append(_("Replaces invoice {number}. Paid in full.", number=facts.about))
    match facts.taxed.scheme:
        case "oss":
            country = country_name(facts.taxed.country or "")
            notes.append(_("VAT of {country}, declared through the One Stop Shop.", country=country))
        case "outside":
            country = country_name(facts.taxed.country or "")
            notes.append(
                _("Not subject to VAT of the European Union: the buyer lives in {country}.", country=country)
            )
        case "home":
            pass
    if seller.mention:
        notes.append(seller.mention)
    notes.append(_("Questions: {address}, with the number of your order.", address=seller.email))
    return notes


def _footer(seller: Seller) -> list[str]:
    """What identifies a French company stands there in French, in every language."""
    capital = f"{seller.form} au capital de {seller.capital}" if seller.capital else seller.form
    ids = [f"SIREN {seller.siren}" if seller.siren else "", seller.registry]
    vat = f"TVA {seller.vat}" if seller.vat else ""
    return [
        " · ".join(filter(None, (f"{seller.name}, {capital}" if capital else seller.name, seller.address))),
        " · ".join(filter(None, (*ids, vat))),
    ]
