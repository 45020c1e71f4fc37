"""How far an order is, in one message that grows: paid, being issued by a certain time, ready."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation.events import Chat
from bot.conversation.i18n import _, clock_time
from bot.conversation.messages import Notice, Progress, Reply
from bot.conversation.router import Router
from handlers import _words, paysupport
from services.news import BeingIssued, RunningLate
from services.orders import Order
from services.orders.order import TOPUP
from services.orders.sold import SoldPlan
from services.shop import Shop

router = Router()

DONE, UNDER_WAY, NOT_DONE, BACK = "✅", "⏳", "✖️", "↩️"


@router.news(BeingIssued)
async def being_issued(chat: Chat, shop: Shop, news: BeingIssued) -> Reply:
    """Paid, and by when it is here. Nothing when the chat has heard of it already."""
    order = await shop.orders.get(news.order)
    if order is None or order.id in chat.memory.progress:
        return None
    if order.item.kind == TOPUP:
        words = _(
            "Being added: on your line by {time}, or your money goes back by itself.", time=_deadline(order)
        )
    else:
        words = _("Being issued: here by {time}, or your money goes back by itself.", time=_deadline(order))
    return Notice("general_news", (words.rstrip("."),), _under_way(order, words), paysupport.ShowOrders())


@router.news(RunningLate)
async def running_late(chat: Chat, shop: Shop, news: RunningLate) -> Reply:
    """Half of the time is over."""
    order = await shop.orders.get(news.order)
    if order is None or chat.memory.progress.get(order.id) == "":
        return None
    words = _(
        "The provider takes longer than usual. It is here by {time}, or your money goes back by itself.",
        time=_deadline(order),
    )
    return Notice("running_late", (_what(order),), _under_way(order, words))


def ready(order: Order) -> Progress:
    """What was under way is there; changes the message, and says nothing where that cannot be."""
    issued = _("Added") if order.item.kind == TOPUP else _("Issued")
    done = [f"{DONE} {line}" for line in (_("Paid"), issued, _("Ready: see below."))]
    return Progress(order.id, _body(order, done), begins=False)


def given_back(order: Order) -> Progress:
    """What was under way did not come."""
    marks = (DONE, NOT_DONE, BACK)
    missed = _("Not added") if order.item.kind == TOPUP else _("Not issued")
    lines = (_("Paid"), missed, _("Your money goes back: see below."))
    ended = [f"{mark} {line}" for mark, line in zip(marks, lines, strict=True)]
    return Progress(order.id, _body(order, ended), begins=False)


def _under_way(order: Order, words: str) -> Progress:
    paid = _("Paid")
    return Progress(order.id, _body(order, [f"{DONE} {paid}", f"{UNDER_WAY} {words}"]))


def _body(order: Order, lines: list[str]) -> str:
    return "\n".join((_("Order {order}: {what}", order=order.id, what=_what(order)), *lines))


def _what(order: Order) -> str:
    return _words.title(SoldPlan.from_json(order.item.plan))


def _deadline(order: Order) -> str:
    """The minute in which the time is over: never earlier than what is promised."""
    return "–" if order.due_at is None else clock_time(order.due_at + timedelta(seconds=59))
