"""Words that several commands of the staff chat share: refusals, amounts, times, an order in a line."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from services.money import Money
from services.orders import Order
from services.shop import Shop


class No(Exception):
    """A command cannot be carried out; the message says why, and what to write instead."""


def when(moment: datetime) -> str:
    """ "2026-11-23 14:02" """
    return f"{moment:%Y-%m-%d %H:%M}"


async def order_named(shop: Shop, words: str, usage: str) -> tuple[Order, list[str]]:
    """The order that the first word names, and the other words. Raises No."""
    number, *rest = words.split() or [""]
    if not number:
        raise No(f"Which order? {usage}")
    order = await shop.orders.get(number.upper())
    if order is None:
        raise No(f"There is no order {number[:20]}.")
    return order, rest


def amount_in(words: list[str], currency: str) -> Money | None:
    """The amount that the first word says, in the order's currency; None without words. Raises No."""
    if not words:
        return None
    try:
        amount = Decimal(words[0].replace(",", "."))
    except InvalidOperation:
        raise No(f"{words[0][:20]} is no amount. Write it as 5.00.") from None
    if not amount.is_finite() or not 0 < amount < 10**9:
        raise No(f"{words[0][:20]} is no amount. Write it as 5.00.")
    return Money.of(amount, currency)
