"""Invoices in chats and as links, the answer before a payment, and Stars back."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from bot.sandbox.telegram import outgoing
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.invoices import read_invoice
from bot.sandbox.telegram.stars import Invoice

#: https://core.telegram.org/bots/api#getstartransactions
MOST_LINES, LARGEST_OFFSET = 100, 2**31 - 1


async def send_invoice(cloud: Cloud, call: Call) -> Json:
    """Phones of the sandbox pay in Stars; an invoice in money is shown, and cannot be paid."""
    asked = read_invoice(call)
    message = outgoing.send(cloud, call, {"invoice": asked.shown}, invoice=True)
    if asked.in_stars:
        cloud.stars.issue(cloud.chat(call), message, Invoice(asked.payload, asked.amount))
    return message


async def create_invoice_link(_cloud: Cloud, call: Call) -> str:
    read_invoice(call)
    return f"https://t.me/${token_urlsafe(12)}"


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


async def get_star_transactions(cloud: Cloud, call: Call) -> Json:
    skip, most = call.whole("offset", 0, 0, LARGEST_OFFSET), call.whole("limit", MOST_LINES, 1, MOST_LINES)
    return {"transactions": cloud.stars.transactions[skip : skip + most]}


METHODS: dict[str, Any] = {
    "sendInvoice": send_invoice,
    "createInvoiceLink": create_invoice_link,
    "answerPreCheckoutQuery": answer_pre_checkout_query,
    "refundStarPayment": refund_star_payment,
    "getStarTransactions": get_star_transactions,
}
