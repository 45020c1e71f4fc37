"""The account in one message: what we know, and buttons to change it."""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _
from bot.conversation.messages import Button, Menu
from services.customers import FIELDS
from services.shop import Shop


@action("account")
class ShowAccount:
    """What we know."""


@action("tell")
class TellField:
    field: str


@action("untell")
class ForgetField:
    field: str


async def shown(chat: Chat, shop: Shop, *head: str, more: tuple[Button, ...] = ()) -> Menu:
    """Every field, after what has just happened to them."""
    account = await shop.customers.account(chat.customer)
    lines = [f"{label(field)}: {getattr(account, field) or '–'}" for field in FIELDS]
    words = (*head, _("Your account. Everything here is optional."), *lines)
    buttons = tuple(Button(label(field), TellField(field)) for field in FIELDS)
    return Menu("\n".join(words), (*buttons, *more))


def label(field: str) -> str:
    """A field's name."""
    return {"name": _("Name"), "email": _("Email"), "phone": _("Phone")}[field]
