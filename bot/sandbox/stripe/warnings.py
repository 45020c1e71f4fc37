"""Early fraud warnings: a card's network fears that somebody else paid with it."""

from __future__ import annotations

from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.books import Books, equal
from bot.sandbox.stripe.events import Events
from bot.sandbox.stripe.ids import Obj, draw


class Warnings:
    """Issues them; one that is answered by a refund or a dispute asks for nothing any more."""

    def __init__(self, books: Books, events: Events, clock: WorldClock) -> None:
        self._books = books
        self._events = events
        self._clock = clock

    def issue(self, charge: Obj) -> Obj:
        """The network warns about a charge."""
        warning = self._books.warnings.put(
            {
                "id": draw("issfr_1"),
                "object": "radar.early_fraud_warning",
                "actionable": not (charge["refunded"] or charge["disputed"]),
                "charge": charge["id"],
                "created": self._clock.timestamp(),
                "fraud_type": "unauthorized_use_of_card",
                "livemode": False,
                "payment_intent": charge["payment_intent"],
            }
        )
        self._events.emit("radar.early_fraud_warning.created", warning)
        return warning

    def answered(self, charge: Obj) -> None:
        """The charge was refunded in whole, or disputed."""
        for warning in self._books.warnings.oldest_first():
            if warning["charge"] == charge["id"] and warning["actionable"]:
                warning["actionable"] = False
                self._events.emit("radar.early_fraud_warning.updated", warning, {"actionable": True})

    def listing(self, asked: Asked) -> Obj:
        url, wanted = "/v1/radar/early_fraud_warnings", asked.params
        return self._books.warnings.page(url, wanted, equal(wanted, "charge", "payment_intent"))
