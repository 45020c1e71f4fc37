"""To be forgotten: what goes and what stays, how to deal with what is on its way, a typed word, the last message.

> /privacy
> [Delete]
What is deleted: …
To confirm, write: DELETE
[Keep everything]
> [Keep everything]
Nothing was deleted.
"""

from __future__ import annotations

from datetime import UTC, datetime

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _, date, moment
from bot.conversation.messages import Button, Menu, Notice, Question, Reply, Text
from bot.conversation.router import Router
from handlers._goes import careful, goes, stays
from services.news import ErasureAnnounced, ErasureDone, Letter
from services.shop import Shop

router = Router(business=False)

#: What is on its way is cancelled, or waited for; all goes when the last plan ends, or at once.
_CANCEL, _WAIT = "cancel", "wait"
_AT_END, _NOW = "end", "now"


@action("erase")
class AskErasure:
    """What would go, what would stay."""


@action("erasehow")
class ChooseErasure:
    """The same, with what was decided so far: _CANCEL or _WAIT, _AT_END or _NOW."""

    decided: str


@action("keep")
class KeepAll:
    """No erasure."""


@action("unerase")
class StopErasure:
    """The erasure of that number shall not begin."""

    receipt: str


@action("announced")
class ShowAnnounced:
    """When the erasure of that number begins, in Unix seconds."""

    receipt: str
    begins: int


@router.press(AskErasure)
async def ask_erasure(chat: Chat, shop: Shop, chosen: AskErasure) -> Reply:  # noqa: ARG001
    """The first thing to decide; with nothing on its way, the question itself."""
    return await choose(chat, shop, ChooseErasure(""))


@router.press(ChooseErasure)
async def choose(chat: Chat, shop: Shop, chosen: ChooseErasure) -> Reply:
    """What goes, what stays, until when, by which law, once it is decided what becomes of what is on its way."""
    preview = await shop.privacy.preview(chat.customer)
    decided = chosen.decided.split()
    if preview.undelivered and not {_CANCEL, _WAIT} & set(decided):
        return _which(
            _("An order of yours is paid and not delivered yet. What shall I do?"),
            Button(_("Deliver it first"), ChooseErasure(" ".join([*decided, _WAIT]))),
            Button(_("Cancel and refund"), ChooseErasure(" ".join([*decided, _CANCEL]))),
        )
    if preview.ends_at and not {_AT_END, _NOW} & set(decided):
        return _which(
            _(
                "Your eSIM works until {date}. It goes on working after the deletion, but nobody can show its QR, its balance or top it up any more.",
                date=date(preview.ends_at),
            ),
            Button(_("Delete now"), ChooseErasure(" ".join([*decided, _NOW]))),
            Button(_("When the plan ends"), ChooseErasure(" ".join([*decided, _AT_END]))),
        )
    lines = (
        _("What is deleted:"),
        *goes(preview),
        *stays(preview),
        *careful(preview),
        _("Our partners are told to delete it too."),
        _("What stays in your own chat, you can clear there."),
        "",
        _("To confirm, write: {word}", word=_("DELETE")),
    )
    return Question(
        "\n".join(lines),
        asks="privacy.erase",
        about=" ".join(decided),
        buttons=(Button(_("Keep everything"), KeepAll()),),
    )


@router.answer("privacy.erase")
async def erase(chat: Chat, shop: Shop, words: str) -> Reply:
    """The typed word, in the chat's language or in English."""
    if words.strip().strip("«»\"'.").casefold() not in {_("DELETE").casefold(), "delete"}:
        return Text(_("Nothing was deleted."))
    decided = chat.memory.about.split()
    preview = await shop.privacy.preview(chat.customer)
    begun = await shop.privacy.forgetting.erasures.begin(
        chat.customer,
        chat.id,
        cancels=_CANCEL in decided,
        not_before=preview.ends_at if _AT_END in decided else None,
    )
    if begun.not_before is not None and begun.state == "scheduled":
        return Menu(
            _(
                "Your data will be deleted from {date} on. Receipt: {number}. Until then it can be stopped: here, or from any other contact of yours, which is told as well.",
                date=moment(begun.not_before),
                number=begun.receipt,
            ),
            (Button(_("Stop the deletion"), StopErasure(begun.receipt)),),
        )
    said = _(
        "Your data is being deleted. Receipt: {number}. The last word comes here when it is done.",
        number=begun.receipt,
    )
    if preview.waits and not begun.cancels:
        said += "\n" + _("An order of yours is still on its way; I wait until it is delivered or refunded.")
    return Text(said)


@router.press(KeepAll)
async def keep(chat: Chat, shop: Shop, chosen: KeepAll) -> Reply:  # noqa: ARG001
    """Second thoughts."""
    return Text(_("Nothing was deleted."))


@router.press(StopErasure)
async def stop_erasure(chat: Chat, shop: Shop, chosen: StopErasure) -> Reply:
    """Somebody of this customer's says no in time."""
    stopped = await shop.privacy.forgetting.erasures.cancel(chosen.receipt, chat.customer)
    return Text(_stopped() if stopped else _("That deletion has begun or is over; it cannot be stopped."))


@router.news(ErasureAnnounced)
async def announced(chat: Chat, shop: Shop, news: ErasureAnnounced) -> Reply:  # noqa: ARG001
    """The same customer, in another chat than the one that asked."""
    return _announced(shop, news.receipt, news.begins)


@router.press(ShowAnnounced)
async def show_announced(chat: Chat, shop: Shop, chosen: ShowAnnounced) -> Reply:  # noqa: ARG001
    """The same, for whoever had only a template of it."""
    return _announced(shop, chosen.receipt, datetime.fromtimestamp(chosen.begins, UTC))


def _announced(shop: Shop, receipt: str, begins: datetime) -> Notice:
    words = _(
        "Somebody asked to delete your data at {shop}. It begins on {date}. If that was not you, stop it.",
        shop=shop.controller.name,
        date=moment(begins),
    )
    stop = Menu(words, (Button(_("Stop the deletion"), StopErasure(receipt)),))
    return Notice("general_news", (words.rstrip("."),), stop, ShowAnnounced(receipt, int(begins.timestamp())))


@router.letter(ErasureAnnounced)
async def announced_by_mail(shop: Shop, news: ErasureAnnounced) -> Letter:
    """The same, with a code for whoever has lost the chat."""
    body = (
        _(
            "Somebody asked to delete your data at {shop}. It begins on {date}.",
            shop=shop.controller.name,
            date=moment(news.begins),
        ),
        _("If that was you, there is nothing to do."),
        _(
            "If not, write this to our bot before that day, from any chat: {words}",
            words=f"/privacy keep {news.receipt} {news.code}",
        ),
        "",
        f"{shop.controller.name}, {shop.controller.address}, {shop.controller.email}",
    )
    return Letter(
        _("Your data at {shop}: a deletion was asked for", shop=shop.controller.name), "\n".join(body)
    )


async def keep_by_code(shop: Shop, words: str) -> Text:
    """ "R-… CODE", from a mail: whoever reads it says no."""
    number, _sep, code = words.strip().upper().partition(" ")
    if await shop.privacy.forgetting.keep(number, code.strip()):
        return Text(_stopped())
    return Text(_("I know no deletion of that number and code that could still be stopped."))


@router.last_word(ErasureDone)
async def erased(shop: Shop, news: ErasureDone) -> Notice:
    """The last message of a chat: what stays in it is the traveller's own, and how to clear it."""
    day = date(shop.clock.now())
    clear = {
        "telegram": _(
            "What stays in this chat is yours: open its menu, then Delete chat, and tick that it is deleted for the bot too."
        ),
        "whatsapp": _("What stays in this chat is yours: open its menu, then Clear chat."),
    }
    words = (
        _(
            "Deleted on {date}. Receipt: {number}. /privacy {number} shows its state from any chat.",
            date=day,
            number=news.receipt,
        ),
        clear.get(news.channel, _("What stays in your own chat, you can clear there.")),
        _("Mails that we sent you are yours too."),
    )
    return Notice("data_erased", (day, news.receipt), Text("\n".join(words)))


async def processors(shop: Shop, receipt: str) -> list[str]:
    """Whom an erasure has told and whom it still has to, a line for each."""
    tasks = await shop.privacy.forgetting.told(receipt)
    lines = []
    for recipient in dict.fromkeys(task.recipient for task in tasks):
        theirs = [task for task in tasks if task.recipient == recipient]
        left = [task for task in theirs if task.state != "done"]
        later = [task for task in left if task.due_at > shop.clock.now()]
        name = _NAMES.get(recipient, recipient)
        if not left:
            lines.append(_("{partner}: told", partner=name))
        elif later:
            day = date(min(task.due_at for task in later))
            lines.append(_("{partner}: will be told on {date}", partner=name, date=day))
        elif any(task.for_person for task in left):
            lines.append(_("{partner}: is told by letter", partner=name))
        else:
            lines.append(_("{partner}: is being told", partner=name))
    return lines


#: As they call themselves.
_NAMES = {"keepgo": "KeepGo", "airalo": "Airalo", "stripe": "Stripe", "meta": "WhatsApp", "mail": "E-mail"}


def _which(words: str, *buttons: Button) -> Menu:
    return Menu(words, (*buttons, Button(_("Keep everything"), KeepAll())))


def _stopped() -> str:
    return _("Stopped: nothing is deleted.")
