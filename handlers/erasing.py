"""To be forgotten: what goes and what stays, a typed word, the last message.

> /privacy
> [Delete]
What is deleted: …
To confirm, write: DELETE
[Keep everything]
> [Keep everything]
Nothing was deleted.
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _, date
from bot.conversation.messages import Button, Question, Reply, Text
from bot.conversation.router import Router
from services.news import ErasureDone
from services.privacy import Stays
from services.shop import Shop

router = Router(business=False)


@action("erase")
class AskErasure:
    """What would go, what would stay."""


@action("keep")
class KeepAll:
    """No erasure."""


@router.press(AskErasure)
async def ask_erasure(chat: Chat, shop: Shop, chosen: AskErasure) -> Reply:  # noqa: ARG001
    """What goes, what stays, until when, by which law; then a typed word."""
    preview = await shop.privacy.preview(chat.customer)
    lines = [
        _("What is deleted: your name, email, phone, chats, eSIM codes and messages to our staff."),
        *(_stays(one) for one in preview.stays),
        *dict.fromkeys(words for fact in preview.facts if (words := _careful(fact.kind))),
        _("What stays in your own chat, you can clear there."),
        "",
        _("To confirm, write: {word}", word=_("DELETE")),
    ]
    return Question(
        "\n".join(lines), asks="privacy.erase", buttons=(Button(_("Keep everything"), KeepAll()),)
    )


@router.answer("privacy.erase")
async def erase(chat: Chat, shop: Shop, words: str) -> Reply:
    """The typed word, in the chat's language or in English."""
    if words.strip().strip("«»\"'.").casefold() not in {_("DELETE").casefold(), "delete"}:
        return Text(_("Nothing was deleted."))
    waits = (await shop.privacy.preview(chat.customer)).waits
    receipt = await shop.privacy.erase(chat.customer, chat.id)
    words = _(
        "Your data is being deleted. Receipt: {number}. The last word comes here when it is done.",
        number=receipt,
    )
    if waits:
        words += "\n" + _("An order of yours is still on its way; I wait until it is delivered or refunded.")
    return Text(words)


@router.press(KeepAll)
async def keep(chat: Chat, shop: Shop, chosen: KeepAll) -> Reply:  # noqa: ARG001
    """Second thoughts."""
    return Text(_("Nothing was deleted."))


@router.news(ErasureDone)
async def erased(chat: Chat, shop: Shop, news: ErasureDone) -> Reply:  # noqa: ARG001
    """The last message of a chat."""
    day = date(shop.clock.now())
    return Text(
        _(
            "Deleted on {date}. Receipt: {number}. /privacy {number} shows its state from any chat.",
            date=day,
            number=news.receipt,
        )
        + "\n"
        + _("What stays in your own chat, you can clear there.")
    )


def _stays(one: Stays) -> str:
    until = date(one.until) if one.until else ""
    words = {
        "sales": _(
            "Stays: {n} paid orders with their invoices, until {date} (commercial law, art. L123-22).",
            n=one.count,
            date=until,
        ),
        "statements": _(
            "Stays: what you declared before paying, as proof, until {date} (GDPR art. 17(3)(e)).", date=until
        ),
        "consents": _("Stays: your answers about offers, without your name, for 3 years (GDPR art. 7(1))."),
        "requests": _("Stays: that you asked, without your name, for 3 years (GDPR art. 5(2))."),
        "spent_lines": _(
            "Stays: that your eSIM was sold once, as a code that names nobody, so that nobody gets it again."
        ),
    }
    return words[one.what]


def _careful(kind: str) -> str | None:
    words = {
        "active_esim": _(
            "Careful: your eSIM goes on working, but nobody can show its QR or balance any more."
        ),
        "undelivered": _("Careful: an order of yours is paid and not delivered yet. Deletion waits for it."),
        "payment_pending": _("Careful: a payment of yours is on its way. Deletion waits for it."),
        "refund_pending": _("A refund is on its way; deletion waits for it."),
        "disputed": _("A payment is disputed; what that needs is kept until it is closed."),
        "open_checkout": _("An open payment link is closed."),
    }
    return words.get(kind)
