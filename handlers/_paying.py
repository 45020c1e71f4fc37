"""What leads to a payment, whatever is bought: the total, the terms, the link, or why there is none now."""

from __future__ import annotations

from typing import Any

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _, money, percent
from bot.conversation.messages import Button, Invoice, Link, Menu, Text
from handlers import _words
from handlers._held import held
from services.buyer_guard import Held
from services.checkout import NoLink, NotOpen
from services.money import STARS, Money
from services.orders import Order
from services.orders.sold import SoldPlan
from services.shop import Shop


@action("pay")
class PayOrder:
    order: str


@action("star")
class PayInStars:
    order: str


async def link(chat: Chat, shop: Shop, order: Order) -> Link | Menu | Text:
    """Every way to pay for an order that this chat has, the card first; a way to try again where it is away."""
    if order.state != "awaiting_payment":
        return over(order.id, order.state)
    sold = SoldPlan.from_json(order.item.plan)
    in_stars: tuple[Button, ...] = ()
    try:
        in_stars = await _star_button(chat, shop, order)
        if "card" not in shop.methods[chat.channel]:
            return Menu(_ask(order, sold), in_stars) if in_stars else _not_now(order)
        url = await shop.checkouts.link(order, _words.title(sold), shop.about.back[chat.channel])
    except Held as wait:
        return held(wait.why, wait.until, shop.clock.now())
    except NotOpen as closed:
        return over(order.id, closed.state)
    except NoLink:
        return _not_now(order, in_stars)
    return Link(_ask(order, sold), _("Pay {total}", total=money(order.total)), url, in_stars)


def over(order: str, state: str) -> Text:
    """Why nothing is to be paid for an order, by its number and state."""
    if state == "paid":
        return Text(_("Order {order} is paid already.", order=order))
    return Text(_("Order {order} was not paid in time. Nothing was charged.", order=order))


async def invoice(shop: Shop, order: Order) -> Invoice | None:
    """The invoice in Stars, at the price that is frozen on the order; None where Stars are not taken."""
    stars = await shop.stars.offer(order)
    if stars is None:
        return None
    sold = SoldPlan.from_json(order.item.plan)
    words = _("Order {order}: {what}", order=order.id, what=_words.short(sold))
    return Invoice(_words.title(sold), f"{words}. {_obligation(sold)}", order.id, stars)


def total(price: Any, tax: Any, rate: Any = None) -> str:
    """The price with the tax in it; `rate` is a share."""
    if rate is not None:
        return _(
            "Total: {total}, {tax} of it VAT ({rate})",
            total=money(price),
            tax=money(tax),
            rate=percent(float(rate)),
        )
    return _("Total: {total}, {tax} of it VAT", total=money(price), tax=money(tax))


def terms(shop: Shop) -> str:
    """The terms of sale, to be accepted."""
    return _(
        "I accept the terms of sale (version {version}): {url}",
        version=shop.about.terms_version,
        url=shop.about.terms_url,
    )


def resting() -> Text:
    """For what is not sold at the moment."""
    return Text(
        _(
            "This plan cannot be bought just now, and I will not take money for what I may not deliver. "
            "Nothing was charged. Please try again a little later, or write the country to see other plans."
        )
    )


async def _star_button(chat: Chat, shop: Shop, order: Order) -> tuple[Button, ...]:
    if "stars" not in shop.methods[chat.channel]:
        return ()
    stars = await shop.stars.offer(order)
    if stars is None:
        return ()
    return (Button(_("Pay {total}", total=money(Money(stars, STARS))), PayInStars(order.id)),)


def _not_now(order: Order, else_: tuple[Button, ...] = ()) -> Menu:
    return Menu(
        _("The payment service does not answer just now. Your order {order} is kept.", order=order.id),
        (Button(_("Try again"), PayOrder(order.id)), *else_),
    )


def _ask(order: Order, sold: SoldPlan) -> str:
    words = _("Order {order}: {what}", order=order.id, what=_words.title(sold))
    return f"{words}\n{total(order.total, order.tax)}\n\n{_obligation(sold)}"


def _obligation(sold: SoldPlan) -> str:
    if sold.tops_up:
        return _(
            "By paying you place an order with an obligation to pay. The data is added as soon as it is paid."
        )
    return _(
        "By paying you place an order with an obligation to pay. Your eSIM comes here as soon as it is paid."
    )


def campaign(chat: Chat, shop: Shop) -> str | None:
    """The campaign that what is bought now counts for."""
    counts = chat.memory.campaign_until > shop.clock.now().timestamp()
    return (chat.memory.campaign or None) if counts else None
