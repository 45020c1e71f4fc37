"""Here before, with another number or another phone: whoever proves it gets everything back.

> /link
[Show a code] [I have a code] [I was here before]
> [I was here before]
Write the number of an order of yours; it stands on its receipt. Without it, press the button.
[Send me a code]
> MIIO-000000
If that is you, a code is on its way to your other contact: a mail, or another chat with us.
> 000000
That does not fit. …
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _
from bot.conversation.messages import Button, Question, Reply, Text
from bot.conversation.router import Router
from handlers._codes import locked
from services.news import Letter, ProofCode
from services.shop import Shop

router = Router(business=False)


@action("wasme")
class WasHere:
    """I was here before."""


@action("wascode")
class SendCode:
    """Without an order's number."""


@router.press(WasHere)
async def was_here(chat: Chat, shop: Shop, chosen: WasHere) -> Reply:  # noqa: ARG001
    """Which order."""
    return Question(
        _("Write the number of an order of yours; it stands on its receipt. Without it, press the button."),
        asks="proof.order",
        buttons=(Button(_("Send me a code"), SendCode()),),
    )


@router.answer("proof.order")
async def hear_order(chat: Chat, shop: Shop, words: str) -> Reply:
    """Known or not, the answer is the same: nobody learns who buys from us."""
    order = words.strip()[:40]
    await shop.identity.proving.ask(chat.customer, order, chat.locale)
    return Question(
        _on_its_way() + "\n" + _("Write it here, or the email address of that order's buyer."),
        asks="proof.code",
        about=order,
    )


@router.press(SendCode)
async def send_code(chat: Chat, shop: Shop, chosen: SendCode) -> Reply:  # noqa: ARG001
    """To whoever we think they may be."""
    await shop.identity.proving.ask(chat.customer, "", chat.locale)
    return Question(_on_its_way() + "\n" + _("Write it here."), asks="proof.code")


@router.answer("proof.code")
async def hear_proof(chat: Chat, shop: Shop, words: str) -> Reply:
    """Right: everything is given back, and every chat of theirs hears of it."""
    verdict = await shop.identity.proving.prove(chat.customer, chat.memory.about, words)
    if verdict == "locked":
        return Text(locked())
    if verdict == "right":
        return Text(_("That is right. Your orders and eSIMs come back to this chat now."))
    return Question(
        _("That does not fit. Write the code again, or ask a person: /support"),
        asks="proof.code",
        about=chat.memory.about,
    )


@router.news(ProofCode)
async def show_code(chat: Chat, shop: Shop, news: ProofCode) -> Reply:  # noqa: ARG001
    """In another chat of theirs."""
    return Text("\n".join(_asked(news)))


@router.letter(ProofCode)
async def mail_code(shop: Shop, news: ProofCode) -> Letter:
    """The same by mail."""
    return Letter(_("Your code for {shop}", shop=shop.controller.name), "\n".join(_asked(news)))


def _asked(news: ProofCode) -> tuple[str, ...]:
    return (
        _(
            "Somebody says in another chat that they are you. If that is so, write there: {code}",
            code=news.code,
        ),
        _("It works for ten minutes. If it was not you, do nothing, and give the code to nobody."),
    )


def _on_its_way() -> str:
    return _("If that is you, a code is on its way to your other contact: a mail, or another chat with us.")
