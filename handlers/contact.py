"""Whom to write to about one's data.

> /privacy
> [Contact]
Miio
contact@esim-miio.com
60 rue François 1er, 75008 Paris, France
[A person]
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _
from bot.conversation.messages import Button, Menu, Reply
from bot.conversation.router import Router
from handlers.support import AskPerson
from services.shop import Shop

router = Router(business=False)


@action("contact")
class ShowContact:
    """Who answers for the data."""


@router.press(ShowContact)
async def show(chat: Chat, shop: Shop, chosen: ShowContact) -> Reply:  # noqa: ARG001
    """By mail, by post, or right here."""
    who = shop.controller
    lines = (
        _("For everything about your data, in any language:"),
        who.name,
        who.email,
        who.address,
        _("We answer within a month, and need no more from you than it takes to be sure that it is you."),
    )
    return Menu("\n".join(lines), (Button(_("A person"), AskPerson()),))
