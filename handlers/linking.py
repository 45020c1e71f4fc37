"""One customer on two channels: a code that one chat shows is typed in the other.

> /link
You talk to us on Telegram and on WhatsApp? What was bought in one chat is then seen from both.
[Show a code] [I have a code] [I was here before]
> [Show a code]
In your other chat with us, write: /link …
> [I have a code]
Which code does the other chat show?
> 12 34
This code does not fit, or it has ended. Ask for a new one in the other chat.
> /unlink
This chat is linked to no other.
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import N_, _, listing
from bot.conversation.messages import Button, Menu, Question, Reply, Text
from bot.conversation.router import Router
from handlers._codes import locked
from handlers.proving import WasHere
from services.identity import Found, Locked, Verdict
from services.news import ChatsLinked
from services.shop import Shop

router = Router(business=False)

#: The platforms' own names for themselves.
NAMES = {"telegram": "Telegram", "whatsapp": "WhatsApp"}


@action("linkshow")
class ShowCode:
    """A code for the other chat."""


@action("linktype")
class TypeCode:
    """A code of the other chat."""


@action("linkyes")
class LinkBoth:
    code: str


@action("linkno")
class LinkNot:
    """Second thoughts."""


@action("unlink")
class Unlink:
    """This chat goes its own way."""


@router.command("link", N_("Link Telegram and WhatsApp"))
async def link(chat: Chat, shop: Shop, words: str) -> Reply:
    """Both ways to begin; or, with a code, what it would do."""
    if words.strip():
        return await offered(chat, shop, words)
    return Menu(
        _("You talk to us on Telegram and on WhatsApp? What was bought in one chat is then seen from both."),
        (
            Button(_("Show a code"), ShowCode()),
            Button(_("I have a code"), TypeCode()),
            Button(_("I was here before"), WasHere()),
        ),
    )


@router.press(ShowCode)
async def show(chat: Chat, shop: Shop, chosen: ShowCode) -> Reply:  # noqa: ARG001
    """A code, in words that can be sent on as they are."""
    try:
        code = await shop.identity.links.show(chat.customer)
    except Locked:
        return Text(locked())
    return Text(
        _("In your other chat with us, write: /link {code}", code=code)
        + "\n"
        + _("It works for ten minutes. Whoever writes it sees your orders and eSIMs: give it to nobody.")
    )


@router.press(TypeCode)
async def ask(chat: Chat, shop: Shop, chosen: TypeCode) -> Reply:  # noqa: ARG001
    """Which code."""
    return Question(_("Which code does the other chat show?"), asks="link.code")


@router.answer("link.code")
async def offered(chat: Chat, shop: Shop, words: str) -> Reply:
    """What linking would do, before it is done: a stranger's code would show them everything of this chat."""
    found = await shop.identity.links.find(chat.customer, words)
    if not isinstance(found, Found):
        return Text(refused(found))
    lines = (
        _("This links this chat with a chat on {channels}.", channels=_channels(found)),
        _("Orders, eSIMs and answers are then seen from both. Only do this if both are yours."),
    )
    yes = Button(_("Link both"), LinkBoth("".join(filter(str.isdecimal, words))))
    return Menu("\n".join(lines), (yes, Button(_("Keep them apart"), LinkNot())))


@router.press(LinkBoth)
async def link_both(chat: Chat, shop: Shop, chosen: LinkBoth) -> Reply:
    """Begun here; both chats hear when it is done."""
    found = await shop.identity.link(chat.customer, chosen.code)
    return Text(_("The two chats are being linked.") if isinstance(found, Found) else refused(found))


@router.press(LinkNot)
async def keep_apart(chat: Chat, shop: Shop, chosen: LinkNot) -> Reply:  # noqa: ARG001
    """Nothing happened."""
    return Text(_("Nothing was changed."))


@router.command("unlink")
async def unlink(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """What it would do, first."""
    if not await shop.identity.is_linked(chat.customer, chat.id):
        return Text(_("This chat is linked to no other."))
    return Menu(
        _("Your orders and eSIMs stay with your other chat. Here nothing of them is left. Go on?"),
        (Button(_("Unlink this chat"), Unlink()), Button(_("Keep it linked"), LinkNot())),
    )


@router.press(Unlink)
async def unlink_now(chat: Chat, shop: Shop, chosen: Unlink) -> Reply:  # noqa: ARG001
    """From the next word on, this chat is somebody new."""
    if not await shop.identity.unlink(chat.customer, chat.id):
        return Text(_("This chat is linked to no other."))
    return Text(_("Done: this chat is on its own now."))


@router.news(ChatsLinked)
async def linked(chat: Chat, shop: Shop, news: ChatsLinked) -> Reply:  # noqa: ARG001
    """Said in every chat of the customer, so that nobody is linked without knowing it."""
    return Text(
        _("This chat is linked with another one of yours now. If that was not you, write /unlink at once.")
    )


def refused(verdict: Verdict) -> str:
    """Why a code leads nowhere."""
    if verdict == "locked":
        return locked()
    return _("This code does not fit, or it has ended. Ask for a new one in the other chat.")


def _channels(found: Found) -> str:
    return listing([NAMES.get(channel, channel) for channel in found.channels])
