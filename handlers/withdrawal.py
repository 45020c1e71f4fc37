"""Withdrawal from the contract: for 14 days, in two steps, without a reason, from the chat or with the number alone.

> /withdraw
Which contract? Write the number of the order (M…); it need not be of this chat.
> Mxxxxxxxx
Withdrawal from the contract. Please look it over:
I withdraw from the contract of order MXXXXXXXX.
The answer goes to the contact on file of that order.
[Confirm withdrawal] [Never mind]
> [Confirm withdrawal]
Withdrawal received: …, reference K….
I withdraw from the contract of order MXXXXXXXX.
> (buys)
Your eSIM is ready: …
> /orders
[Withdraw …]
> [Withdraw …]
I withdraw from the contract of order M….
[Confirm withdrawal] [Name] [Reply to] [Never mind]
> [Name]
Which name shall stand there?
> Ada Lovelace
Name: Ada Lovelace
> [Confirm withdrawal]
Withdrawal received: …, reference K….
Name: Ada Lovelace
You withdrew from order M…. You get € … back.
> /withdraw
Which contract? Write the number of the order (M…); it need not be of this chat.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import N_, _, date, moment
from bot.conversation.messages import Button, File, Menu, Question, Remember, Reply, Text
from bot.conversation.router import Router
from handlers import _claims, account, support
from services.claims import Claim, Made, TooMany, withdrawal_ends
from services.news import Letter, WithdrawalReceipt
from services.orders import Order
from services.shop import Shop

router = Router(always=True)

#: Seconds that the checkout may take to say which name was typed there.
NAME_IN_TIME = 2.0
_NUMBER = re.compile(r"M[2-9A-Z]{8}")
DRAFT = "withdrawal"


@action("withdrawn")
class ConfirmWithdrawal:
    order: str


@action("wdname")
class ChangeName:
    order: str


@action("wdreply")
class ChangeReply:
    order: str


@router.command("withdraw", N_("Withdraw from a contract"))
async def withdraw(chat: Chat, shop: Shop, words: str) -> Reply:
    """With a number that contract; without, one's own, or the question."""
    number = _NUMBER.search(words.upper())
    if number is not None:
        return await _first_step(chat, shop, number[0])
    now = shop.clock.now()
    own = [one for one in await shop.orders.of_customer(chat.customer) if _claims.is_withdrawable(one, now)]
    if not own:
        return _which()
    return (
        await _first_step(chat, shop, own[0].id) if len(own) == 1 else _claims.choice(own, _claims.Withdraw)
    )


@router.intent("withdrawal")
async def withdraw_by_words(chat: Chat, shop: Shop, words: str) -> Reply:
    """The same, asked in words; nothing is declared without the button."""
    return await withdraw(chat, shop, words)


@router.press(_claims.Withdraw)
async def withdraw_by_button(chat: Chat, shop: Shop, chosen: _claims.Withdraw) -> Reply:
    """The same, by the button that the law names."""
    return await withdraw(chat, shop, chosen.order)


@router.answer("withdrawal.number")
async def hear_number(chat: Chat, shop: Shop, words: str) -> Reply:
    """The number, in the traveller's own writing."""
    number = _NUMBER.search(re.sub(r"[\s-]", "", words.upper()))
    if number is None:
        return Menu(
            _("That is no number of an order: it is an M and eight letters or digits."),
            (Button(_("Try again"), _claims.Withdraw("")), _claims.keep_button()),
        )
    return await _first_step(chat, shop, number[0])


@router.press(ChangeName)
async def ask_name(chat: Chat, shop: Shop, chosen: ChangeName) -> Reply:  # noqa: ARG001
    """Another name than the prefilled one."""
    return Question(_("Which name shall stand there?"), asks="withdrawal.name", about=chosen.order)


@router.answer("withdrawal.name")
async def hear_name(chat: Chat, shop: Shop, words: str) -> Reply:
    """The name as it shall stand in the statement."""
    return await _changed(chat, shop, "name", " ".join(words.split())[: account.LONGEST_NAME])


@router.press(ChangeReply)
async def ask_reply(chat: Chat, shop: Shop, chosen: ChangeReply) -> Reply:  # noqa: ARG001
    """Another address for the receipt."""
    return Question(
        _("Which email address shall the receipt go to? It comes here in any case."),
        asks="withdrawal.reply",
        about=chosen.order,
    )


@router.answer("withdrawal.reply")
async def hear_reply(chat: Chat, shop: Shop, words: str) -> Reply:
    """An address, or the question again."""
    if not account.is_email(words):
        return Question(
            _("That does not look like an email address. Try again, or skip."),
            asks="withdrawal.reply",
            about=chat.memory.about,
            buttons=(Button(_("Skip"), _claims.Withdraw(chat.memory.about)),),
        )
    return await _changed(chat, shop, "reply", words.strip())


@router.press(ConfirmWithdrawal)
async def confirm(chat: Chat, shop: Shop, chosen: ConfirmWithdrawal) -> Reply:
    """The second step: it is declared, received, and a receipt to keep is given."""
    order = await _claims.own(chat, shop, chosen.order)
    if order is not None and not _claims.is_withdrawable(order, shop.clock.now()):
        return await _too_late(shop, order)
    told = await _prefilled(chat, shop, chosen.order, order)
    made = Made(chat.id, chat.event, chat.locale, {**told, "text": _statement(chosen.order, order, told)})
    try:
        claim = (
            await shop.claims.withdraw_by_number(chosen.order, made)
            if order is None
            else await shop.claims.withdraw(order, made)
        )
    except TooMany:
        return Text(
            _(
                "That was enough for today in this chat. Please write to {email}; it counts as much.",
                email=shop.controller.email,
            )
        )
    forgotten = {name: value for name, value in chat.memory.draft.items() if name != DRAFT}
    return Remember(replace(chat.memory, draft=forgotten, asking="")), *await _receipt(
        shop, claim, stranger=order is None
    )


@router.letter(WithdrawalReceipt)
async def mail_receipt(shop: Shop, receipt: WithdrawalReceipt) -> Letter:
    """The receipt by mail."""
    claim = await shop.claims.get(receipt.claim)
    if claim is None:
        raise LookupError(receipt.claim)
    body = await _receipt_words(shop, claim)
    who = shop.controller
    return Letter(
        _("Your withdrawal, reference {number}", number=claim.id),
        f"{body}\n\n{who.name}, {who.address}, {who.email}",
        ((f"{claim.id}.txt", "text/plain", body.encode()),),
    )


def _which() -> Question:
    return Question(
        _("Which contract? Write the number of the order (M…); it need not be of this chat."),
        asks="withdrawal.number",
    )


async def _first_step(chat: Chat, shop: Shop, number: str) -> Reply:
    """Everything as it will be declared, to be looked over."""
    order = await _claims.own(chat, shop, number)
    if order is not None and not _claims.is_withdrawable(order, shop.clock.now()):
        return await _too_late(shop, order)
    told = await _prefilled(chat, shop, number, order)
    lines = [
        _("Withdrawal from the contract. Please look it over:"),
        "",
        _statement(number, order, told),
        "",
        _("It is free, and you need not say why."),
        *([_("The answer goes to the contact on file of that order.")] if order is None else []),
    ]
    changes = (
        []
        if order is None
        else [Button(_("Name"), ChangeName(number)), Button(_("Reply to"), ChangeReply(number))]
    )
    # The label is the law's: Code de la consommation, art. D221-5.
    yes = Button(_("Confirm withdrawal"), ConfirmWithdrawal(number), short=_("Yes, withdraw"))
    draft = {**chat.memory.draft, DRAFT: {"order": number, **told}}
    return (
        Remember(replace(chat.memory, draft=draft, asking="", case="", case_until=0)),
        Menu("\n".join(lines), (yes, *changes, _claims.keep_button())),
    )


async def _changed(chat: Chat, shop: Shop, field: str, value: str) -> Reply:
    draft = dict(chat.memory.draft)
    kept = dict(draft.get(DRAFT, {}))
    number = str(kept.get("order", ""))
    if not number:
        return _which()
    memory = replace(chat.memory, draft={**draft, DRAFT: {**kept, field: value}})
    return await _first_step(replace(chat, memory=memory), shop, number)


async def _prefilled(chat: Chat, shop: Shop, number: str, order: Order | None) -> dict[str, str]:
    """Name and reply address: as they were changed, else as we know them. Nothing of somebody else's order."""
    if order is None:
        return {}
    kept: Mapping[str, Any] = chat.memory.draft.get(DRAFT, {})
    if kept.get("order") == number:
        return {"name": str(kept.get("name", "")), "reply": str(kept.get("reply", ""))}
    known = await shop.customers.account(chat.customer)
    name, reply = known.name, known.email
    if name is None or reply is None:
        typed = await _typed_at_checkout(shop, order)
        name, reply = name or typed[0], reply or typed[1]
    return {"name": name or "", "reply": reply or ""}


async def _typed_at_checkout(shop: Shop, order: Order) -> tuple[str | None, str | None]:
    try:
        details = await asyncio.wait_for(shop.checkouts.given_details(order), NAME_IN_TIME)
    except TimeoutError:
        return None, None
    return (None, None) if details is None else (details.name, details.email)


def _statement(number: str, order: Order | None, told: Mapping[str, str]) -> str:
    lines = [_("I withdraw from the contract of order {order}.", order=number)]
    if order is not None:
        lines += [
            _claims.in_a_line(order),
            _("Name: {name}", name=told["name"] or "–"),
            _("Reply to: {address}", address=told["reply"] or _("this chat")),
        ]
    return "\n".join(lines)


async def _receipt(shop: Shop, claim: Claim, *, stranger: bool) -> tuple[Text, File]:
    words = await _receipt_words(shop, claim)
    where = (
        _("The answer goes to the contact on file of that order.")
        if stranger
        else _("The answer comes here.")
    )
    paper = File(
        words.encode(), f"{claim.id}.txt", "text/plain", _("Receipt {number}, to keep.", number=claim.id)
    )
    return Text(f"{words}\n\n{where}"), paper


async def _receipt_words(shop: Shop, claim: Claim) -> str:
    said = (await shop.claims.said(claim)).get("text", "")
    head = _("Withdrawal received: {when}, reference {number}.", when=moment(claim.at), number=claim.id)
    return f"{head}\n{said}"


async def _too_late(shop: Shop, order: Order) -> Menu:
    """The period is over, or nothing is left of the contract; there are other ways."""
    del shop
    if order.state != "paid":
        words = _(
            "Order {order} is not paid: there is nothing to withdraw from. Just let it be.", order=order.id
        )
    elif order.refunded >= order.total:
        words = _("Order {order} was paid back already.", order=order.id)
    else:
        words = _(
            "The 14 days in which order {order} could be withdrawn from ended on {date}. If it does not work, or you want it back, there are other ways:",
            order=order.id,
            date=date(withdrawal_ends(order.placed_at) - timedelta(seconds=1)),
        )
    return Menu(
        words,
        (
            Button(_("Refund"), _claims.AskRefund(order.id)),
            Button(_("It does not work"), _claims.Complain(order.id)),
            Button(_("A person"), support.AskPerson()),
        ),
    )
