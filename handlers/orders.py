"""My orders: number, date, plan, price, state.

> /orders
You have no orders yet.
"""

from __future__ import annotations

from bot.conversation.events import Chat
from bot.conversation.i18n import N_, _, date, money
from bot.conversation.messages import Button, Menu, Reply, Text
from bot.conversation.router import Router
from handlers import _claims, _words
from handlers._paying import PayOrder
from handlers.papers import ShowPapers
from services.orders import Order
from services.orders.sold import SoldPlan
from services.shop import Shop

router = Router(always=True)

#: Orders in one message.
MOST = 10


@router.command("orders", N_("My orders"))
async def orders(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """One's own orders, the newest first."""
    own = await shop.orders.of_customer(chat.customer, MOST)
    if not own:
        return Text(_("You have no orders yet."))
    body = "\n\n".join(_one(order) for order in own)
    unpaid = [order for order in own if order.state == "awaiting_payment"]
    buttons = [
        *(Button(_("Pay {total}", total=money(one.total)), PayOrder(one.id)) for one in unpaid[:1]),
        *_claims.ways(own, shop.clock.now()),
        *([Button(_("My invoices"), ShowPapers())] if any(one.paid_at for one in own) else []),
    ]
    return Menu(body, tuple(buttons)) if buttons else Text(body)


@router.intent("orders")
async def orders_by_words(chat: Chat, shop: Shop, words: str) -> Reply:
    """The same, asked in words."""
    return await orders(chat, shop, words)


def _one(order: Order) -> str:
    sold = SoldPlan.from_json(order.item.plan)
    return "\n".join(
        (
            f"{order.id} · {date(order.placed_at)}",
            _words.title(sold),
            f"{money(order.total)} · {_words.state(order.state, order.item.state)}",
            *([_("Back to you: {amount}", amount=money(order.refunded))] if order.refunded else []),
        )
    )
