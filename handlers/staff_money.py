"""What staff may do with money: give it back, stop selling, sell again. Each after its author's "/yes"."""

from __future__ import annotations

from bot.conversation.router import Router
from handlers._staff import No, amount_in, order_named
from services.giving_back import Decision
from services.sales_pause import ALL
from services.shop import Shop

router = Router()

_NO = {
    "unknown_order": "Nobody paid that order.",
    "worked_on": "It is being bought just now: it ends delivered or refunded by itself. Try again then.",
    "disputed": "Its payment is disputed: the bank decides who gets the money. Answer in Stripe.",
    "nothing_left": "Nothing of it is left to give back.",
    "too_much": "That is more than is left of it.",
    "other_currency": "It was paid in another currency.",
}


async def _preview_refund(shop: Shop, words: str) -> str:
    order, rest = await order_named(shop, words, "/refund M7KQ2MX4A 5.00")
    amount = amount_in(rest, order.total.currency)
    standing = await shop.giving_back.standing(order.id)
    if standing is None:
        raise No(_NO["unknown_order"])
    if standing.worked_on:
        raise No(_NO["worked_on"])
    if standing.disputed:
        raise No(_NO["disputed"])
    goes = standing.left if amount is None else amount
    if standing.left.minor <= 0:
        raise No(_NO["nothing_left"])
    if goes > standing.left:
        raise No(f"{_NO['too_much']} {standing.left} is left.")
    return (
        f"{goes} of order {order.id} goes back to its buyer. {standing.captured} came in, {standing.back} went back "
        f"before, {standing.left - goes} stays."
    )


@router.staff(
    "refund", "N [amount] – money of an order back, all that is left without an amount", _preview_refund
)
async def refund(shop: Shop, words: str, key: str) -> str:
    """Noted once for each code; the refund itself is durable work."""
    order, rest = await order_named(shop, words, "/refund M7KQ2MX4A 5.00")
    amount = amount_in(rest, order.total.currency)
    decided = await shop.giving_back.decide(Decision(order.id, amount, "goodwill", key))
    if decided.outcome in _NO:
        return _NO[decided.outcome]
    return f"{decided.amount} of order {order.id} is on its way back. /order {order.id} shows how it goes."


async def _preview_pause(shop: Shop, words: str) -> str:
    _known(shop, words or ALL)
    return f"Nothing of {_named(words)} is sold any more, until /resume{' ' + words if words else ''}. Paid orders go on."


@router.staff(
    "pause", "[provider [sku]] – stop selling: everything, a provider's plans, one plan", _preview_pause
)
async def pause(shop: Shop, words: str, key: str) -> str:  # noqa: ARG001
    """Sales stop; what is paid is still delivered."""
    what = words or ALL
    _known(shop, what)
    news = await shop.sales.pause(what)
    return f"Sales of {_named(words)} pause." if news else f"Sales of {_named(words)} paused already."


async def _preview_resume(shop: Shop, words: str) -> str:
    pausing = {pause.what for pause in (await shop.sales.reload()).pauses}
    if (words or ALL) not in pausing:
        raise No(f"Nothing pauses {_named(words)}. Pausing: {', '.join(sorted(pausing)) or 'nothing'}.")
    return f"{_named(words).capitalize()} is sold again."


@router.staff("resume", "[provider [sku]] – sell again", _preview_resume)
async def resume(shop: Shop, words: str, key: str) -> str:  # noqa: ARG001
    """Sales go on."""
    ended = await shop.sales.resume(words or ALL)
    return f"{_named(words).capitalize()} is sold again." if ended else f"Nothing paused {_named(words)}."


def _known(shop: Shop, what: str) -> None:
    providers = shop.catalogue.providers
    if what != ALL and what.split(maxsplit=1)[0] not in providers:
        raise No(
            f"There is no provider {what.split(maxsplit=1)[0][:20]}. There are: {', '.join(sorted(providers))}."
        )


def _named(words: str) -> str:
    return words or "everything"
