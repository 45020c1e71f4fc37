"""What the shop tells of a claim by itself: a person decides, it was decided, somebody withdrew by number."""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _, moment
from bot.conversation.messages import Button, Menu, Notice, Reply, Text
from bot.conversation.router import Router
from handlers import _claims, support
from services.claims import Claim
from services.news import ClaimDecided, Letter, WithdrawalNoticed
from services.shop import Shop

router = Router(always=True)


@action("notme")
class NotMe:
    claim: str


@action("decided")
class ShowDecision:
    claim: str


@action("noticed")
class ShowNotice:
    claim: str


@router.news(ClaimDecided)
async def decided(chat: Chat, shop: Shop, news: ClaimDecided) -> Reply:  # noqa: ARG001
    """Where the claim stands now, and why."""
    return await _decided(shop, news.claim)


@router.press(ShowDecision)
async def show_decision(chat: Chat, shop: Shop, chosen: ShowDecision) -> Reply:  # noqa: ARG001
    """The same, for whoever had only a template of it."""
    return await _decided(shop, chosen.claim)


async def _decided(shop: Shop, number: str) -> Notice:
    claim = await shop.claims.get(number)
    if claim is None:
        raise LookupError(number)
    words = _waits(claim) if claim.state == "with_person" else _ended(claim)
    ways = [Button(_("A person"), support.AskPerson())]
    if claim.state == "refused":
        ways.insert(0, Button(_("It does not work"), _claims.Complain(claim.order or "")))
    return Notice("general_news", (words.rstrip("."),), Menu(words, tuple(ways)), ShowDecision(claim.id))


@router.news(WithdrawalNoticed)
async def noticed(chat: Chat, shop: Shop, news: WithdrawalNoticed) -> Reply:  # noqa: ARG001
    """Somebody used the order's number; whoever bought may object."""
    return await _noticed(shop, news.claim)


@router.press(ShowNotice)
async def show_notice(chat: Chat, shop: Shop, chosen: ShowNotice) -> Reply:  # noqa: ARG001
    """The same, for whoever had only a template of it."""
    return await _noticed(shop, chosen.claim)


async def _noticed(shop: Shop, number: str) -> Notice:
    claim = await shop.claims.get(number)
    if claim is None:
        raise LookupError(number)
    words = _notice(claim)
    object_to_it = Menu(words, (Button(_("That was not me"), NotMe(claim.id)),))
    return Notice("general_news", (words.rstrip("."),), object_to_it, ShowNotice(claim.id))


@router.letter(WithdrawalNoticed)
async def mail_notice(shop: Shop, news: WithdrawalNoticed) -> Letter:
    """The same by mail, to the address on file."""
    claim = await shop.claims.get(news.claim)
    if claim is None:
        raise LookupError(news.claim)
    who = shop.controller
    return Letter(
        _("Your withdrawal, reference {number}", number=claim.id),
        f"{_notice(claim)}\n\n{who.name}, {who.address}, {who.email}",
    )


@router.press(NotMe)
async def not_me(chat: Chat, shop: Shop, chosen: NotMe) -> Reply:
    """A person looks at it."""
    if not await shop.claims.object_to(chosen.claim, chat.customer):
        return Text(_("It was decided already. A person can help: /support"))
    return Text(
        _(
            "Thank you: nothing happens to your order. A person looks at withdrawal {number}.",
            number=chosen.claim,
        )
    )


def _notice(claim: Claim) -> str:
    return _(
        "A withdrawal from order {order} was declared with its number alone, reference {number}. If that was you, there is nothing to do: it is decided on {when}. If not, say so.",
        order=claim.order,
        number=claim.id,
        when=moment(claim.due_at or claim.at),
    )


def _waits(claim: Claim) -> str:
    return _(
        "Reference {number}, order {order}: a person decides until {when} and tells you here.",
        number=claim.id,
        order=claim.order,
        when=moment(claim.due_at or claim.at),
    )


def _ended(claim: Claim) -> str:
    number, order = claim.id, claim.order
    if claim.outcome == "replacement":
        return _(
            "Claim {number}, order {order}: you get another eSIM at no charge. It comes here by itself; the old one stops working.",
            number=number,
            order=order,
        )
    if claim.outcome == "mended":
        return _(
            "Claim {number}, order {order}: our staff say that it works again.", number=number, order=order
        )
    reasons = {
        "waived": _(
            "Withdrawal {number}, order {order}: you asked for delivery at once and knew that the right to withdraw ends with it. It was delivered, so nothing is paid back.",
            number=number,
            order=order,
        ),
        "used": _(
            "Reference {number}, order {order}: the eSIM has been used, so nothing is paid back.",
            number=number,
            order=order,
        ),
        "late": _(
            "Withdrawal {number}, order {order}: the 14 days were over, so nothing is paid back.",
            number=number,
            order=order,
        ),
        "unpaid": _(
            "Reference {number}, order {order}: nothing was paid for it.", number=number, order=order
        ),
        "nothing_left": _(
            "Reference {number}, order {order}: all of it was paid back before.", number=number, order=order
        ),
    }
    refused = _(
        "Reference {number}, order {order}: our staff could not grant it.", number=number, order=order
    )
    return reasons.get(claim.why or "", refused)
