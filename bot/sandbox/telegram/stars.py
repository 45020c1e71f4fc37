"""Telegram Stars: invoices in chats, their payment, and money back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from bot.sandbox.phones import NoSuchButton, ScreenMessage
from bot.sandbox.telegram.calls import Json
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.queries import PAYMENTS_WAIT
from bot.sandbox.telegram.updates import QUERIES_LIVE

if TYPE_CHECKING:
    from bot.sandbox.telegram.cloud import Cloud

#: Invoices and payments that are remembered; the oldest goes when there are more.
MOST_INVOICES = 50_000
MOST_TRANSACTIONS = 2 * MOST_INVOICES


@dataclass
class Invoice:
    """What a message asks for, and what has been paid for it. `payload` is the bot's own."""

    payload: str
    amount: int
    charge: str = ""
    refunded: bool = False


class NotPaidError(ValueError):
    """The payment did not go through; the message is what the traveller reads."""


class Stars:
    """Every invoice by chat and message, every payment by its charge id."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._invoices: dict[tuple[int, int], Invoice] = {}
        self._paid: dict[str, tuple[int, Invoice]] = {}
        #: What came in and went out, oldest first, as the account's owner reads it.
        self.transactions: list[Json] = []

    def issue(self, chat: Chat, message: Json, invoice: Invoice) -> None:
        """The message is an invoice."""
        self._invoices[chat.id, message["message_id"]] = invoice
        if len(self._invoices) > MOST_INVOICES:
            del self._invoices[next(iter(self._invoices))]

    def newest(self, chat: Chat) -> ScreenMessage:
        """The newest invoice on the screen that is still to be paid; NoSuchButton when there is none."""
        for seen in reversed(chat.screen.messages):
            invoice = self._invoices.get((chat.id, int(seen.id)))
            if invoice is not None and not invoice.charge:
                return seen
        raise NoSuchButton("Pay")

    async def pay(self, chat: Chat, seen: ScreenMessage) -> None:
        """Ask the bot, then pay. NoSuchButton when it is no open invoice, NotPaidError when the bot says no."""
        invoice = self._invoices.get((chat.id, int(seen.id)))
        if invoice is None or invoice.charge or chat.person is None:
            raise NoSuchButton("Pay")
        refusal = await self._asked(chat, seen, invoice)
        if refusal is not None:
            seen.toast = refusal
            chat.screen.touch(seen)
            raise NotPaidError(refusal)
        if not invoice.charge:
            invoice.charge = f"stxSandbox{token_urlsafe(36)}"
            self._note(chat, "successful_payment", invoice)

    def refund(self, user_id: int, charge: str) -> None:
        """Give the Stars back. ApiError when there is no such payment, or it went back before."""
        payer, invoice = self._paid.get(charge, (0, None))
        if invoice is None or payer != user_id:
            raise bad("CHARGE_NOT_FOUND")
        if invoice.refunded:
            raise bad("CHARGE_ALREADY_REFUNDED")
        invoice.refunded = True
        self._note(self._cloud.chats[payer], "refunded_payment", invoice)

    def balance(self) -> int:
        """What the bot has earned and not given back."""
        return sum(invoice.amount for _, invoice in self._paid.values() if not invoice.refunded)

    def _book(self, chat: Chat, what: str, invoice: Invoice) -> None:
        """A line in the account: https://core.telegram.org/bots/api#startransaction"""
        assert chat.person is not None, "only people pay"
        partner = {
            "type": "user",
            "transaction_type": "invoice_payment",
            "user": chat.person.as_json(),
            "invoice_payload": invoice.payload,
        }
        came = what == "successful_payment"
        self.transactions.append(
            {
                "id": invoice.charge,
                "amount": invoice.amount,
                "date": self._cloud.now(),
                "source" if came else "receiver": partner,
            }
        )
        del self.transactions[:-MOST_TRANSACTIONS]

    def as_json(self) -> list[Json]:
        """The payments as the ledger shows them; the order is named by the invoice's payload."""
        return [
            {"order": invoice.payload, "amount": invoice.amount, "refunded": invoice.refunded}
            for _, invoice in self._paid.values()
        ]

    async def _asked(self, chat: Chat, seen: ScreenMessage, invoice: Invoice) -> str | None:
        """None when the bot agrees in time; else why the payment is off."""
        query = self._cloud.queries.ask("pre_checkout", chat, seen, PAYMENTS_WAIT)
        assert chat.person is not None, "only people pay"
        asked = {
            "id": query.id,
            "from": chat.person.as_json(own=True),
            "currency": "XTR",
            "total_amount": invoice.amount,
            "invoice_payload": invoice.payload,
        }
        update = self._cloud.updates.add("pre_checkout_query", asked, ("pre_checkout", chat.id), QUERIES_LIVE)
        if update is not None:
            self._cloud.wake(update.line)
        try:
            async with asyncio.timeout(PAYMENTS_WAIT.total_seconds()):
                return await query.answer
        except TimeoutError:
            return "The bot did not respond in time."

    def _note(self, chat: Chat, what: str, invoice: Invoice) -> None:
        """A line in the chat, and an update, about a payment."""
        self._paid[invoice.charge] = (chat.id, invoice)
        if len(self._paid) > MOST_INVOICES:
            del self._paid[next(iter(self._paid))]
        self._book(chat, what, invoice)
        assert chat.person is not None, "only people pay"
        message = {
            "message_id": chat.next_id(),
            "from": chat.person.as_json(own=True),
            "chat": chat.as_json(),
            "date": self._cloud.now(),
            what: {
                "currency": "XTR",
                "total_amount": invoice.amount,
                "invoice_payload": invoice.payload,
                "telegram_payment_charge_id": invoice.charge,
                "provider_payment_charge_id": invoice.charge[-16:],
            },
        }
        self._cloud.show(chat, message, "me")
        self._cloud.tell("message", message, chat)
