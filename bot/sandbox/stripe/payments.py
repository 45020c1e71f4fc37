"""PaymentIntents on their way to the money: attempts, charges, and bank debits that take their time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe import payment_shapes
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.bank import Bank
from bot.sandbox.stripe.books import Books, equal
from bot.sandbox.stripe.currencies import LEAST, step, worded
from bot.sandbox.stripe.disputes import Disputes
from bot.sandbox.stripe.errors import declined, invalid, missing, refused
from bot.sandbox.stripe.events import Events
from bot.sandbox.stripe.expanding import shown
from bot.sandbox.stripe.ids import Obj
from bot.sandbox.stripe.methods import Methods, Outcome
from bot.sandbox.stripe.movements import Movements
from bot.sandbox.stripe.warnings import Warnings

_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
_DECLINED = "Your card was declined."
_BOUNCED = "The customer's account has insufficient funds to cover this payment."
#: Told when the outcome of a delayed payment is known: whether it was paid.
Settled = Callable[[bool], None]


class Payments:
    """Carries an intent from its making to a charge that stands or falls."""

    def __init__(
        self,
        books: Books,
        events: Events,
        clock: WorldClock,
        methods: Methods,
        movements: Movements,
        disputes: Disputes,
        warnings: Warnings,
        bank: Bank,
    ) -> None:
        self._books = books
        self._events = events
        self._clock = clock
        self._methods = methods
        self._movements = movements
        self._disputes = disputes
        self._warnings = warnings
        self._bank = bank

    def create(self, asked: Asked) -> Obj:
        wanted = asked.params
        for name in ("amount", "currency"):
            if name not in wanted:
                raise missing(name)
        check_amount(wanted["amount"], wanted["currency"], "amount", "Amount")
        intent = self.open(wanted)
        return self.confirm(Asked(wanted, intent["id"])) if wanted.get("confirm") else intent

    def open(self, wanted: dict[str, Any]) -> Obj:
        """A new intent."""
        intent = self._books.intents.put(payment_shapes.intent(wanted, self._clock.timestamp()))
        if intent["payment_method"]:
            intent["status"] = "requires_confirmation"
        self._events.emit("payment_intent.created", intent)
        return intent

    def confirm(self, asked: Asked) -> Obj:
        """Try to take the money; StripeError when the bank says no at once."""
        intent = self._books.intents.need(asked.target)
        if intent["status"] not in _OPEN:
            raise _unexpected(intent, "confirm")
        name = asked.params.get("payment_method") or intent["payment_method"]
        if not name:
            raise missing("payment_method")
        method = self._methods.named(name)
        if method["type"] not in intent["payment_method_types"]:
            why = f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent."
            raise invalid(why, "payment_method", "payment_intent_incompatible_payment_method")
        self.attempt(intent, method)
        if intent["last_payment_error"]:
            raise declined(shown(intent))
        return intent

    def capture(self, asked: Asked) -> Obj:
        """Take what was only reserved, or part of it; the rest is let go."""
        intent = self._books.intents.need(asked.target)
        if intent["status"] != "requires_capture":
            raise _unexpected(intent, "capture")
        amount: int = asked.params.get("amount_to_capture") or intent["amount_capturable"]
        if amount > intent["amount_capturable"]:
            raise invalid(
                "The amount to capture is greater than what can be captured.",
                "amount_to_capture",
                "amount_too_large",
            )
        charge = self._books.charges.need(intent["latest_charge"])
        self._take(intent, charge, amount)
        if amount < charge["amount"]:
            charge["amount_refunded"] = charge["amount"] - amount
        self._events.emit("charge.captured", charge)
        self._events.emit("payment_intent.succeeded", intent)
        return intent

    def cancel(self, asked: Asked) -> Obj:
        intent = self._books.intents.need(asked.target)
        if intent["status"] not in _OPEN:
            raise _unexpected(intent, "cancel")
        self.give_up(intent, asked.params.get("cancellation_reason"))
        return intent

    def give_up(self, intent: Obj, reason: str | None) -> None:
        """Nobody will pay this any more."""
        intent.update(status="canceled", canceled_at=self._clock.timestamp(), cancellation_reason=reason)
        self._events.emit("payment_intent.canceled", intent)

    def listing(self, asked: Asked) -> Obj:
        wanted = asked.params
        return self._books.intents.page("/v1/payment_intents", wanted, equal(wanted, "customer"))

    def listing_of_charges(self, asked: Asked) -> Obj:
        same = equal(asked.params, "customer", "payment_intent", "transfer_group")
        return self._books.charges.page("/v1/charges", asked.params, same)

    def attempt(self, intent: Obj, method: Obj, settled: Settled | None = None) -> None:
        """Try this method; the intent's status tells what came of it. `settled` hears of what comes later."""
        intent.update(payment_method=method["id"], last_payment_error=None, next_action=None)
        outcome = method["_outcome"]
        if outcome is Outcome.ASKED_BACK:
            intent["status"] = "requires_action"
            intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
            self._events.emit("payment_intent.requires_action", intent)
            return
        charge = self._books.charges.put(payment_shapes.charge(intent, method, self._clock.timestamp()))
        intent["latest_charge"] = charge["id"]
        match outcome:
            case Outcome.DECLINED:
                self._fails(intent, charge, method, "card_declined", _DECLINED)
            case Outcome.PAID_LATER | Outcome.FAILED_LATER:
                self._takes_time(intent, charge, method, settled)
            case _:
                self._arrives(intent, charge)
        match outcome:
            case Outcome.DISPUTED:
                self._disputes.open(charge)
            case Outcome.INQUIRED:
                self._disputes.open(charge, inquiry=True)
            case Outcome.WARNED:
                self._warnings.issue(charge)

    def _arrives(self, intent: Obj, charge: Obj) -> None:
        outcome = _outcome("authorized", "approved_by_network", None, "Payment complete.")
        charge.update(status="succeeded", paid=True, outcome=outcome)
        if intent["capture_method"] == "manual":
            charge["captured"] = False
            intent.update(status="requires_capture", amount_capturable=intent["amount"])
            self._events.emit("charge.succeeded", charge)
            self._events.emit("payment_intent.amount_capturable_updated", intent)
            return
        self._take(intent, charge, intent["amount"])
        self._events.emit("charge.succeeded", charge)
        self._events.emit("payment_intent.succeeded", intent)

    def _take(self, intent: Obj, charge: Obj, amount: int) -> None:
        charge.update(captured=True, amount_captured=amount)
        charge["balance_transaction"] = self._movements.charge({**charge, "amount": amount})
        intent.update(status="succeeded", amount_received=amount, amount_capturable=0)

    def _fails(self, intent: Obj, charge: Obj, method: Obj, code: str, message: str) -> None:
        reason = "generic_decline" if code == "card_declined" else code
        charge.update(
            status="failed",
            failure_code=code,
            failure_message=message,
            outcome=_outcome("issuer_declined", "declined_by_network", reason, "The bank declined."),
        )
        error = {"charge": charge["id"], "code": code, "message": message, "type": "card_error"}
        if code == "card_declined":
            error["decline_code"] = "generic_decline"
        error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        intent.update(status="requires_payment_method", payment_method=None)
        intent["last_payment_error"] = {**error, "payment_method": shown(method)}
        self._events.emit("charge.failed", charge)
        self._events.emit("payment_intent.payment_failed", intent)

    def _takes_time(self, intent: Obj, charge: Obj, method: Obj, settled: Settled | None) -> None:
        intent["status"] = "processing"
        self._events.emit("charge.pending", charge)
        self._events.emit("payment_intent.processing", intent)
        paid = method["_outcome"] is Outcome.PAID_LATER

        def known() -> None:
            if paid:
                self._arrives(intent, charge)
            else:
                self._fails(intent, charge, method, "insufficient_funds", _BOUNCED)
            if settled is not None:
                settled(paid)

        self._bank.ask(known)


def check_amount(amount: int, currency: str, param: str, what: str) -> None:
    """StripeError when so little, or so fine a fraction, cannot be charged."""
    least = LEAST.get(currency, 1)
    if amount < least:
        why = f"{what} must be at least {worded(least, currency)} {currency}"
        raise invalid(why, param, "amount_too_small")
    if amount % step(currency):
        raise invalid(f"{what} is too fine a fraction for {currency}", param, "parameter_invalid_integer")


def _unexpected(intent: Obj, verb: str) -> Exception:
    why = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
    return refused(why, "payment_intent_unexpected_state")


def _outcome(kind: str, network: str, reason: str | None, message: str) -> Obj:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": reason,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": message,
        "type": kind,
    }
