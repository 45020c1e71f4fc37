"""What an invoice says and asks, in Stars or in money: read from a call, or refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.sandbox import credentials
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.formatting import units

#: https://core.telegram.org/bots/api#sendinvoice
LONGEST_TITLE = 32
LONGEST_DESCRIPTION = 255
LONGEST_PAYLOAD = 128
MOST_STARS = 25_000
MOST_TIPS = 4
STARS = "XTR"
#: In minor units. The real limits follow the day's exchange rate: https://core.telegram.org/bots/payments
FEWEST, MOST = 1, 1_000_000
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Asked:
    """`shown` is the Invoice object; `payload` the bot's own note; `amount` in Stars or minor units."""

    shown: Json
    payload: str
    amount: int

    @property
    def in_stars(self) -> bool:
        return bool(self.shown["currency"] == STARS)


def read_invoice(call: Call) -> Asked:
    """ApiError when Telegram would refuse it."""
    title = _words(call, "title", LONGEST_TITLE)
    description = _words(call, "description", LONGEST_DESCRIPTION)
    payload, currency = call.text("payload"), call.text("currency")
    if not 1 <= len(payload.encode()) <= LONGEST_PAYLOAD:
        raise bad("INVOICE_PAYLOAD_INVALID")
    prices = _prices(call)
    amount = _stars(call, prices) if currency == STARS else _money(call, currency, prices)
    shown = {
        "title": title,
        "description": description,
        "start_parameter": call.text("start_parameter"),
        "currency": currency,
        "total_amount": amount,
    }
    return Asked(shown, payload, amount)


def _words(call: Call, name: str, longest: int) -> str:
    words = call.text(name).strip()
    if not words:
        raise bad(f"{name} must be non-empty")
    if units(words) > longest:
        raise bad(f"{name} is too long")
    return words


def _prices(call: Call) -> list[int]:
    prices = call.structure("prices", "prices")
    if not isinstance(prices, list):
        raise bad("can't parse prices JSON object")
    return [_price(price) for price in prices]


def _price(price: Any) -> int:
    if not isinstance(price, dict):
        raise bad("can't parse labeled price: expected an Object")
    if not isinstance(price.get("label"), str) or not price["label"].strip():
        raise bad("can't parse labeled price: label must be non-empty")
    return Call(price).whole("amount")


def _stars(call: Call, prices: list[int]) -> int:
    if call.text("provider_token"):
        raise bad("PAYMENT_PROVIDER_INVALID")
    if len(prices) != 1:
        raise bad("STARS_INVOICE_INVALID")
    if not 0 < prices[0] <= MOST_STARS:
        raise bad("CURRENCY_TOTAL_AMOUNT_INVALID")
    return prices[0]


def _money(call: Call, currency: str, prices: list[int]) -> int:
    if call.text("provider_token") != credentials.TELEGRAM_PROVIDER:
        raise bad("PAYMENT_PROVIDER_INVALID")
    if not _CURRENCY.fullmatch(currency):
        raise bad("CURRENCY_INVALID")
    if not FEWEST <= sum(prices) <= MOST:
        raise bad("CURRENCY_TOTAL_AMOUNT_INVALID")
    tips = call.structure("suggested_tip_amounts", "suggested tip amounts") or []
    if not isinstance(tips, list) or not all(isinstance(tip, int) for tip in tips):
        raise bad("can't parse suggested tip amounts JSON object")
    rising = all(before < after for before, after in zip([0, *tips], tips, strict=False))
    if len(tips) > MOST_TIPS or not rising or any(tip > call.whole("max_tip_amount") for tip in tips):
        raise bad("SUGGESTED_TIP_AMOUNTS_INVALID")
    return sum(prices)
