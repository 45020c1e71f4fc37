"""What Stripe says, as our values. Everything comes in as plain dicts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, cast

from services.money import Money
from services.payments import Checkout, Contested, GivenBack, Payment, Received, Suspected

_DID_NOT_COME = ("requires_payment_method", "canceled")
_REFUND = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}
_DISPUTE = {"won": "won", "lost": "lost", "warning_closed": "closed", "prevented": "closed"}


def checkout(session: dict[str, Any]) -> Checkout:
    """A Checkout Session; only its intent, where that was expanded, tells of a delayed payment that failed."""
    details = session.get("customer_details") or {}
    intent = session.get("payment_intent")
    unpaid = session["status"] == "complete" and session["payment_status"] == "unpaid"
    return Checkout(
        session=session["id"],
        url=session.get("url"),
        state=cast("Literal['open', 'complete', 'expired']", session["status"]),
        paid=session["payment_status"] in ("paid", "no_payment_required"),
        order=session.get("client_reference_id"),
        amount=_amount(session, "amount_total"),
        payment=id_of(intent),
        failed=unpaid and isinstance(intent, dict) and intent["status"] in _DID_NOT_COME,
        name=details.get("name"),
        email=details.get("email"),
    )


def given_back(refund: dict[str, Any]) -> GivenBack:
    """A Refund. What is neither there nor failed is on its way."""
    state = _REFUND.get(refund["status"] or "", "pending")
    return GivenBack(
        refund["id"],
        cast("Literal['pending', 'succeeded', 'failed']", state),
        _amount(refund, "amount"),
        id_of(refund.get("payment_intent")),
        (refund.get("metadata") or {}).get("key"),
    )


def received(intent: dict[str, Any], moved: dict[str, Any] | None) -> Received:
    """A PaymentIntent with its charge, and the movement of money behind that, which may come later."""
    charge = intent.get("latest_charge") or {}
    billing = charge.get("billing_details") or {}
    address = billing.get("address") or {}
    town = " ".join(part for part in (address.get("postal_code"), address.get("city")) if part)
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    return Received(
        fee=_amount(moved, "fee") if moved else None,
        name=billing.get("name"),
        address=tuple(filter(None, (address.get("line1"), address.get("line2"), town, address.get("state")))),
        country=address.get("country"),
        card_country=card.get("country"),
    )


def contested(dispute: dict[str, Any]) -> Contested:
    """A Dispute. An inquiry takes no money; whether it was taken is told by the movements."""
    state = cast("Literal['open', 'won', 'lost', 'closed']", _DISPUTE.get(dispute["status"], "open"))
    # The movements may be in another currency than the payment: only their direction counts.
    moved = sum(movement["amount"] for movement in dispute.get("balance_transactions") or ())
    by = (dispute.get("evidence_details") or {}).get("due_by")
    return Contested(
        reference=dispute["id"],
        payment=id_of(dispute.get("payment_intent")),
        amount=_amount(dispute, "amount"),
        state=state,
        taken=state == "lost" or (state == "open" and moved < 0),
        reason=dispute["reason"],
        answer_by=moment(by) if by else None,
    )


def suspected(warning: dict[str, Any]) -> Suspected:
    """An early fraud warning."""
    return Suspected(warning["id"], id_of(warning.get("payment_intent")), bool(warning["actionable"]))


def payment(intent: dict[str, Any], charges: list[dict[str, Any]]) -> Payment:
    """A PaymentIntent with its charges. A bank debit that bounces is nobody trying cards."""
    return Payment(
        intent["id"],
        intent["status"] == "succeeded",
        (intent.get("metadata") or {}).get("order"),
        tuple(
            (charge["id"], moment(charge["created"]))
            for charge in charges
            if charge["status"] == "failed"
            and (charge.get("payment_method_details") or {}).get("type") == "card"
        ),
    )


def moment(seconds: int) -> datetime:
    """Stripe's time."""
    return datetime.fromtimestamp(seconds, UTC)


def id_of(value: Any) -> str | None:
    """Stripe gives an id, or the whole object where it was expanded."""
    return str(value["id"] if isinstance(value, dict) else value) if value else None


def _amount(of: dict[str, Any], name: str) -> Money:
    return Money.from_stripe(of[name], of["currency"].upper())
