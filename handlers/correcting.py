"""To correct what we hold: old becomes new, invoices follow, and a new address proves itself.

> (buys)
> /account
> [Name]
> Ada King
Name: Ada King
> /privacy
> [Correct]
Name: Ada King
[Name] [Email] [Phone] [Something else]
> [Name]
> Ada Lovelace
Corrected: Ada King → Ada Lovelace. Request R-….
[Write them anew] [Leave them]
> [Write them anew]
… replaced by … with your name.
> /privacy
> [Correct]
> [Something else]
What is wrong, and how is it right? …
[Not now]
> The order of May was for my sister
A person looks into it. Request R-…. You have the answer by … at the latest.
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _, n_
from bot.conversation.messages import Button, Menu, Question, Reply, Text
from bot.conversation.router import Router
from handlers._account import ForgetField, ShowAccount, shown
from handlers.objecting import NoObjection, to_a_person
from services.news import AddressCode, Letter
from services.privacy.requests.rectifying import Rectified
from services.shop import Shop

router = Router(business=False)


@action("correct")
class ShowCorrect:
    """What can be corrected."""


@action("wrong")
class CorrectElse:
    """What no button names."""


@action("anew")
class CorrectInvoices:
    """A credit note and a new invoice for each that names somebody else."""


@action("leave")
class LeaveInvoices:
    """They stay as they are."""


@router.press(ShowCorrect)
async def show(chat: Chat, shop: Shop, chosen: ShowCorrect) -> Reply:  # noqa: ARG001
    """The fields that one may change at once; for everything else a person."""
    return await shown(chat, shop, more=(Button(_("Something else"), CorrectElse()),))


@router.press(CorrectElse)
async def ask(chat: Chat, shop: Shop, chosen: CorrectElse) -> Reply:  # noqa: ARG001
    """In one's own words."""
    words = _("What is wrong, and how is it right? Write it in your own words; a person reads it.")
    return Question(words, asks="privacy.correct", buttons=(Button(_("Not now"), NoObjection()),))


@router.answer("privacy.correct")
async def hear(chat: Chat, shop: Shop, words: str) -> Reply:
    """To a person, with a number and a due date."""
    return await to_a_person(chat, shop, "rectification", words, _("A person looks into it."))


@router.press(CorrectInvoices)
async def write_anew(chat: Chat, shop: Shop, chosen: CorrectInvoices) -> Reply:  # noqa: ARG001
    """The old ones stay, as the law wants it; each is taken back and replaced."""
    written = await shop.rights.rectifying.correct_invoices(chat.customer)
    pairs = [
        _(
            "{old} is taken back, and replaced by {new} with your name.",
            old=one.facts.about or "",
            new=one.number,
        )
        for one in written
        if one.facts.kind == "invoice"
    ]
    return Text(
        "\n".join((*pairs, _("They are here: /invoice"))) if pairs else _("Your invoices have that name.")
    )


@router.press(LeaveInvoices)
async def leave(chat: Chat, shop: Shop, chosen: LeaveInvoices) -> Reply:  # noqa: ARG001
    """Nothing is written."""
    return Text(_("Your invoices stay as they are."))


@router.answer("account.code")
async def hear_code(chat: Chat, shop: Shop, words: str) -> Reply:
    """The code from the mail; the address that it was sent to is in the question."""
    address = chat.memory.about
    verdict, done = await shop.rights.addresses.confirm(chat.customer, address, words)
    match verdict:
        case "right":
            return await _corrected(chat, shop, done)
        case "wrong":
            return _ask_code(address, _("That is not the code. Please look again."))
        case "locked":
            return Text(_("Too many wrong codes. Your address stays as it was; please try again tomorrow."))
        case _:
            return Text(_("That code is over. /account sends a new one."))


@router.letter(AddressCode)
async def code_by_mail(shop: Shop, news: AddressCode) -> Letter:
    """The code, and what to do when nobody asked for it."""
    body = "\n\n".join(
        (
            _("Your code: {code}", code=news.code),
            _("Write it in the chat within ten minutes, and this address is yours there."),
            _("If you did not ask for it, do nothing: without the code nothing changes."),
            f"{shop.controller.name}, {shop.controller.address}, {shop.controller.email}",
        )
    )
    return Letter(_("Your code at {shop}", shop=shop.about.name), body)


async def correct(chat: Chat, shop: Shop, field: str, value: str | None) -> Reply:
    """One field, from what it was to what it is."""
    return await _corrected(chat, shop, await shop.rights.rectifying.tell(chat.customer, field, value))


async def take_address(chat: Chat, shop: Shop, address: str) -> Reply:
    """The first address is taken as it is typed; one that replaces another has to prove itself."""
    known = (await shop.customers.account(chat.customer)).email
    if known is None or known == address or not shop.rights.addresses.ready:
        return await correct(chat, shop, "email", address)
    match await shop.rights.addresses.ask(chat.customer, address, chat.locale):
        case "sent":
            return _ask_code(address, _("I sent a code to {address}.", address=address))
        case "locked":
            return Text(
                _("Too many codes for today. Your address stays as it was; please try again tomorrow.")
            )
        case _:
            return Text(_("No mail gets to {address}. Your address stays as it was.", address=address))


def _ask_code(address: str, head: str) -> Question:
    words = head + "\n" + _("Please write its six digits here, within ten minutes.")
    ways = (Button(_("Skip"), ShowAccount()), Button(_("Delete it"), ForgetField("email")))
    return Question(words, asks="account.code", about=address, buttons=ways)


async def _corrected(chat: Chat, shop: Shop, done: Rectified | None) -> Menu:
    """The account as it is now, after what was corrected; and an offer for invoices that name somebody else."""
    if done is None:
        return await shown(chat, shop)
    new = getattr(await shop.customers.account(chat.customer), done.field) or "–"
    head = [
        _("Corrected: {old} → {new}.", old=done.old, new=new)
        + " "
        + _("Request {number}.", number=done.number)
    ]
    if not done.invoiced:
        return await shown(chat, shop, *head)
    head.append(
        n_(
            "{n} invoice has another name. I can take it back and write it anew; the old one stays in the books.",
            "{n} invoices have another name. I can take them back and write them anew; the old ones stay in the books.",
            len(done.invoiced),
        )
    )
    ways = (Button(_("Write them anew"), CorrectInvoices()), Button(_("Leave them"), LeaveInvoices()))
    return Menu("\n".join(head), ways)
