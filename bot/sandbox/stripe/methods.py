"""Payment methods: cards and bank accounts for tests, each with what will come of paying by it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.books import Books
from bot.sandbox.stripe.errors import missing
from bot.sandbox.stripe.ids import Obj, draw, letters


class Outcome(StrEnum):
    """What comes of an attempt to pay."""

    PAID = "paid"
    DECLINED = "declined"
    PAID_LATER = "paid later"
    FAILED_LATER = "failed later"
    ASKED_BACK = "authentication required"
    DISPUTED = "paid, then disputed"
    INQUIRED = "paid, then asked about"
    WARNED = "paid, then feared to be fraud"


#: Tokens and ready-made methods that fail; every other one pays. https://docs.stripe.com/testing
_TOKENS = {
    "tok_chargeDeclined": Outcome.DECLINED,
    "tok_visa_chargeDeclined": Outcome.DECLINED,
    "tok_authenticationRequired": Outcome.ASKED_BACK,
    "tok_createDispute": Outcome.DISPUTED,
    "tok_createDisputeInquiry": Outcome.INQUIRED,
    "tok_createIssuerFraudRecord": Outcome.WARNED,
}
_NUMBERS = {
    "4000000000000002": Outcome.DECLINED,
    "4000000000000259": Outcome.DISPUTED,
    "4000000000001976": Outcome.INQUIRED,
    "4000000000005423": Outcome.WARNED,
}
#: The ends of bank accounts for tests from which no money comes.
_FAILING_IBANS = ("0235473202", "0235473205", "1101000000123456")


class Methods:
    """Makes payment methods, and knows the ready-made ones by name."""

    def __init__(self, books: Books, clock: WorldClock) -> None:
        self._books = books
        self._clock = clock

    def create(self, asked: Asked) -> Obj:
        wanted = asked.params
        if "type" not in wanted:
            raise missing("type")
        kind = wanted["type"]
        given = wanted.get(kind, {})
        return self.make(kind, _outcome(kind, given), _billing(wanted.get("billing_details", {})), wanted)

    def named(self, name: str, param: str = "payment_method") -> Obj:
        """The method with this id; `pm_card_…` names a fresh card for tests."""
        if name.startswith("pm_card_") and self._books.methods.get(name) is None:
            outcome = _TOKENS.get(f"tok_{name.removeprefix('pm_card_')}", Outcome.PAID)
            return self.make("card", outcome, _billing({}), {})
        return self._books.methods.need(name, param)

    def make(self, kind: str, outcome: Outcome, billing: Obj, wanted: dict[str, Any]) -> Obj:
        """A new method of that kind."""
        own, details = _card() if kind == "card" else _bank_account(kind)
        method = {
            "id": draw("pm_1"),
            "object": "payment_method",
            "allow_redisplay": wanted.get("allow_redisplay", "unspecified"),
            "billing_details": billing,
            "created": self._clock.timestamp(),
            "customer": None,
            "customer_account": None,
            "livemode": False,
            "metadata": wanted.get("metadata", {}),
            "type": kind,
            kind: own,
            "_details": details,
            "_outcome": outcome,
        }
        return self._books.methods.put(method)


def billing(name: str | None, email: str | None) -> Obj:
    """Billing details of somebody who said no more than this."""
    return _billing({"name": name, "email": email})


def _billing(given: Obj) -> Obj:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    plain = {"email": None, "name": None, "phone": None, "tax_id": None}
    return {**plain, **given, "address": address | given.get("address", {})}


def _outcome(kind: str, given: Any) -> Outcome:
    if kind == "card":
        number = str(given.get("number", "")).replace(" ", "")
        return _NUMBERS.get(number) or _TOKENS.get(given.get("token", ""), Outcome.PAID)
    iban = str(given.get("iban", "")) if isinstance(given, dict) else ""
    return Outcome.FAILED_LATER if iban.endswith(_FAILING_IBANS) else Outcome.PAID_LATER


def _card() -> tuple[Obj, Obj]:
    """A card as the method has it, and as the charge tells it."""
    checks = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}
    both = {
        "brand": "visa",
        "checks": checks,
        "country": "FR",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": letters(16),
        "funding": "credit",
        "last4": "4242",
        "regulated_status": "unregulated",
        "wallet": None,
    }
    own = {
        **both,
        "display_brand": "visa",
        "generated_from": None,
        "networks": {"available": ["visa"], "preferred": None},
        "three_d_secure_usage": {"supported": True},
    }
    told = {
        **both,
        "authorization_code": "123456",
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": "visa",
        "network_token": {"used": False},
        "network_transaction_id": "104000000000000",
        "three_d_secure": None,
    }
    return own, told


def _bank_account(kind: str) -> tuple[Obj, Obj]:
    """A bank account as the method has it, and as the charge tells it."""
    print_, last4 = letters(16), "3201"
    match kind:
        case "sepa_debit":
            both: Obj = {"bank_code": "19043", "branch_code": "", "country": "AT", "fingerprint": print_}
            return {**both, "generated_from": None, "last4": last4}, {**both, "last4": last4, "mandate": None}
        case "us_bank_account":
            both = {
                "account_holder_type": "individual",
                "account_type": "checking",
                "bank_name": "STRIPE TEST BANK",
                "fingerprint": print_,
                "last4": "6789",
                "routing_number": "110000000",
            }
            own: Obj = {"financial_connections_account": None, "networks": None, "status_details": {}}
            return both | own, {**both, "payment_reference": None}
        case "bacs_debit":
            both = {"fingerprint": print_, "last4": "2345", "sort_code": "108800"}
            return both, {**both, "mandate": None}
        case _:
            both = {"bsb_number": "000000", "fingerprint": print_, "last4": "3456"}
            return both, {**both, "mandate": None}
