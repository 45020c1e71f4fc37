"""Disputes: the traveller's bank takes the money back, and sometimes returns it."""

from __future__ import annotations

from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.books import Books, equal
from bot.sandbox.stripe.errors import refused
from bot.sandbox.stripe.events import Events
from bot.sandbox.stripe.evidence import NAMES, give
from bot.sandbox.stripe.ids import Obj, draw
from bot.sandbox.stripe.movements import Movements
from bot.sandbox.stripe.warnings import Warnings

#: Seconds in which a shop may answer.
TO_ANSWER = 8 * 86_400
_ENDED = ("won", "lost", "warning_closed")


class Disputes:
    """Opens and closes them, and moves the money."""

    def __init__(
        self, books: Books, events: Events, clock: WorldClock, movements: Movements, warnings: Warnings
    ) -> None:
        self._books = books
        self._events = events
        self._clock = clock
        self._movements = movements
        self._warnings = warnings

    def open(self, charge: Obj, *, inquiry: bool = False) -> Obj:
        """The bank asks; unless it only inquires, the money is gone at once."""
        dispute = self._books.disputes.put(_dispute(charge, self._clock.timestamp(), inquiry=inquiry))
        charge.update(disputed=True, _dispute=dispute["id"])
        if not inquiry:
            dispute["balance_transactions"] = [self._movements.dispute(dispute)]
        self._events.emit("charge.dispute.created", dispute)
        if not inquiry:
            self._events.emit("charge.dispute.funds_withdrawn", dispute)
        self._warnings.answered(charge)
        if charge.get("_redacted") and not inquiry:
            # Nobody can say any more who bought it.
            self.end(dispute, "lost")
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
        """Notes, and what the shop says to the bank."""
        dispute = self._books.disputes.need(asked.target)
        if "evidence" in asked.params and dispute["status"] in _ENDED:
            raise refused("This dispute is already closed.")
        before = {name: dispute[name] for name in ("metadata", "evidence", "evidence_details", "status")}
        submitted = give(dispute, asked.params)
        dispute["metadata"] = {**before["metadata"], **asked.params.get("metadata", {})}
        if submitted:
            inquiry = dispute["status"].startswith("warning")
            dispute["status"] = "warning_under_review" if inquiry else "under_review"
        changed = {name: value for name, value in before.items() if value != dispute[name]}
        self._events.emit("charge.dispute.updated", dispute, changed)
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
        "evidence": {**dict.fromkeys(NAMES), "enhanced_evidence": {}},
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
