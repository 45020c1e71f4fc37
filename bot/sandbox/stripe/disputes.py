"""Disputes: the traveller's bank takes the money back, and sometimes returns it."""

from __future__ import annotations

from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.books import Books, equal
from bot.sandbox.stripe.errors import refused
from bot.sandbox.stripe.events import Events
from bot.sandbox.stripe.ids import Obj, draw
from bot.sandbox.stripe.movements import Movements

#: Seconds in which a shop may answer.
TO_ANSWER = 8 * 86_400
_ENDED = ("won", "lost", "warning_closed")

_EVIDENCE_SPELLED = """
access_activity_log billing_address cancellation_policy cancellation_policy_disclosure
cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip
customer_signature duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id
product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation
service_date service_documentation shipping_address shipping_carrier shipping_date shipping_documentation
shipping_tracking_number uncategorized_file uncategorized_text
"""
_EVIDENCE = _EVIDENCE_SPELLED.split()


class Disputes:
    """Opens and closes them, and moves the money."""

    def __init__(self, books: Books, events: Events, clock: WorldClock, movements: Movements) -> None:
        self._books = books
        self._events = events
        self._clock = clock
        self._movements = movements

    def open(self, charge: Obj, *, inquiry: bool = False) -> Obj:
        """The bank asks; unless it only inquires, the money is gone at once."""
        dispute = self._books.disputes.put(_dispute(charge, self._clock.timestamp(), inquiry=inquiry))
        charge.update(disputed=True, _dispute=dispute["id"])
        if not inquiry:
            dispute["balance_transactions"] = [self._movements.dispute(dispute)]
        self._events.emit("charge.dispute.created", dispute)
        if not inquiry:
            self._events.emit("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def of(self, charge: Obj) -> Obj | None:
        """The charge's dispute that has not ended, or None."""
        dispute = self._books.disputes.get(charge.get("_dispute", ""))
        return None if dispute is None or dispute["status"] in _ENDED else dispute

    def end(self, dispute: Obj, status: str) -> None:
        """The bank has decided: won, lost or warning_closed."""
        dispute["status"] = status
        if status == "won":
            back = self._movements.dispute_won(dispute)
            dispute["balance_transactions"] = [*dispute["balance_transactions"], back]
        if status != "lost":
            charge = self._books.charges.get(dispute["charge"])
            if charge is not None:
                charge["_dispute"] = ""
        self._events.emit("charge.dispute.closed", dispute)
        if status == "won":
            self._events.emit("charge.dispute.funds_reinstated", dispute)

    def close(self, asked: Asked) -> Obj:
        """The shop gives in."""
        dispute = self._books.disputes.need(asked.target)
        if dispute["status"] in _ENDED:
            raise refused("This dispute is already closed.")
        self.end(dispute, "warning_closed" if dispute["status"].startswith("warning") else "lost")
        return dispute

    def update(self, asked: Asked) -> Obj:
        dispute = self._books.disputes.need(asked.target)
        before = dispute["metadata"]
        dispute["metadata"] = {**before, **asked.params.get("metadata", {})}
        self._events.emit("charge.dispute.updated", dispute, {"metadata": before})
        return dispute

    def listing(self, asked: Asked) -> Obj:
        wanted = asked.params
        return self._books.disputes.page("/v1/disputes", wanted, equal(wanted, "charge", "payment_intent"))


def _dispute(charge: Obj, created: int, *, inquiry: bool) -> Obj:
    card = {"brand": "visa", "network": "visa", "network_reason_code": "10.4"}
    card["case_type"] = "inquiry" if inquiry else "chargeback"
    by_card = charge["payment_method_details"]["type"] == "card"
    return {
        "id": draw("du_1"),
        "object": "dispute",
        "amount": charge["amount"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(_EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": created + TO_ANSWER,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        **({"payment_method_details": {"card": card, "type": "card"}} if by_card else {}),
        "reason": "fraudulent",
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
