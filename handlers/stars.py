"""Paying with Telegram Stars: the invoice, why one may not pay it, and Stars that went back at once.

> Japan, 10 days
> [… · …]
> [It fits]
> [Yes, start now]
> [I agree]
[Pay …] [Pay ⭐ …]
> [Pay ⭐ …]
eSIM Japan · …
Order M…: …. By paying you place an order with an obligation to pay. Your eSIM comes here as soon as it is paid.
[Pay ⭐…]
"""

from __future__ import annotations

from bot.conversation.events import Chat
from bot.conversation.i18n import _, money
from bot.conversation.messages import Reply, Text
from bot.conversation.router import Router
from handlers import _paying, checkout
from handlers._paying import PayInStars
from services.money import STARS, Money
from services.news import PaidBackInChat
from services.shop import Shop
from services.stars import NotPayable

router = Router(always=True)


@router.press(PayInStars)
async def pay(chat: Chat, shop: Shop, chosen: PayInStars) -> Reply:
    """The invoice, or why there is none. An invoice is a picture of the order: what decides is asked before paying."""
    order = await shop.orders.get(chosen.order)
    if order is None or order.customer != chat.customer:
        return Text(_("You have no such order."))
    invoice = None
    if order.state == "awaiting_payment" and "stars" in shop.methods[chat.channel]:
        invoice = await _paying.invoice(shop, order)
    # Everything else that may be true of it has its words there.
    return invoice or await checkout.pay_again(chat, shop, _paying.PayOrder(order.id))


@router.toast(NotPayable)
async def not_payable(shop: Shop, objection: NotPayable) -> str:  # noqa: ARG001
    """One line, shown by Telegram where the payment would have been."""
    number = objection.order
    return {
        "unknown": _("This order does not exist any more. Nothing was charged."),
        "not_yours": _("This is somebody else's order. Nothing was charged."),
        "paid": _("Order {order} is paid already. Nothing was charged.", order=number),
        "over": _(
            "Order {order} was not paid in time. Please choose again. Nothing was charged.", order=number
        ),
        "amount": _("This invoice is out of date. Please press Pay again in the chat. Nothing was charged."),
        "not_sold": _("This plan is not sold any more. Nothing was charged."),
        "paused": _("This plan cannot be bought just now. Nothing was charged."),
    }[objection.why]


@router.news(PaidBackInChat)
async def paid_back(chat: Chat, shop: Shop, news: PaidBackInChat) -> Reply:  # noqa: ARG001
    """They belonged to no order that could be fulfilled."""
    return Text(
        _(
            "Your payment of {stars} did not fit any open order, so it went back to you at once.",
            stars=money(Money(news.stars, STARS)),
        )
    )
