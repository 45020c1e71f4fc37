"""Before paying: what exactly is bought, whether it fits, what is agreed; then the link.

> Japan, 10 days
> [… · …]
eSIM Japan · … · …
Countries: Japan
Networks: …
Total: …, … of it VAT (…)
Does it fit your phone? Dial *#06#: if you see an EID, and your phone has no carrier lock, it fits.
[It fits] [Not sure]
> [It fits]
1 of 2. …
[Yes, start now]
> [Yes, start now]
2 of 2. …
[I agree]
> [I agree]
Order M…: …
[Pay …]
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _, data_size, duration, listing
from bot.conversation.messages import Button, Menu, Question, Remember, Reply, Text
from bot.conversation.router import Router
from handlers import _claims, _paying, _words, esims, support
from handlers._paying import PayOrder
from services.imei import imei_of
from services.orders import Statement
from services.orders.book import Sale
from services.orders.sold import SoldPlan
from services.shop import Shop

router = Router(always=True)


@action("p")
class ChoosePlan:
    plan: str


@action("fit")
class Fits:
    plan: str


@action("unsure")
class NotSure:
    plan: str


@action("now")
class StartNow:
    plan: str


@action("ends")
class RightEnds:
    plan: str


@router.press(ChoosePlan)
async def summary(chat: Chat, shop: Shop, chosen: ChoosePlan) -> Reply:
    """Everything that matters about the plan, in one message."""
    plan = shop.catalogue.plan(chosen.plan)
    if plan is None:
        return _not_sold(shop, chosen.plan)
    sold = SoldPlan.of(plan.offer)
    words = _summary(shop, sold, plan)
    buttons = (Button(_("It fits"), Fits(chosen.plan)), Button(_("Not sure"), NotSure(chosen.plan)))
    draft = {"plan": chosen.plan, "price": plan.price.minor, "currency": plan.price.currency, "shown": words}
    return Remember(replace(chat.memory, draft=draft, asking="")), Menu(words, buttons)


@router.press(NotSure)
async def not_sure(chat: Chat, shop: Shop, chosen: NotSure) -> Reply:  # noqa: ARG001
    """How to find out, and a person who helps."""
    return Menu(
        _(
            "Two things to check:\n"
            "1. Dial *#06#. A line that begins with EID means that your phone can hold an eSIM.\n"
            "2. Carrier lock: on an iPhone, Settings > General > About must say “No SIM restrictions”. "
            "On Android, ask the shop that sold you the phone.\n"
            "Phones sold in mainland China and Hong Kong often have no eSIM."
        ),
        (Button(_("It fits"), Fits(chosen.plan)), Button(_("A person"), support.AskPerson())),
    )


@router.press(Fits)
async def first_statement(chat: Chat, shop: Shop, chosen: Fits) -> Reply:
    """The first of two statements that the law asks for: begin before the withdrawal period is over."""
    draft = _draft(chat, chosen.plan)
    if draft is None:
        return await summary(chat, shop, ChoosePlan(chosen.plan))
    statement = _(
        "I ask that my eSIM be delivered at once, before the 14 days in which I may withdraw are over."
    )
    fit = _("It fits") + ": " + _fit_question()
    draft |= {"fits": fit, "start_now": statement}
    return (
        Remember(replace(chat.memory, draft=draft)),
        Menu(_("1 of 2.") + " " + statement, (Button(_("Yes, start now"), StartNow(chosen.plan)),)),
    )


@router.press(StartNow)
async def second_statement(chat: Chat, shop: Shop, chosen: StartNow) -> Reply:
    """The second one: the right ends with the delivery. The terms of sale are accepted here too."""
    draft = _draft(chat, chosen.plan)
    if draft is None or "start_now" not in draft:
        return await summary(chat, shop, ChoosePlan(chosen.plan))
    statement = _("I know that once my eSIM is delivered I lose my right to withdraw.")
    terms = _paying.terms(shop)
    draft |= {"right_ends": statement, "terms": terms}
    return (
        Remember(replace(chat.memory, draft=draft)),
        Menu(_("2 of 2.") + f" {statement}\n\n{terms}", (Button(_("I agree"), RightEnds(chosen.plan)),)),
    )


@router.press(RightEnds)
async def agreed(chat: Chat, shop: Shop, chosen: RightEnds) -> Reply:
    """All is declared: the order is placed."""
    return await _place(chat, shop, chosen.plan, None)


@router.answer("checkout.imei")
async def imei_told(chat: Chat, shop: Shop, words: str) -> Reply:
    """The device, of a plan that works in one only. Nothing of it is remembered before the order is placed."""
    imei = imei_of(words)
    if imei is None:
        return _imei_question(chat.memory.about, _("That is no IMEI, or it has a slip in it."))
    return await _place(chat, shop, chat.memory.about, imei)


async def _place(chat: Chat, shop: Shop, chosen: str, imei: str | None) -> Reply:
    """The order is placed and the link to pay is made."""
    draft = _draft(chat, chosen)
    plan = shop.catalogue.plan(chosen)
    if plan is not None and await shop.sales.stops(
        plan.offer.provider, plan.offer.sku, plan.offer.cost.amount
    ):
        return _paying.resting()
    if draft is None or "right_ends" not in draft or plan is None:
        return await summary(chat, shop, ChoosePlan(chosen))
    if (plan.price.minor, plan.price.currency) != (draft["price"], draft["currency"]):
        changed = await summary(chat, shop, ChoosePlan(chosen))
        assert isinstance(changed, tuple)
        return (Text(_("The price has just changed. Please look again.")), *changed)
    if plan.offer.needs_imei and imei is None:
        return _imei_question(chosen)
    declared = tuple(
        Statement(kind, draft[kind]) for kind in ("shown", "fits", "start_now", "right_ends", "terms")
    )
    sale = Sale(
        plan=SoldPlan.of(plan.offer).as_json(),
        provider=plan.offer.provider,
        sku=plan.offer.sku,
        price=plan.price,
        tax=plan.tax,
        most_cost=str(plan.most_cost),
        tax_rate=plan.tax_rate,
        campaign=_paying.campaign(chat, shop),
    )
    order = await shop.orders.place(
        chat.event, chat.customer, chat.id, chat.locale, shop.about.terms_version, sale, declared
    )
    if imei is not None:
        await shop.imeis.keep(order.item.id, chat.customer, imei)
    return (Remember(replace(chat.memory, draft={})), await _paying.link(chat, shop, order))


@router.press(PayOrder)
async def pay_again(chat: Chat, shop: Shop, chosen: PayOrder) -> Reply:
    """The link once more, or why there is none."""
    order = await shop.orders.get(chosen.order)
    if order is None or order.customer != chat.customer:
        return Text(_("You have no such order."))
    if order.state == "paid":
        return _paying.over(order.id, order.state)
    if order.state != "awaiting_payment" and order.item.tops_up is not None:
        words = _("Order {order} was not paid in time. Nothing was charged.", order=order.id)
        return Menu(words, (Button(_("Top up"), esims.TopUp(order.item.tops_up[:8])),))
    if order.state != "awaiting_payment":
        return await summary(chat, shop, ChoosePlan(SoldPlan.from_json(order.item.plan).id))
    item = order.item
    if await shop.sales.stops(item.provider, item.sku, Decimal(item.most_cost)):
        return _paying.resting()
    return await _paying.link(chat, shop, order)


def _imei_needed() -> str:
    return _("It works in one phone or tablet only: before you pay I ask for its IMEI.")


def _imei_question(plan: str, slip: str = "") -> Question:
    words = _(
        "This plan works in one device only, and the provider wants to know which. "
        "Dial *#06# on it and send me its IMEI: 15 digits. "
        "It is kept encrypted, goes to the provider alone, and is deleted 90 days after the delivery."
    )
    return Question(f"{slip} {words}".strip(), asks="checkout.imei", about=plan)


def _not_sold(shop: Shop, plan: str) -> Text:
    if shop.catalogue.pauses(plan):
        return _paying.resting()
    return Text(_("This plan is not sold any more. Write the country again to see today's plans."))


def _draft(chat: Chat, plan: str) -> dict[str, Any] | None:
    """What was prepared, if it was for this plan: an old button may speak of another one."""
    draft = dict(chat.memory.draft)
    return draft if draft.get("plan") == plan else None


def _summary(shop: Shop, sold: SoldPlan, plan: Any) -> str:
    topped = _("You can add data later.") if sold.can_top_up else _("Data cannot be added later.")
    lines = [
        _words.title(sold),
        "",
        _("Countries: {countries}", countries=_countries(sold)),
        _("Networks: {networks}", networks=listing(list(sold.networks)) if sold.networks else "–"),
        _("Data: {data}", data=data_size(sold.data)),
        *([speed] if (speed := _words.full_speed(sold)) else []),
        _("Valid: {days}", days=duration(sold.days)) + ". " + _words.validity(sold),
        topped,
        *([_imei_needed()] if sold.needs_imei else []),
        _claims.before_paying(sold, shop.rules),
        _paying.total(plan.price, plan.tax, plan.tax_rate),
        "",
        _fit_question(),
    ]
    return "\n".join(lines)


def _countries(sold: SoldPlan) -> str:
    from bot.conversation.i18n import country_name

    return listing([country_name(code) for code in sold.countries])


def _fit_question() -> str:
    return _(
        "Does it fit your phone? Dial *#06#: if you see an EID, and your phone has no carrier lock, it fits."
    )
