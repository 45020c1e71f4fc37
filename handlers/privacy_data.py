"""A traveller's own data, as a file.

> /privacy
> [My data]
Your data, as a file. Request R-….
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _
from bot.conversation.messages import File, Reply
from bot.conversation.router import Router
from services.shop import Shop

router = Router(business=False)


@action("mydata")
class ExportData:
    """One's data as a file."""


@router.press(ExportData)
async def export(chat: Chat, shop: Shop, chosen: ExportData) -> Reply:  # noqa: ARG001
    """Everything we hold, as a file that people and programs can read."""
    name, content, number = await shop.privacy.export(chat.customer)
    words = _("Your data, as a file.") + " " + _("Request {number}.", number=number)
    return File(content, name, "application/json", words)
