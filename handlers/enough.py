"""Enough for today: what a chat hears once that asked for more answers than are paid for, and what still works."""

from __future__ import annotations

from typing import Any

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _
from bot.conversation.messages import Button, Menu, Reply
from bot.conversation.router import Router
from handlers import paysupport, privacy, support
from services.shop import Shop

router = Router(business=False)


@action("rights")
class ShowRights:
    """One's data, and what one may ask for."""


@router.hears("enough")
async def enough(chat: Chat, shop: Shop, event: Any) -> Reply:  # noqa: ARG001
    """Once a day; tomorrow everything is as ever."""
    return Menu(
        _(
            "That was a lot for one day. Until tomorrow I only answer here about your orders and eSIMs, about your data and your rights, or pass you on to a person."
        ),
        (
            Button(_("My orders"), paysupport.ShowOrders()),
            Button(_("My data"), ShowRights()),
            Button(_("A person"), support.AskPerson()),
        ),
    )


@router.press(ShowRights)
async def show_rights(chat: Chat, shop: Shop, chosen: ShowRights) -> Reply:  # noqa: ARG001
    """The menu of one's rights."""
    return await privacy.privacy(chat, shop, "")
