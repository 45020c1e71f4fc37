"""Selling for Telegram Stars."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram import outgoing
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.formatting import units
from bot.sandbox.telegram.stars import Invoice

#: https://core.telegram.org/bots/api#sendinvoice
LONGEST_TITLE = 32
LONGEST_DESCRIPTION = 255
LONGEST_PAYLOAD = 128
MOST_STARS = 25_000
STARS = "XTR"


async def send_invoice(cloud: Cloud, call: Call) -> Json:
    title = _words(call, "title", LONGEST_TITLE)
    description = _words(call, "description", LONGEST_DESCRIPTION)
    payload = call.text("payload")
    if not 1 <= len(payload.encode()) <= LONGEST_PAYLOAD:
        raise bad("INVOICE_PAYLOAD_INVALID")
    if call.text("currency") != STARS or call.text("provider_token"):
        raise bad("PAYMENT_PROVIDER_INVALID")  # the sandbox sells for Stars only
    amount = _price(call)
    shown = {
        "title": title,
        "description": description,
        "start_parameter": call.text("start_parameter"),
        "currency": STARS,
        "total_amount": amount,
    }
    message = outgoing.send(cloud, call, {"invoice": shown}, invoice=True)
    cloud.stars.issue(cloud.chat(call), message, Invoice(payload, amount))
    return message


async def answer_pre_checkout_query(cloud: Cloud, call: Call) -> bool:
    agreed, reason = call.flag("ok"), call.text("error_message")
    if not agreed and not reason:
        raise bad("ERROR_TEXT_EMPTY")
    query = cloud.queries.answered(call.text("pre_checkout_query_id"), "pre_checkout")
    if not query.answer.done():
        query.answer.set_result(None if agreed else reason)
    return True


async def refund_star_payment(cloud: Cloud, call: Call) -> bool:
    if cloud.person(call.whole("user_id")) is None:
        raise bad("user not found")
    cloud.stars.refund(call.whole("user_id"), call.text("telegram_payment_charge_id"))
    return True


def _words(call: Call, name: str, longest: int) -> str:
    words = call.text(name).strip()
    if not words:
        raise bad(f"{name} must be non-empty")
    if units(words) > longest:
        raise bad(f"{name} is too long")
    return words


def _price(call: Call) -> int:
    prices = call.structure("prices", "prices")
    if not isinstance(prices, list):
        raise bad("can't parse prices JSON object")
    if len(prices) != 1 or not isinstance(prices[0], dict) or not prices[0].get("label"):
        raise bad("STARS_INVOICE_INVALID")
    amount = Call(prices[0]).whole("amount")
    if not 0 < amount <= MOST_STARS:
        raise bad("CURRENCY_TOTAL_AMOUNT_INVALID")
    return amount


METHODS: dict[str, Any] = {
    "sendInvoice": send_invoice,
    "answerPreCheckoutQuery": answer_pre_checkout_query,
    "refundStarPayment": refund_star_payment,
}
