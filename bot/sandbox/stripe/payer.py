"""The traveller at the Checkout page: which ways to pay it offers, and what comes of each."""

from __future__ import annotations

from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.books import Books
from bot.sandbox.stripe.checkout import Checkout
from bot.sandbox.stripe.currencies import BANK_DEBIT
from bot.sandbox.stripe.errors import missing, refused
from bot.sandbox.stripe.ids import Obj, draw
from bot.sandbox.stripe.methods import Methods, Outcome, billing

#: What can be chosen on the page: the kind of method ("": the currency's bank debit), and what comes of it.
WAYS = {
    "card": ("card", Outcome.PAID),
    "declined": ("card", Outcome.DECLINED),
    "delayed-ok": ("", Outcome.PAID_LATER),
    "delayed-fail": ("", Outcome.FAILED_LATER),
}
#: Who pays when nobody says who.
SOMEBODY = "Sam Traveller"


class Payer:
    """Pays sessions, as the page does and as Stripe's own tool does."""

    def __init__(self, books: Books, clock: WorldClock, checkout: Checkout, methods: Methods) -> None:
        self._books = books
        self._clock = clock
        self._checkout = checkout
        self._methods = methods

    def session(self, name: str) -> Obj:
        """The session, as it stands by now; LookupError when there is none."""
        self._checkout.end_due()
        found = self._books.sessions.get(name)
        if found is None:
            raise LookupError("there is no such checkout session")
        return found

    def ways(self, found: Obj) -> list[str]:
        """What the page offers for this session."""
        return [way for way in WAYS if _kind(found, way) in found["payment_method_types"]]

    def pay(self, name: str, way: str, who: str | None, email: str | None) -> Obj:
        """Pay; returns the session. LookupError or ValueError, with a sentence, when it cannot be."""
        found = self.session(name)
        if way not in WAYS:
            raise ValueError(f"there is no way to pay called {way!r}")
        if found["status"] == "expired":
            raise ValueError("this checkout session has expired")
        if found["status"] == "complete":
            raise ValueError("this checkout session is complete already")
        if way not in self.ways(found):
            raise ValueError("this checkout session does not offer that way to pay")
        mail = email or found["customer_email"] or f"traveller-{name[-6:].lower()}@example.com"
        method = self._methods.make(_kind(found, way), WAYS[way][1], billing(who or SOMEBODY, mail), {})
        self._checkout.pay(found, method)
        return found

    def page(self, asked: Asked) -> Obj:
        """The page as Stripe's own tool looks at it."""
        return self._page(self._books.sessions.need(asked.target))

    def confirm(self, asked: Asked) -> Obj:
        """The page as Stripe's own tool pays it."""
        found = self._books.sessions.need(asked.target)
        if "payment_method" not in asked.params:
            raise missing("payment_method")
        method = self._methods.named(asked.params["payment_method"])
        if found["status"] != "open":
            raise refused(f"This Checkout Session is {found['status']}.", "checkout_not_active_session")
        if asked.params.get("expected_amount", found["amount_total"]) != found["amount_total"]:
            raise refused("The amount of this Checkout Session has changed.", "checkout_amount_mismatch")
        if method["type"] not in found["payment_method_types"]:
            raise refused("This payment method is not offered.", "payment_method_not_available")
        self._checkout.pay(found, method)
        return self._page(found)

    def _page(self, found: Obj) -> Obj:
        return {
            "id": draw("ppage_1"),
            "object": "checkout.session",
            "session_id": found["id"],
            "status": found["status"],
            "payment_status": found["payment_status"],
            "currency": found["currency"],
            "amount_total": found["amount_total"],
            "livemode": False,
            "created": self._clock.timestamp(),
        }


def _kind(found: Obj, way: str) -> str:
    return WAYS[way][0] or BANK_DEBIT.get(found["currency"], "none")
