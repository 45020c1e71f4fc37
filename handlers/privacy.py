"""Privacy: the rights in short, and a button for each.

> /privacy
Your data at Miio
1. Access: see what we hold.
2. Portability: take it with you as a file.
3. Rectification: correct it.
4. Erasure: have it deleted.
5. Objection: no advertising.
6. Complaint: CNIL, …
Contact: contact@esim-miio.com, 60 rue François 1er, 75008 Paris, France
[Policy] [My data] [Correct] [Delete] [Marketing] [Pause use] [Complain] [Contact]
"""

from __future__ import annotations

from bot.conversation.events import Chat
from bot.conversation.i18n import N_, _
from bot.conversation.messages import Button, Menu, Reply
from bot.conversation.router import Router
from handlers import requests
from handlers.complaining import ShowComplaint
from handlers.contact import ShowContact
from handlers.correcting import ShowCorrect
from handlers.erasing import AskErasure, keep_by_code
from handlers.marketing import ShowMarketing
from handlers.pausing import ShowPause
from handlers.policy import ShowPolicy
from handlers.privacy_data import ExportData
from services.shop import Shop

router = Router(business=False)


@router.command("privacy", N_("Privacy: your data and your rights"))
async def privacy(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """The six rights, and a button for each that has one."""
    who = shop.controller
    if words.casefold().startswith("keep "):
        return await keep_by_code(shop, words[len("keep ") :])
    if words.strip():
        return await requests.state_of(shop, words.strip())
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
        Button(_("Policy"), ShowPolicy()),
        Button(_("My data"), ExportData()),
        Button(_("Correct"), ShowCorrect()),
        Button(_("Delete"), AskErasure()),
        Button(_("Marketing"), ShowMarketing()),
        Button(_("Pause use"), ShowPause()),
        Button(_("Complain"), ShowComplaint()),
        Button(_("Contact"), ShowContact()),
    )
    return Menu("\n".join(lines), buttons)


@router.intent("privacy")
async def privacy_by_words(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """The same, asked in words."""
    return await privacy(chat, shop, "")
