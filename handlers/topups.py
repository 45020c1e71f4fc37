"""More data for a line that one owns: what there is, what is agreed, and the link to pay.

> top up
You have no eSIM yet. Where are you going? Just write it, for example: Japan, 10 days.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _, data_size, duration, money
from bot.conversation.messages import Button, Menu, Remember, Reply, Text
from bot.conversation.router import Router
from handlers import _paying, _words, esims, plans
from services.esims import Esim
from services.orders import Statement
from services.orders.sold import SoldPlan
from services.shop import Shop
from services.topups import Closed, Topup

router = Router()


@action("m1")
class ChooseData:
    line: str
    plan: str


@action("m2")
class AddNow:
    line: str
    plan: str


@action("m3")
class NoWayBack:
    line: str
    plan: str


@router.intent("topup")
async def by_words(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """ "I need more data": for the only line that takes some, or the question which one."""
    own = await shop.esims.of_customer(chat.customer)
    if not own:
        return Text(esims.nothing_yet())
    open_ = [esim for esim in own if SoldPlan.from_json(esim.plan).can_top_up] or own[:1]
    if len(open_) == 1:
        return await offers(chat, shop, esims.TopUp(esims.short(open_[0])))
    choices = (Button(esims.label(esim), esims.TopUp(esims.short(esim))) for esim in open_[: esims.AT_ONCE])
    return Menu(_("More data for which eSIM?"), tuple(choices))


@router.press(esims.TopUp)
async def offers(chat: Chat, shop: Shop, chosen: esims.TopUp) -> Reply:
    """What can be added to a line, the cheapest first."""
    esim = await _own(chat, shop, chosen.line)
    if esim is None:
        return Text(esims.nothing_yet())
    found = await shop.topups.of(esim)
    if isinstance(found, Closed):
        return _closed(found, esim, chosen.line)
    buttons = (
        Button(_words.short(one.sold), ChooseData(chosen.line, one.sold.id), money(one.price))
        for one in found
    )
    return Menu(_("More data for {what}", what=_line(esim)), tuple(buttons))


@router.press(ChooseData)
async def summary(chat: Chat, shop: Shop, chosen: ChooseData) -> Reply:
    """Everything that matters, and the first of the two statements that the law asks for."""
    esim = await _own(chat, shop, chosen.line)
    if esim is None:
        return Text(esims.nothing_yet())
    topup = await shop.topups.one(esim, chosen.plan)
    if isinstance(topup, Closed):
        return _closed(topup, esim, chosen.line)
    if await shop.sales.stops(esim.provider, topup.sku, topup.most_cost):
        return _paying.resting()
    shown = _shown(topup, esim)
    statement = _(
        "I ask that the data be added at once, before the 14 days in which I may withdraw are over."
    )
    draft = {
        "topup": chosen.line,
        "plan": chosen.plan,
        "price": topup.price.minor,
        "currency": topup.price.currency,
        "shown": shown,
        "start_now": statement,
    }
    return (
        Remember(replace(chat.memory, draft=draft, asking="")),
        Menu(
            f"{shown}\n\n" + _("1 of 2.") + f" {statement}",
            (Button(_("Yes, add it now"), AddNow(chosen.line, chosen.plan)),),
        ),
    )


@router.press(AddNow)
async def second_statement(chat: Chat, shop: Shop, chosen: AddNow) -> Reply:
    """The right to withdraw ends when the data is added; the terms of sale are accepted here too."""
    draft = _draft(chat, chosen)
    if draft is None:
        return await summary(chat, shop, ChooseData(chosen.line, chosen.plan))
    statement = _("I know that once the data is added I lose my right to withdraw.")
    terms = _paying.terms(shop)
    draft |= {"right_ends": statement, "terms": terms}
    agree = Button(_("I agree"), NoWayBack(chosen.line, chosen.plan))
    return (
        Remember(replace(chat.memory, draft=draft)),
        Menu(_("2 of 2.") + f" {statement}\n\n{terms}", (agree,)),
    )


@router.press(NoWayBack)
async def place(chat: Chat, shop: Shop, chosen: NoWayBack) -> Reply:
    """The order is placed and the link to pay is made."""
    draft, esim = _draft(chat, chosen), await _own(chat, shop, chosen.line)
    if draft is None or "right_ends" not in draft or esim is None:
        return await summary(chat, shop, ChooseData(chosen.line, chosen.plan))
    topup = await shop.topups.one(esim, chosen.plan)
    if isinstance(topup, Closed):
        return _closed(topup, esim, chosen.line)
    if await shop.sales.stops(esim.provider, topup.sku, topup.most_cost):
        return _paying.resting()
    if (topup.price.minor, topup.price.currency) != (draft["price"], draft["currency"]):
        changed = await summary(chat, shop, ChooseData(chosen.line, chosen.plan))
        assert isinstance(changed, tuple)
        return (Text(_("The price has just changed. Please look again.")), *changed)
    declared = tuple(Statement(kind, draft[kind]) for kind in ("shown", "start_now", "right_ends", "terms"))
    order = await shop.orders.place(
        chat.event,
        chat.customer,
        chat.id,
        chat.locale,
        shop.about.terms_version,
        replace(topup.sale(esim), campaign=_paying.campaign(chat, shop)),
        declared,
    )
    return (Remember(replace(chat.memory, draft={})), await _paying.link(chat, shop, order))


async def _own(chat: Chat, shop: Shop, line: str) -> Esim | None:
    """One of one's own lines, by the beginning of its id: buttons have no room for the whole of it."""
    own = await shop.esims.of_customer(chat.customer)
    return next((esim for esim in own if esims.short(esim) == line), None)


def _draft(chat: Chat, chosen: AddNow | NoWayBack) -> dict[str, Any] | None:
    """What was prepared, if it was for this line and this data: an old button may speak of others."""
    draft = dict(chat.memory.draft)
    return draft if (draft.get("topup"), draft.get("plan")) == (chosen.line, chosen.plan) else None


def _line(esim: Esim) -> str:
    return _words.title(SoldPlan.from_json(esim.plan))


def _shown(topup: Topup, esim: Esim) -> str:
    sold = topup.sold
    return "\n".join(
        (
            _words.title(sold),
            "",
            _("For your eSIM: {what}", what=_line(esim)),
            _("Order {order} · ICCID {iccid}", order=esim.order, iccid=esim.iccid),
            _("Data: {data}", data=data_size(sold.data)),
            _("Valid: {days}", days=duration(sold.days)) + ". " + _words.validity(sold),
            _(
                "Refund: if the data cannot be added, at once and in full. Once added, it cannot be taken back, "
                "unless it does not work."
            ),
            _paying.total(topup.price, topup.tax, topup.tax_rate),
        )
    )


def _closed(closed: Closed, esim: Esim, line: str) -> Menu:
    country = SoldPlan.from_json(esim.plan).countries[0]
    new_plan = Button(_("Another plan"), plans.ChooseCountry(country, 0))
    match closed.why:
        case "over":
            words = _(
                "{what}: this eSIM has ended, and no data can be added to it. Nothing was charged.",
                what=_line(esim),
            )
        case "unreachable":
            words = _("The provider does not answer just now. Please ask again in a minute.")
            return Menu(words, (Button(_("Try again"), esims.TopUp(line)),))
        case _:
            words = _("{what}: no data can be added to this eSIM.", what=_line(esim))
    return Menu(words, (new_plan,))
