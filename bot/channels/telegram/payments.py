"""What Telegram tells about payments in Stars, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.conversation.channel import Unreadable
from bot.conversation.events import Address, MayPay, PaidInChat, ReturnedInChat

CHANNEL = "telegram"


@dataclass(frozen=True)
class Transfer:
    """One line of the bot's account. `payer`: 0 where it is no traveller. `back`: the Stars left the account."""

    charge: str
    stars: int
    payer: int
    invoice: str
    back: bool


def may_pay(query: Mapping[str, Any]) -> MayPay:
    """https://core.telegram.org/bots/api#precheckoutquery. Raises Unreadable."""
    match query:
        case {
            "id": str(number),
            "from": {"id": int(payer)} as sender,
            "currency": str(currency),
            "total_amount": int(amount),
            "invoice_payload": str(invoice),
        }:
            language = sender.get("language_code")
            told = language if isinstance(language, str) else None
            return MayPay(number, Address(CHANNEL, str(payer)), _clean(invoice), amount, currency, told)
    raise Unreadable("no pre-checkout query")


def in_message(message: Mapping[str, Any], chat: int) -> PaidInChat | ReturnedInChat | None:
    """What a message says of a payment; None where it is about something else. Raises Unreadable."""
    match message:
        case {
            "successful_payment": {
                "currency": str(currency),
                "total_amount": int(amount),
                "invoice_payload": str(invoice),
                "telegram_payment_charge_id": str(charge),
            }
        }:
            return PaidInChat(charge, Address(CHANNEL, str(chat)), _clean(invoice), amount, currency)
        case {
            "refunded_payment": {
                "currency": str(currency),
                "total_amount": int(amount),
                "telegram_payment_charge_id": str(charge),
            }
        }:
            return ReturnedInChat(charge, amount, currency)
        case {"successful_payment": _} | {"refunded_payment": _}:
            raise Unreadable("no payment")
    return None


def transfer(line: Any) -> Transfer:
    """https://core.telegram.org/bots/api#startransaction. Whatever is no payment of an invoice has no payer."""
    match line:
        case {"id": str(charge), "amount": int(stars)}:
            back = "receiver" in line
            match line.get("receiver" if back else "source"):
                case {
                    "type": "user",
                    "transaction_type": "invoice_payment",
                    "user": {"id": int(payer)},
                } as who:
                    invoice = who.get("invoice_payload")
                    return Transfer(charge, stars, payer, _clean(invoice), back)
            return Transfer(charge, stars, 0, "", back)
    return Transfer("", 0, 0, "", back=False)


def _clean(text: Any) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "") if isinstance(text, str) else ""
