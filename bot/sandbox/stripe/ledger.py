"""The money of all orders, for the world's ledger."""

from __future__ import annotations

from typing import Any

from bot.sandbox.stripe.books import Books
from bot.sandbox.stripe.ids import Obj


class MoneyLedger:
    """Tells charges and refunds by session and by the shop's own order id; both None without a checkout."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def charges(self) -> list[dict[str, Any]]:
        """One entry for each attempt to take money, oldest first; amounts in the currency's smallest unit."""
        return [
            {**self._whose(charge), **_money(charge), "status": self._status(charge)}
            for charge in self._books.charges.oldest_first()
        ]

    def refunds(self) -> list[dict[str, Any]]:
        """One entry for each refund, oldest first."""
        return [
            {**self._whose(refund), **_money(refund), "status": refund["status"]}
            for refund in self._books.refunds.oldest_first()
        ]

    def _whose(self, moved: Obj) -> dict[str, Any]:
        intent = self._books.intents.get(moved["payment_intent"] or "")
        session = self._books.sessions.get((intent or {}).get("_session", ""))
        if session is None:
            return {"session": None, "order": None}
        return {"session": session["id"], "order": session["client_reference_id"]}

    def _status(self, charge: Obj) -> str:
        if charge["status"] != "succeeded":
            return str(charge["status"])
        if charge.get("_dispute"):
            return "disputed"
        if charge["refunded"]:
            return "refunded"
        return "partially_refunded" if charge["amount_refunded"] else "succeeded"


def _money(moved: Obj) -> dict[str, Any]:
    return {"amount": moved["amount"], "currency": moved["currency"]}
