"""Questions about a payment: what has happened to it is looked up first, and a person is one press away.

> /paysupport
Questions about a payment
If an eSIM cannot be delivered, your money goes back by itself, and you are told here.
[My orders] [A person]
> [My orders]
You have no orders yet.
> /terms
Our terms of sale (version …): …
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import N_, _
from bot.conversation.messages import Button, Menu, Reply
from bot.conversation.router import Router
from handlers import orders, support
from services.shop import Shop

router = Router(always=True)


@action("mine")
class ShowOrders:
    """List one's own orders."""


@router.command("paysupport", N_("Questions about a payment"))
async def paysupport(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """How payments go wrong, what happens by itself, and whom to ask. Telegram asks every seller for this command."""
    lines = [
        _("Questions about a payment"),
        "",
        _("Paid, and no eSIM yet? It usually comes within a minute. /orders shows where it stands."),
        _("If an eSIM cannot be delivered, your money goes back by itself, and you are told here."),
        _("Paid twice? The second payment goes back by itself."),
        _("What you paid goes back the way it came: to your card or account, or as Telegram Stars."),
        _(
            "Anything else: write to a person here. {shop} answers for its sales itself.",
            shop=shop.about.name,
        ),
        _("Terms of sale: /terms"),
    ]
    return Menu(
        "\n".join(lines), (Button(_("My orders"), ShowOrders()), Button(_("A person"), support.AskPerson()))
    )


@router.press(ShowOrders)
async def show_orders(chat: Chat, shop: Shop, chosen: ShowOrders) -> Reply:  # noqa: ARG001
    """One's own orders, by button."""
    return await orders.orders(chat, shop, "")
