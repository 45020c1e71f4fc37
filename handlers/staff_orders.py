"""What staff may look at: an order with its story, the books, what is wrong just now."""

from __future__ import annotations

from bot.conversation.router import Router
from handlers._staff import order_named, when
from services.books import Books
from services.dossiers import Dossier, Line
from services.orders.sold import SoldPlan
from services.shop import Shop

router = Router()

#: Orders with an exception that one message names.
MOST_EXCEPTIONS = 15


@router.staff("order", "N – an order: its money, its lines, its story")
async def order(shop: Shop, words: str, key: str) -> str:  # noqa: ARG001
    """All that the book knows of it; nothing in it says who bought."""
    found, _ = await order_named(shop, words, "/order M7KQ2MX4A")
    dossier = await shop.dossiers.of(found.id)
    assert dossier is not None
    return "\n".join(_lines(dossier))


@router.staff("books", "– what came in, was kept, went back, is held")
async def books(shop: Shop, words: str, key: str) -> str:  # noqa: ARG001
    """The sums, and every order that needs a look."""
    read = await shop.books()
    totals = [
        f"{currency}: {sums['captured']} came in = {sums['kept']} kept + {sums['refunded']} back + {sums['held']} held"
        for currency, sums in read.totals().items()
    ]
    odd = [line for line in read.orders if line.exception or not line.closes]
    return "\n".join(
        (
            "The books close." if read.close else "THE BOOKS DO NOT CLOSE.",
            f"{len(read.orders)} orders, {read.open} open.",
            *totals,
            _lines_of(read),
            *(f"{line.order}: {line.exception or 'does not close'}" for line in odd[:MOST_EXCEPTIONS]),
            *(
                [f"… and {len(odd) - MOST_EXCEPTIONS} more: python -m bot books"]
                if len(odd) > MOST_EXCEPTIONS
                else []
            ),
        )
    )


def _lines_of(read: Books) -> str:
    return (
        f"Lines: {read.delivered_lines} delivered, {read.replacement_lines} replacements, "
        f"{read.stock_lines} in stock, {read.held_lines} held."
    )


def _lines(dossier: Dossier) -> list[str]:
    order = dossier.order
    paid = f"paid {when(order.paid_at)} by {order.method}" if order.paid_at else order.state
    return [
        f"{order.id} · {order.total} · {paid} · placed {when(order.placed_at)}",
        *([f"Disputed: {dossier.disputed}"] if dossier.disputed else []),
        *(
            f"{item.id}: {item.kind} {SoldPlan.from_json(item.plan).id} at {item.provider}, {item.price}, "
            f"{item.state}" + (f" ({item.reason})" if item.reason else "")
            for item in order.items
        ),
        *(_line(line) for line in dossier.lines),
        *(f"Back: {one.amount}, {one.state} ({one.why}), {when(one.at)}" for one in dossier.returns),
        "",
        *(f"{when(one.at)} {one.what}: {one.was} → {one.now} ({one.why})" for one in dossier.changes),
    ]


def _line(line: Line) -> str:
    used = "nobody says how much is used"
    if line.used is not None and line.total:
        used = f"{line.used // 1024**2} of {line.total // 1024**2} MB used"
    seen = f"{line.line_state}, {used}, {when(line.measured_at)}" if line.measured_at else "never measured"
    return f"Line of {line.item}: {line.state}; {seen}"
