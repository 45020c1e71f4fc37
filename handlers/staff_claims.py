"""Claims, for the staff: what waits, what one is about, and how it ends."""

from __future__ import annotations

from bot.conversation.i18n import SOURCE
from bot.conversation.router import Router
from handlers._staff import No, amount_in, order_named, when
from services.claims import Claim, Made
from services.claims.book import Outcome
from services.money import Money
from services.shop import Shop

router = Router()

#: What is written for each outcome.
OUTCOMES: dict[str, Outcome] = {
    "refund": "refund",
    "replace": "replacement",
    "mended": "mended",
    "refuse": "refused",
}
USAGE = "/claim K7KQ2MX4A replace, refund [amount], mended or refuse"
_NO = {
    "unknown": "There is no such claim.",
    "decided": "It was decided already.",
    "no_line": "No line of it was handed over, so none can be replaced. Refund it instead.",
    "worked_on": "The order is being bought just now. Try again when it has come to rest.",
    "disputed": "Its payment is disputed: the bank decides who gets the money.",
    "nothing_left": "Nothing of the order is left to give back.",
    "too_much": "That is more than is left of the order.",
    "other_currency": "It was paid in another currency.",
}


@router.staff("claims", "– what waits for a decision")
async def claims(shop: Shop, words: str, key: str) -> str:  # noqa: ARG001
    """The most urgent first."""
    waiting = await shop.claims.undecided()
    if not waiting:
        return "No claim waits."
    return "\n".join((*map(_line, waiting), "", USAGE))


async def _preview(shop: Shop, words: str) -> str | None:
    """Looking at a claim, or opening one, needs no confirmation; deciding does."""
    number, *rest = words.split() or [""]
    if not number.upper().startswith("K") or not rest:
        return None
    claim, outcome, amount = await _wanted(shop, number, rest)
    what = {
        "refund": f"{amount or 'All that is left'} of order {claim.order} goes back to its buyer",
        "replacement": f"Another line is bought for order {claim.order}, at no charge; the old one is switched off",
        "mended": f"The buyer of order {claim.order} is told that it works again",
        "refused": f"The buyer of order {claim.order} is told that it was not granted",
    }[outcome]
    return f"{_line(claim)}\n{what}."


@router.staff("claim", "K… [replace, refund [amount], mended, refuse] – a claim; M… – open one", _preview)
async def claim(shop: Shop, words: str, key: str) -> str:
    """Show, open or decide."""
    number, *rest = words.split() or [""]
    if number.upper().startswith("M"):
        order, _rest = await order_named(shop, number, "/claim M7KQ2MX4A")
        return _line(await shop.claims.complain(order, Made(None, key, SOURCE, {"text": "by staff"})))
    if not rest:
        return _line(await _named(shop, number))
    found, outcome, amount = await _wanted(shop, number, rest)
    said = await shop.claims.decide(found.id, outcome, amount)
    if said != "done":
        return _NO[said]
    return f"{found.id}: {outcome}. The buyer is told; /order {found.order} shows how it goes."


async def _wanted(shop: Shop, number: str, rest: list[str]) -> tuple[Claim, Outcome, Money | None]:
    found = await _named(shop, number)
    outcome = OUTCOMES.get(rest[0].lower())
    if outcome is None:
        raise No(f"How does it end? {USAGE}")
    if found.state != "with_person":
        raise No(f"{_line(found)}\n{_NO['decided']}")
    order = None if found.order is None else await shop.orders.get(found.order)
    if order is None:
        if outcome != "refused":
            raise No("It names no order that we know. It can only be refused.")
        return found, outcome, None
    return found, outcome, amount_in(rest[1:], order.total.currency) if outcome == "refund" else None


async def _named(shop: Shop, number: str) -> Claim:
    if not number:
        raise No(f"Which claim? /claims lists them. {USAGE}")
    found = await shop.claims.get(number.upper())
    if found is None:
        raise No(f"There is no claim {number[:20]}.")
    return found


def _line(claim: Claim) -> str:
    about = claim.order or "an order that we do not know"
    parts = [
        f"{claim.id}: {claim.kind} on {about}, {claim.state}",
        f"made {when(claim.at)}",
        *([f"to be decided until {when(claim.due_at)}"] if claim.due_at and not claim.decided_at else []),
        *([f"{claim.outcome} ({claim.why})"] if claim.outcome else []),
        *([f"replaced by {claim.replacement}"] if claim.replacement else []),
        *(["made with the order's number alone"] if claim.stranger else []),
    ]
    if claim.line is not None:
        used = "?" if claim.line.used is None else claim.line.used // 1024**2
        total = "?" if claim.line.total is None else claim.line.total // 1024**2
        parts.append(f"line {claim.line.state}, {used} of {total} MB used then")
    return " · ".join(parts)
