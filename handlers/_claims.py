"""What several claims after a sale share: the buttons that lead to them, the choice of an order, an order in a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _, date, n_
from bot.conversation.messages import Button, Menu
from handlers import _words
from services.claims import Rules, withdrawal_ends
from services.orders import Order
from services.orders.sold import SoldPlan
from services.shop import Shop

#: Orders that a choice offers.
MOST = 8


@action("refund")
class AskRefund:
    """What would become of it; empty: of which order is asked first."""

    order: str


@action("withdraw")
class Withdraw:
    """The first of two steps; empty: of which order is asked first."""

    order: str


@action("claim")
class Complain:
    """It does not work; empty: which one is asked first."""

    order: str


@action("leaveit")
class LeaveIt:
    """No claim after all."""


def ways(orders: Sequence[Order], now: datetime) -> list[Button]:
    """The buttons below one's orders."""
    paid = [order for order in orders if order.state == "paid"]
    buttons = [withdraw_button("")] if any(is_withdrawable(order, now) for order in paid) else []
    if any(order.refunded < order.total for order in paid):
        buttons.append(Button(_("Refund"), AskRefund("")))
        buttons.append(Button(_("It does not work"), Complain("")))
    return buttons


def withdraw_button(order: str) -> Button:
    """Labelled as the law asks, and so that it fits where there is less room."""
    return Button(_("Withdraw from contract here"), Withdraw(order), short=_("Withdraw here"))


def is_withdrawable(order: Order, now: datetime) -> bool:
    """Paid, within the period, and not all of it given back."""
    return order.state == "paid" and now < withdrawal_ends(order.placed_at) and order.refunded < order.total


async def own(chat: Chat, shop: Shop, number: str) -> Order | None:
    """The order, if this chat's customer placed it."""
    order = await shop.orders.get(number.upper()) if number else None
    return order if order is not None and order.customer == chat.customer else None


def choice(orders: Sequence[Order], act: Callable[[str], Any]) -> Menu:
    """Which of them is meant."""
    return Menu(
        _("Which order?"),
        tuple(
            Button(f"{order.id} {_words.where(_sold(order))}", act(order.id), date(order.placed_at))
            for order in orders[:MOST]
        ),
    )


def in_a_line(order: Order) -> str:
    """ "M7KQ2MX4A · eSIM Japan · 3 GB · 30 days · November 23, 2026" """
    return f"{order.id} · {_words.title(_sold(order))} · {date(order.placed_at)}"


def before_paying(sold: SoldPlan, rules: Rules) -> str:
    """What is granted later, for whoever is about to buy."""
    if rules.refund == "none" or not sold.refundable:
        return _(
            "Refund: if we cannot deliver, at once and in full. Once delivered, it cannot be taken back, unless it does not work."
        )
    later = _("Later, a person decides.")
    if rules.refund == "unused":
        later = n_(
            "Not used, it can be given back for {n} day.",
            "Not used, it can be given back for {n} days.",
            rules.refund_days,
        )
    return _("Refund: if we cannot deliver, at once and in full.") + " " + later


def keep_button() -> Button:
    """The way out of every claim."""
    return Button(_("Never mind"), LeaveIt())


def _sold(order: Order) -> SoldPlan:
    return SoldPlan.from_json(order.item.plan)
