"""The privacy policy, point by point.

> /privacy
> [Policy]
Who is responsible: Miio, …
[My data] [Delete]
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _
from bot.conversation.messages import Button, Menu, Reply
from bot.conversation.router import Router
from handlers.erasing import AskErasure
from handlers.privacy_data import ExportData
from services.privacy import VERSION
from services.shop import Shop

router = Router(business=False)


@action("policy")
class ShowPolicy:
    """The policy, point by point."""


@router.press(ShowPolicy)
async def policy(chat: Chat, shop: Shop, chosen: ShowPolicy) -> Reply:  # noqa: ARG001
    """What, why, on which basis, until when, who receives it."""
    who = shop.controller
    lines = (
        _("Who is responsible: {name}, {address}", name=who.name, address=who.address),
        "",
        _("What we hold, and why:"),
        _(
            "– Name, email, phone, chat: to sell and deliver (contract). Kept 3 years after your last purchase or the end of your last plan."
        ),
        _(
            "– Orders and payments (never your card): to deliver, invoice and follow up the warranty (contract, law). Accounting papers: 10 years."
        ),
        _(
            "– Your eSIM: number, data used, network: to provide it and to help you (contract). Same period as your account."
        ),
        _(
            "– Your device’s IMEI: only when a plan needs it; told to its provider, deleted 90 days after the delivery."
        ),
        _("– Offers: only if you say yes (consent), until you say no."),
        "",
        _(
            "Who receives it: KeepGo / Esimba or Airalo (the eSIM; no name), Stripe (the payment), Telegram or WhatsApp (this chat), authorities where the law requires it."
        ),
        _("Outside the European Union, appropriate safeguards protect it."),
        _("Encrypted at rest, with a key of its own for each customer."),
        _("Policy version: {version}", version=VERSION),
    )
    return Menu("\n".join(lines), (Button(_("My data"), ExportData()), Button(_("Delete"), AskErasure())))
