"""Money back for an eSIM that is not wanted any more: what the rule says, then a button.

> /refund
You have no order that could be given back.
> (buys)
Your eSIM is ready: …
> /refund
M… · eSIM Japan · … · … · …
Line: ready, not used yet.
Not used: you get € … back, by itself. The eSIM stops working.
[Yes, give it back] [Never mind]
> [Never mind]
All right, everything stays as it is.
> I want my money back
M… · eSIM Japan · … · … · …
> [Yes, give it back]
Noted, reference K…. The answer comes here.
You get € … back for order M….
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import N_, _, money
from bot.conversation.messages import Button, Menu, Reply, Text
from bot.conversation.router import Router
from handlers import _claims, esims, support
from services.claims import Facts, Made, Rules, Verdict, is_unused, verdict
from services.orders import Order
from services.orders.sold import SoldPlan
from services.shop import Shop

router = Router(always=True)


@action("giveback")
class GiveBack:
    order: str


@router.command("refund", N_("Give an eSIM back"))
async def refund(chat: Chat, shop: Shop, words: str) -> Reply:
    """The order at once, or the choice of one."""
    order = await _claims.own(chat, shop, words.strip())
    if order is not None:
        return await _prospect(shop, order)
    paid = [one for one in await shop.orders.of_customer(chat.customer) if _is_open(one)]
    if not paid:
        return Text(_("You have no order that could be given back."))
    return await _prospect(shop, paid[0]) if len(paid) == 1 else _claims.choice(paid, _claims.AskRefund)


@router.intent("refund")
async def refund_by_words(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """ "I want my money back": words alone only show what a button would do."""
    return await refund(chat, shop, "")


@router.press(_claims.AskRefund)
async def refund_by_button(chat: Chat, shop: Shop, chosen: _claims.AskRefund) -> Reply:
    """The same, by button."""
    return await refund(chat, shop, chosen.order)


@router.press(GiveBack)
async def give_back(chat: Chat, shop: Shop, chosen: GiveBack) -> Reply:
    """The request is made; the line is looked at once more before the rule decides."""
    order = await _claims.own(chat, shop, chosen.order)
    if order is None or not _is_open(order):
        return Text(_("You have no order that could be given back."))
    said = await _prospect(shop, order)
    claim = await shop.claims.ask_refund(order, Made(chat.id, chat.event, chat.locale, {"text": said.body}))
    answer = Text(_("Noted, reference {number}. The answer comes here.", number=claim.id))
    if (await _verdict(shop, order))[0].outcome != "person":
        return answer
    passed = await support.pass_on(chat, shop, "/refund", facts=(f"{claim.id} · {order.id}",))
    return (answer, *passed[:1])


@router.press(_claims.LeaveIt)
async def leave_it(chat: Chat, shop: Shop, chosen: _claims.LeaveIt) -> Reply:  # noqa: ARG001
    """Second thoughts."""
    return Text(_("All right, everything stays as it is."))


def _is_open(order: Order) -> bool:
    return order.state == "paid" and order.refunded < order.captured


async def _prospect(shop: Shop, order: Order) -> Menu:
    """What would become of a request now."""
    said, line = await _verdict(shop, order)
    left = money(order.captured - order.refunded)
    words = {
        "unused": _("Not used: you get {amount} back, by itself. The eSIM stops working.", amount=left),
        "undelivered": _("Not delivered: you get {amount} back, by itself.", amount=left),
        "no_refunds": _("This plan cannot be given back once it is delivered. If it does not work, tell us."),
    }
    lines = (
        _claims.in_a_line(order),
        *([line] if line else []),
        words.get(said.why, _("A person decides whether it can be given back.")),
    )
    if said.outcome == "refuse":
        buttons = (
            Button(_("It does not work"), _claims.Complain(order.id)),
            Button(_("A person"), support.AskPerson()),
        )
        return Menu("\n".join(lines), buttons)
    yes = _("Yes, give it back") if said.outcome == "refund" else _("Ask for it back")
    return Menu("\n".join(lines), (Button(yes, GiveBack(order.id)), _claims.keep_button()))


async def _verdict(shop: Shop, order: Order) -> tuple[Verdict, str]:
    """The rule's answer as things look now, and the line in words."""
    left = (order.captured - order.refunded).minor
    seen, line = await _line(shop, order)
    facts = Facts(
        seen=seen,  # type: ignore[arg-type]
        days=(shop.clock.now() - (order.paid_at or order.placed_at)).days,
        early=False,
        left=left,
        refundable=SoldPlan.from_json(order.item.plan).refundable,
    )
    return verdict("refund", Rules.from_json(order.rules), facts), line


async def _line(shop: Shop, order: Order) -> tuple[str, str]:
    esim = await shop.esims.of_item(order.items[-1].id)
    if esim is None:
        return "undelivered" if order.item.state != "delivered" else "unknown", ""
    left = await shop.usage.of(esim)
    if left.measured is None:
        return "unknown", ""
    seen = "unused" if is_unused(left.measured.line_state, left.measured.used) else "used"
    return seen, esims.state_words(left.measured.line_state)
