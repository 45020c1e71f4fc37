"""What happens at Stripe's side without the shop's programs: clicks in the dashboard, and banks."""

from __future__ import annotations

from bot.sandbox.stripe.books import Books
from bot.sandbox.stripe.checkout import Checkout
from bot.sandbox.stripe.disputes import Disputes
from bot.sandbox.stripe.ids import Obj
from bot.sandbox.stripe.payer import Payer
from bot.sandbox.stripe.refunds import Refunds
from bot.sandbox.stripe.warnings import Warnings


class Dashboard:
    """Each act names a session; LookupError when there is none, ValueError when things do not stand so."""

    def __init__(
        self,
        books: Books,
        payer: Payer,
        checkout: Checkout,
        refunds: Refunds,
        disputes: Disputes,
        warnings: Warnings,
    ) -> None:
        self._books = books
        self._payer = payer
        self._checkout = checkout
        self._refunds = refunds
        self._disputes = disputes
        self._warnings = warnings

    def expire(self, name: str) -> None:
        """Close an open session."""
        found = self._payer.session(name)
        if found["status"] != "open":
            raise ValueError(f"this checkout session is not open but {found['status']}")
        self._checkout.end(found)

    def refund(self, name: str, amount: int | None = None) -> Obj:
        """Give back so much of the payment, in the currency's smallest unit; without it all that is left."""
        charge = self._paid(name)
        if charge.get("_dispute"):
            raise ValueError("this payment is disputed, and a disputed payment cannot be refunded")
        left = charge["amount"] - charge["amount_refunded"]
        if left == 0:
            raise ValueError("this payment has been refunded already")
        if amount is not None and not 0 < amount <= left:
            raise ValueError(f"at most {left} of this payment can be refunded")
        return self._refunds.give(charge, amount or left, {"reason": "requested_by_customer"})

    def refund_fails(self, name: str) -> None:
        """The bank returns the newest refund; without one that stands, one is made first."""
        charge = self._paid(name)
        standing = [one for one in self._refunds.of(charge) if one["status"] in ("succeeded", "pending")]
        self._refunds.fail(standing[-1] if standing else self.refund(name))

    def fraud_warning(self, name: str) -> None:
        """The card's network fears that somebody else paid."""
        charge = self._paid(name)
        if charge["payment_method_details"]["type"] != "card":
            raise ValueError("only cards are warned about")
        self._warnings.issue(charge)

    def dispute(self, name: str, *, inquiry: bool = False) -> None:
        """The traveller's bank takes the money back; with `inquiry` it only asks."""
        charge = self._paid(name)
        if charge["disputed"]:
            raise ValueError("this payment has been disputed already")
        if charge["refunded"]:
            raise ValueError("this payment has been refunded, so there is nothing to dispute")
        self._disputes.open(charge, inquiry=inquiry)

    def dispute_won(self, name: str) -> None:
        """The bank finds for the shop, and the money returns."""
        self._disputes.end(self._disputed(name), "won")

    def dispute_lost(self, name: str) -> None:
        """The bank finds for the traveller."""
        self._disputes.end(self._disputed(name), "lost")

    def inquiry_closed(self, name: str) -> None:
        """The bank has its answer, and takes nothing."""
        self._disputes.end(self._disputed(name), "warning_closed")

    def _disputed(self, name: str) -> Obj:
        dispute = self._disputes.of(self._paid(name))
        if dispute is None:
            raise ValueError("this payment has no open dispute")
        return dispute

    def _paid(self, name: str) -> Obj:
        found = self._payer.session(name)
        intent = self._books.intents.get(found["payment_intent"] or "")
        charge = self._books.charges.get((intent and intent["latest_charge"]) or "")
        if charge is None or charge["status"] != "succeeded":
            raise ValueError("this checkout session has not been paid")
        return charge
