"""Privacy: the six rights in short, and a button for each that has one.

> /privacy
Your data at Miio
1. Access: see what we hold.
2. Portability: take it with you as a file.
3. Rectification: correct it.
4. Erasure: have it deleted.
5. Objection: no advertising.
6. Complaint: CNIL, …
Contact: contact@esim-miio.com, 60 rue François 1er, 75008 Paris, France
[My data] [Correct] [Delete] [Marketing] [Policy]
> /privacy R-222222
I know no request R-222222.
"""

from __future__ import annotations

from bot.conversation.events import Chat
from bot.conversation.i18n import N_, _
from bot.conversation.messages import Button, Menu, Reply, Text
from bot.conversation.router import Router
from handlers.account import ShowAccount
from handlers.erasing import AskErasure
from handlers.marketing import ShowMarketing
from handlers.policy import ShowPolicy
from handlers.privacy_data import ExportData
from services.shop import Shop

router = Router(business=False)


@router.command("privacy", N_("Privacy: your data and your rights"))
async def privacy(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """The six rights, and a button for each that has one."""
    who = shop.controller
    if words.strip():
        return await request_state(shop, words.strip())
    lines = (
        _("Your data at {shop}", shop=who.name),
        _("We hold what is needed to sell you an eSIM and to help you with it. We sell it to nobody."),
        "",
        _("Your rights:"),
        _("1. Access: see what we hold."),
        _("2. Portability: take it with you as a file."),
        _("3. Rectification: correct it."),
        _("4. Erasure: have it deleted."),
        _("5. Objection: no advertising."),
        _("6. Complaint: {authority}, {url}", authority=who.authority, url=who.authority_url),
        "",
        _("Contact: {email}, {address}", email=who.email, address=who.address),
    )
    buttons = (
        Button(_("My data"), ExportData()),
        Button(_("Correct"), ShowAccount()),
        Button(_("Delete"), AskErasure()),
        Button(_("Marketing"), ShowMarketing()),
        Button(_("Policy"), ShowPolicy()),
    )
    return Menu("\n".join(lines), buttons)


@router.intent("privacy")
async def privacy_by_words(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """The same, asked in words."""
    return await privacy(chat, shop, "")


async def request_state(shop: Shop, number: str) -> Text:
    """The state of a request, by its number, from any chat."""
    state = await shop.privacy.request_state(number.upper())
    words = {
        "in_progress": _("Request {number}: being worked on.", number=number),
        "awaiting_processors": _(
            "Request {number}: deleted here; our partners are being told.", number=number
        ),
        "answered": _("Request {number}: done.", number=number),
    }
    return Text(words.get(state or "", _("I know no request {number}.", number=number)))
