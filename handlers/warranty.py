"""An eSIM that does not work: what, since when, the line as it is; for a person to decide until a set time.

> /warranty
You have no eSIM that a claim could be about.
> (buys)
Your eSIM is ready: …
> /warranty
What does not work? Write it in your own words.
> No signal since I landed in Osaka
Since when?
[Today] [Yesterday] [From the start]
> [From the start]
Order M…: No signal since I landed in Osaka
Since: From the start
Line: ready, not used yet.
[Send the claim] [Never mind]
> [Send the claim]
Claim K… is with our staff. They decide until …: mend it, replace it at no charge, or pay it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import N_, _, moment
from bot.conversation.messages import Button, Menu, Question, Remember, Reply, Text
from bot.conversation.router import Router
from handlers import _claims, esims, support
from services.claims import Made
from services.orders import Order
from services.shop import Shop

router = Router(always=True)

DRAFT = "complaint"
LONGEST = 1_000


@action("since")
class Since:
    when: str


@action("sendclaim")
class SendClaim:
    order: str


@router.command("warranty", N_("It does not work: make a claim"))
async def warranty(chat: Chat, shop: Shop, words: str) -> Reply:
    """The order at once, or the choice of one."""
    order = await _claims.own(chat, shop, words.strip())
    delivered = [order] if order is not None else await shop.orders.of_customer(chat.customer)
    delivered = [one for one in delivered if any(item.esim for item in one.items)]
    if not delivered:
        return Text(_("You have no eSIM that a claim could be about."))
    return _ask(chat, delivered[0].id) if len(delivered) == 1 else _claims.choice(delivered, _claims.Complain)


@router.press(_claims.Complain)
async def warranty_by_button(chat: Chat, shop: Shop, chosen: _claims.Complain) -> Reply:
    """The same, by button."""
    return await warranty(chat, shop, chosen.order)


@router.answer("warranty.complaint")
async def hear_complaint(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """What does not work."""
    kept = {"order": chat.memory.about, "what": " ".join(words.split())[:LONGEST]}
    return Remember(replace(chat.memory, draft={**chat.memory.draft, DRAFT: kept}, asking="")), Question(
        _("Since when?"),
        asks="warranty.since",
        buttons=(
            Button(_("Today"), Since("today")),
            Button(_("Yesterday"), Since("yesterday")),
            Button(_("From the start"), Since("start")),
        ),
    )


@router.press(Since)
async def since_by_button(chat: Chat, shop: Shop, chosen: Since) -> Reply:
    """One of the usual answers."""
    usual = {"today": _("Today"), "yesterday": _("Yesterday"), "start": _("From the start")}
    return await hear_since(chat, shop, usual.get(chosen.when, usual["today"]))


@router.answer("warranty.since")
async def hear_since(chat: Chat, shop: Shop, words: str) -> Reply:
    """Since when; then all of it, to be looked over."""
    kept = _kept(chat)
    order = await _claims.own(chat, shop, str(kept.get("order", "")))
    if order is None:
        return await warranty(chat, shop, "")
    kept = {**kept, "since": " ".join(words.split())[:LONGEST]}
    body = await _words_of(chat, shop, order, kept)
    return (
        Remember(replace(chat.memory, draft={**chat.memory.draft, DRAFT: kept}, asking="")),
        Menu(body, (Button(_("Send the claim"), SendClaim(order.id)), _claims.keep_button())),
    )


@router.press(SendClaim)
async def send(chat: Chat, shop: Shop, chosen: SendClaim) -> Reply:
    """It is made, and our staff have it with everything that is known."""
    order = await _claims.own(chat, shop, chosen.order)
    kept = _kept(chat)
    if order is None or kept.get("order") != order.id or "since" not in kept:
        return await warranty(chat, shop, chosen.order)
    body = await _words_of(chat, shop, order, kept)
    said = {"text": body, "what": kept["what"], "since": kept["since"]}
    claim = await shop.claims.complain(order, Made(chat.id, chat.event, chat.locale, said))
    passed = await support.pass_on(chat, shop, body, facts=(f"/claim {claim.id}",))
    remembered, *_rest = passed
    assert isinstance(remembered, Remember)
    memory = replace(
        remembered.memory,
        draft={name: value for name, value in chat.memory.draft.items() if name != DRAFT},
    )
    return Remember(memory), Text(
        _(
            "Claim {number} is with our staff. They decide until {when}: mend it, replace it at no charge, or pay it back.",
            number=claim.id,
            when=moment(claim.due_at or claim.at),
        )
    )


def _ask(chat: Chat, order: str) -> tuple[Remember, Question]:
    # Words go to an open case otherwise, and would never answer the question.
    return Remember(replace(chat.memory, asking="", case="", case_until=0)), Question(
        _("What does not work? Write it in your own words."), asks="warranty.complaint", about=order
    )


def _kept(chat: Chat) -> Mapping[str, Any]:
    kept: Mapping[str, Any] = chat.memory.draft.get(DRAFT, {})
    return kept


async def _words_of(chat: Chat, shop: Shop, order: Order, kept: Mapping[str, Any]) -> str:
    line = await esims.state_of_newest(chat, shop)
    return "\n".join(
        (
            _("Order {order}: {what}", order=order.id, what=kept["what"]),
            _("Since: {when}", when=kept["since"]),
            *([line.words] if line is not None else []),
        )
    )
