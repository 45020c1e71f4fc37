"""Refunds: money on its way back, at most what was taken, and now and then returned to sender."""

from __future__ import annotations

from typing import Any

from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe import payment_shapes
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.bank import Bank
from bot.sandbox.stripe.books import Books, equal
from bot.sandbox.stripe.currencies import worded
from bot.sandbox.stripe.errors import invalid, missing, no_such, refused
from bot.sandbox.stripe.events import Events
from bot.sandbox.stripe.ids import Obj
from bot.sandbox.stripe.movements import Movements
from bot.sandbox.stripe.warnings import Warnings


class Refunds:
    """Makes refunds of charges, and keeps the charge's own sum of them."""

    def __init__(
        self,
        books: Books,
        events: Events,
        clock: WorldClock,
        movements: Movements,
        bank: Bank,
        warnings: Warnings,
    ) -> None:
        self._books = books
        self._events = events
        self._clock = clock
        self._movements = movements
        self._bank = bank
        self._warnings = warnings

    def create(self, asked: Asked) -> Obj:
        """Refund what was asked, or all that is left."""
        charge = self._charge(asked.params)
        left = charge["amount"] - charge["amount_refunded"]
        amount = asked.params.get("amount", left)
        if charge.get("_dispute"):
            raise refused(
                f"Charge {charge['id']} has been charged back; cannot issue a refund.", "charge_disputed"
            )
        if charge.get("_redacted"):
            raise refused(f"Charge {charge['id']} has been redacted and cannot be refunded.")
        if left == 0:
            raise refused(f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
        if amount > left:
            whole = "charge amount" if left == charge["amount"] else "unrefunded amount on charge"
            spelled, rest = worded(amount, charge["currency"]), worded(left, charge["currency"])
            raise refused(f"Refund amount ({spelled}) is greater than {whole} ({rest})", None, "amount")
        return self.give(charge, amount, asked.params)

    def give(self, charge: Obj, amount: int, wanted: dict[str, Any]) -> Obj:
        """Send the money back; what is allowed must have been looked at before."""
        refund = self._books.refunds.put(
            payment_shapes.refund(charge, amount, wanted, self._clock.timestamp())
        )
        refund["balance_transaction"] = self._movements.refund(refund)
        self._count(charge, amount)
        self._events.emit("refund.created", refund)
        self._events.emit("charge.refunded", charge)
        if charge["refunded"]:
            self._warnings.answered(charge)
        if refund["status"] == "pending":
            self._bank.ask(lambda: self._confirm(refund))
        return refund

    def fail(self, refund: Obj) -> None:
        """The bank sends the money back to the shop."""
        before = {"status": refund["status"]}
        refund.update(
            status="failed",
            failure_reason="lost_or_stolen_card",
            failure_balance_transaction=self._movements.refund_failed(refund),
        )
        charge = self._books.charges.get(refund["charge"])
        if charge is not None:
            self._count(charge, -refund["amount"])
        self._events.emit("refund.failed", refund)
        self._changed(refund, before)

    def update(self, asked: Asked) -> Obj:
        refund = self._books.refunds.need(asked.target)
        before = {"metadata": refund["metadata"]}
        refund["metadata"] = {**refund["metadata"], **asked.params.get("metadata", {})}
        self._changed(refund, before)
        return refund

    def listing(self, asked: Asked) -> Obj:
        wanted = asked.params
        return self._books.refunds.page("/v1/refunds", wanted, equal(wanted, "charge", "payment_intent"))

    def of(self, charge: Obj) -> list[Obj]:
        """The charge's refunds, oldest first."""
        return [refund for refund in self._books.refunds.oldest_first() if refund["charge"] == charge["id"]]

    def _charge(self, wanted: dict[str, Any]) -> Obj:
        if "charge" in wanted:
            charge = self._books.charges.need(wanted["charge"], "charge")
            if wanted.get("payment_intent", charge["payment_intent"]) != charge["payment_intent"]:
                raise invalid("The charge does not belong to that PaymentIntent.", "payment_intent")
        elif "payment_intent" in wanted:
            intent = self._books.intents.get(wanted["payment_intent"])
            if intent is None:
                raise no_such("payment_intent", wanted["payment_intent"], "payment_intent", 404)
            charge = self._books.charges.get(intent["latest_charge"] or "") or {"status": "missing"}
            if charge["status"] != "succeeded":
                why = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
                raise refused(why, "payment_intent_unexpected_state")
        else:
            raise missing("payment_intent")
        if charge["status"] != "succeeded":
            raise refused(
                f"Charge {charge['id']} is not successful and cannot be refunded.", "charge_not_refundable"
            )
        return charge

    def _confirm(self, refund: Obj) -> None:
        if refund["status"] == "pending":
            refund["status"] = "succeeded"
            self._changed(refund, {"status": "pending"})

    def _count(self, charge: Obj, amount: int) -> None:
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]

    def _changed(self, refund: Obj, before: Obj) -> None:
        self._events.emit("refund.updated", refund, before)
        self._events.emit("charge.refund.updated", refund, before)
