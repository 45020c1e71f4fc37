"""What the shop tells by itself: your eSIM is ready, your money is back, it takes longer."""

from __future__ import annotations

from typing import Any

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _, money
from bot.conversation.messages import Button, Menu, Notice, Relay, Remember, Reply, Text
from bot.conversation.router import Router
from handlers import _words, esims, paysupport, plans, promise, support
from handlers._held import held
from services.money import STARS, Money
from services.news import (
    CaseClosed,
    CheckoutExpired,
    CheckoutPaused,
    DataAdded,
    EsimReady,
    LineWarning,
    NeedsPerson,
    PaymentFailed,
    PaymentPending,
    PersonSays,
    Refunded,
    RefundFailed,
)
from services.orders.sold import SoldPlan
from services.shop import Shop

router = Router()


@action("mail")
class MailIt:
    order: str


@action("nomail")
class NoMail:
    order: str


@router.news(EsimReady)
async def esim_ready(chat: Chat, shop: Shop, ready: EsimReady) -> Reply:  # noqa: ARG001
    """Your eSIM is ready: the QR, and how to install it."""
    esim = await shop.esims.of_item(ready.item)
    order = await shop.orders.get(ready.order)
    if esim is None or order is None:
        raise LookupError(ready.order)
    sold = SoldPlan.from_json(order.item.plan)
    words = "\n".join(
        (
            _("Your eSIM is ready: {what}", what=_words.title(sold)),
            _("Order {order} · ICCID {iccid}", order=order.id, iccid=esim.iccid),
            *([_words.validity(sold)] if sold.starts else []),
            _("Scan it with another screen, or choose your phone below."),
        )
    )
    shown = Notice("esim_ready", (_words.title(sold),), esims.picture(esim, words), esims.ShowEsim(esim.id))
    offer = await _mail_offer(shop, ready)
    return (promise.ready(order), shown, *([offer] if offer is not None else []))


@router.press(MailIt)
async def mail_it(chat: Chat, shop: Shop, chosen: MailIt) -> Reply:
    """Yes: the address given at the checkout is theirs."""
    order = await shop.orders.get(chosen.order)
    if order is None or order.customer != chat.customer:
        return Text(_("You have no such order."))
    details = await shop.checkouts.given_details(order)
    if details is None or details.email is None:
        return Text(_("The address is not known any more. You can give one with /account."))
    await shop.customers.tell(chat.customer, "email", details.email)
    await shop.orders.offered_mail(order.id, accepted=True)
    sent = await shop.delivery.mail_to(order.item.id, details.email)
    return Text(
        _("Sent by mail.") if sent == "sent" else _("The mail did not go out. Please try again later.")
    )


@router.press(NoMail)
async def no_mail(chat: Chat, shop: Shop, chosen: NoMail) -> Reply:
    """No: then it stays in the chat alone."""
    order = await shop.orders.get(chosen.order)
    if order is not None and order.customer == chat.customer:
        await shop.orders.offered_mail(order.id, accepted=False)
    return Text(_("All right, no mail. /esims shows everything again."))


@router.news(LineWarning)
async def line_warning(chat: Chat, shop: Shop, news: LineWarning) -> Reply:
    """Little data is left, none, or little time."""
    esim = await shop.esims.owned(chat.customer, news.esim)
    if esim is None:
        raise LookupError(news.esim)
    sold = SoldPlan.from_json(esim.plan)
    what = _words.title(sold)
    head = {
        "low": _("{what}: your data runs low.", what=what),
        "empty": _("{what}: your data is used up.", what=what),
        "ends": _("{what}: ends within a day.", what=what),
    }[news.what]
    left = await shop.usage.of(esim)
    words = f"{head}\n\n{esims.usage_words(left, sold)}"
    buttons = esims.more_data(esim, left)
    told = Menu(words, buttons) if buttons else Text(words)
    return Notice("line_news", (head.rstrip("."),), told, esims.ShowUsage(esim.id))


@router.news(DataAdded)
async def data_added(chat: Chat, shop: Shop, news: DataAdded) -> Reply:
    """The data of a top-up is on its line, and what is left now."""
    order = await shop.orders.get(news.order)
    item = next((one for one in order.items if one.id == news.item), None) if order else None
    if order is None or item is None or item.tops_up is None:
        raise LookupError(news.order)
    sold = SoldPlan.from_json(item.plan)
    added = _("{what}: added.", what=_words.title(sold))
    esim = await shop.esims.owned(chat.customer, item.tops_up)
    lines = [added, _("Order {order}", order=news.order)]
    if esim is not None:
        lines += ["", esims.usage_words(await shop.usage.of(esim), SoldPlan.from_json(esim.plan))]
    more = esims.ShowUsage(esim.id) if esim is not None else paysupport.ShowOrders()
    told = Notice("general_news", (added.rstrip("."),), Text("\n".join(lines)), more)
    return promise.ready(order), told


@router.news(Refunded)
async def refunded(chat: Chat, shop: Shop, news: Refunded) -> Reply:  # noqa: ARG001
    """Your money is on its way back, and why."""
    order = await shop.orders.get(news.order)
    what = _words.title(SoldPlan.from_json(order.item.plan)) if order else ""
    back = money(Money(news.amount, news.currency))
    reasons = {
        "fraud_warning": _(
            "The bank of the card that paid order {order} fears that its holder did not make this payment. The eSIM was not used, so {back} goes back to the card, and the eSIM is not yours any more. If it was you all the same, please buy it again with another card, or ask a person.",
            order=news.order,
            back=back,
        ),
        "withdrawal": _("You withdrew from order {order}. You get {back} back.", order=news.order, back=back),
        "second_payment": _(
            "You paid order {order} twice. The second payment goes back: {back}.", order=news.order, back=back
        ),
        "not_available": _(
            "I am sorry: the provider could not deliver this eSIM. You get {back} back for order {order}.",
            order=news.order,
            back=back,
        ),
    }
    reasons |= {
        "no_topup": _(
            "I am sorry: the provider could not add this data. You get {back} back for order {order}.",
            order=news.order,
            back=back,
        ),
        "line_over": _(
            "I am sorry: this eSIM has ended, and no data can be added to it. You get {back} back for order {order}.",
            order=news.order,
            back=back,
        ),
        "too_late": _(
            "I am sorry: your eSIM did not come in the promised time. You get {back} back for order {order}.",
            order=news.order,
            back=back,
        ),
        "price_risen": _(
            "I am sorry: the provider raised its price after you paid for order {order}. You owe nothing more: you get {back} back.",
            order=news.order,
            back=back,
        ),
        "no_credit": _(
            "I am sorry: I cannot get this eSIM from the provider just now. You get {back} back for order {order}.",
            order=news.order,
            back=back,
        ),
    }
    words = reasons.get(news.why, _("You get {back} back for order {order}.", back=back, order=news.order))
    tail = (
        _("The Stars are back on your Telegram account.")
        if news.currency == STARS
        else _("It goes to the card or account that you paid with, usually within 5 to 10 days.")
    )
    told = Notice("refunded", (what, back), Text(f"{words}\n{tail}"))
    under_way = order is not None and order.item.state != "delivered"
    return (promise.given_back(order), told) if order is not None and under_way else told


@router.news(RefundFailed)
async def refund_failed(chat: Chat, shop: Shop, news: RefundFailed) -> Reply:  # noqa: ARG001
    """The bank refused; a person takes over."""
    words = _(
        "The refund of order {order} did not go through. A person is looking after it and will write here.",
        order=news.order,
    )
    return _about_orders(words, Text(words))


@router.news(PaymentPending)
async def payment_pending(chat: Chat, shop: Shop, news: PaymentPending) -> Reply:  # noqa: ARG001
    """The bank takes days."""
    order = await shop.orders.get(news.order)
    what = _words.title(SoldPlan.from_json(order.item.plan)) if order else ""
    words = _(
        "Order {order}: your bank has not sent the money yet. Your eSIM comes here as soon as it arrives.",
        order=news.order,
    )
    return Notice("payment_pending", (what,), Text(words))


@router.news(PaymentFailed)
async def payment_failed(chat: Chat, shop: Shop, news: PaymentFailed) -> Reply:  # noqa: ARG001
    """The delayed payment did not come."""
    words = _("Order {order}: the payment did not go through. Nothing was bought.", order=news.order)
    return await _try_again(shop, news.order, words)


@router.news(CheckoutPaused)
async def checkout_paused(chat: Chat, shop: Shop, news: CheckoutPaused) -> Reply:  # noqa: ARG001
    """Cards were refused again and again: the link is closed, kindly, with a way out."""
    shown = held("declines", news.until, shop.clock.now())
    words = _("Order {order}: the payment link is closed.", order=news.order)
    return _about_orders(words, Menu(f"{words}\n{shown.body}", shown.buttons))


@router.news(CheckoutExpired)
async def checkout_expired(chat: Chat, shop: Shop, news: CheckoutExpired) -> Reply:  # noqa: ARG001
    """The link went unused."""
    words = _("Order {order}: the payment link has expired. Nothing was charged.", order=news.order)
    return await _try_again(shop, news.order, words)


@router.news(NeedsPerson)
async def needs_person(chat: Chat, shop: Shop, news: NeedsPerson) -> Reply:  # noqa: ARG001
    """The truth when we do not know."""
    words = _(
        "Order {order}: paid, but something is not as it should be. A person is looking at it and will write here. Your money is safe.",
        order=news.order,
    )
    return _about_orders(words, Menu(words, (Button(_("A person"), support.AskPerson()),)))


@router.news(PersonSays)
async def person_says(chat: Chat, shop: Shop, news: PersonSays) -> Reply:  # noqa: ARG001
    """A person's answer, as it was written."""
    body = f"👤 {news.text}".strip()
    if news.content is not None:
        return Relay(body, news.content, news.mime)
    return Notice("support_reply", (news.case,), Text(body))


@router.news(CaseClosed)
async def case_closed(chat: Chat, shop: Shop, news: CaseClosed) -> Reply:  # noqa: ARG001
    """The conversation with a person is over."""
    from dataclasses import replace

    return (
        Remember(replace(chat.memory, case="", case_until=0)),
        Text(_("This conversation with our staff is closed. Write whenever you need us.")),
    )


async def _try_again(shop: Shop, number: str, words: str) -> Notice:
    order = await shop.orders.get(number)
    if order is None:
        return _about_orders(words, Text(words))
    item, sold = order.item, SoldPlan.from_json(order.item.plan)
    choose: Any = plans.ChooseCountry(sold.countries[0], 0)
    if item.tops_up is not None:
        choose = esims.TopUp(item.tops_up[:8])
    again = Button(_("Choose again"), choose)
    return _about_orders(words, Menu(words, (again,)))


def _about_orders(words: str, shown: Text | Menu) -> Notice:
    """Where only a template may go out, its button shows how one's orders stand."""
    return Notice("general_news", (words.rstrip("."),), shown, paysupport.ShowOrders())


async def _mail_offer(shop: Shop, ready: EsimReady) -> Menu | None:
    """The address typed at the checkout, offered once, if no other is known."""
    order = await shop.orders.get(ready.order)
    if order is None or order.customer is None or order.mail_offered is not None or not shop.delivery.mails:
        return None
    if (await shop.customers.account(order.customer)).email is not None:
        return None
    details = await shop.checkouts.given_details(order)
    if details is None or not details.email:
        return None
    return Menu(
        _("Shall I send QR and receipt to {address} too?", address=details.email),
        (Button(_("Yes, send it"), MailIt(order.id)), Button(_("No, thanks"), NoMail(order.id))),
    )
