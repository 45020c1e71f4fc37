"""The account's money at Stripe: what came in, what went out, what Stripe keeps of it."""

from __future__ import annotations

from collections import Counter

from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.books import Books
from bot.sandbox.stripe.ids import Obj, draw

#: What a card payment costs: 1.5 % and 25 of the smallest unit.
_SHARE, _FIXED = 0.015, 25
DISPUTE_FEE = 2_000


class Movements:
    """Writes down every movement of money, and adds them up by currency."""

    def __init__(self, books: Books, clock: WorldClock) -> None:
        self._books = books
        self._clock = clock
        self._sums: Counter[str] = Counter()

    def charge(self, charge: Obj) -> str:
        """A payment arrived; returns the movement's id."""
        fee = min(charge["amount"], round(charge["amount"] * _SHARE) + _FIXED)
        kind = "charge" if charge["id"].startswith("ch_") else "payment"
        return self._enter(charge["amount"], charge["currency"], kind, "charge", charge["id"], fee)

    def refund(self, refund: Obj) -> str:
        """Money went back."""
        return self._enter(-refund["amount"], refund["currency"], "refund", "refund", refund["id"])

    def refund_failed(self, refund: Obj) -> str:
        """Money that went back came back."""
        kind = "refund_failure"
        return self._enter(refund["amount"], refund["currency"], kind, kind, refund["id"])

    def dispute(self, dispute: Obj) -> Obj:
        """The bank took the money back, and Stripe its fee."""
        amount, currency = -dispute["amount"], dispute["currency"]
        fee = DISPUTE_FEE
        return self._books.movements.need(
            self._enter(amount, currency, "adjustment", "dispute", dispute["id"], fee)
        )

    def dispute_won(self, dispute: Obj) -> Obj:
        """The bank returned the money."""
        amount, currency = dispute["amount"], dispute["currency"]
        name = self._enter(amount, currency, "adjustment", "dispute_reversal", dispute["id"])
        return self._books.movements.need(name)

    def balance(self, _asked: Asked) -> Obj:
        available = [
            {"amount": amount, "currency": currency, "source_types": {"card": amount}}
            for currency, amount in sorted(self._sums.items()) or [("eur", 0)]
        ]
        pending = [
            {"amount": 0, "currency": one["currency"], "source_types": {"card": 0}} for one in available
        ]
        return {"object": "balance", "available": available, "livemode": False, "pending": pending}

    def retrieve(self, asked: Asked) -> Obj:
        return self._books.movements.need(asked.target)

    def _enter(self, amount: int, currency: str, kind: str, category: str, source: str, fee: int = 0) -> str:
        now, name = self._clock.timestamp(), draw("txn_3")
        self._sums[currency] += amount - fee
        cost = {"amount": fee, "application": None, "currency": currency, "type": "stripe_fee"}
        movement = {
            "id": name,
            "object": "balance_transaction",
            "amount": amount,
            "available_on": now,
            "balance_type": "payments",
            "created": now,
            "currency": currency,
            "description": None,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [{**cost, "description": "Stripe processing fees"}] if fee else [],
            "net": amount - fee,
            "reporting_category": category,
            "source": source,
            "status": "available",
            "type": kind,
        }
        self._books.movements.put(movement)
        return name
