"""PaymentIntents, charges and refunds in full, with a null for everything that nobody asked for."""

from __future__ import annotations

from typing import Any

from bot.sandbox.stripe.ids import Obj, draw, letters


def intent(asked: dict[str, Any], created: int) -> Obj:
    """A new PaymentIntent that waits for somebody to pay."""
    name = draw("pi_3")
    types = asked.get("payment_method_types", ["card"])
    automatic = asked.get("automatic_payment_methods")
    return {
        "id": name,
        "object": "payment_intent",
        "allowed_payment_method_types": None,
        "amount": asked["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True} if automatic else None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": asked.get("capture_method", "automatic_async"),
        "client_secret": f"{name}_secret_{letters(25)}",
        "confirmation_method": asked.get("confirmation_method", "automatic"),
        "created": created,
        "currency": asked["currency"],
        "customer": None,
        "customer_account": None,
        "description": asked.get("description"),
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": None,
        "metadata": asked.get("metadata", {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": asked.get("payment_method"),
        "payment_method_configuration_details": None,
        "payment_method_options": _options(types, asked.get("payment_method_options", {})),
        "payment_method_types": types,
        "processing": None,
        "receipt_email": asked.get("receipt_email"),
        "review": None,
        "setup_future_usage": asked.get("setup_future_usage"),
        "shipping": _shipping(asked.get("shipping")),
        "source": None,
        "statement_descriptor": asked.get("statement_descriptor"),
        "statement_descriptor_suffix": asked.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": asked.get("transfer_group"),
    }


def charge(paid: Obj, method: Obj, created: int) -> Obj:
    """An attempt to take the money of an intent with a payment method; pending until it is known."""
    name = draw("ch_3" if method["type"] == "card" else "py_3")
    details = method["_details"]
    if method["type"] == "card" and asks_holder(paid):
        details = {**details, "three_d_secure": _three_d_secure()}
    return {
        "id": name,
        "object": "charge",
        "amount": paid["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX SHOP",
        "captured": True,
        "created": created,
        "currency": paid["currency"],
        "customer": None,
        "description": paid["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(paid["metadata"]),
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": paid["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": method["type"], method["type"]: details},
        "radar_options": {},
        "receipt_email": paid["receipt_email"],
        "receipt_number": None,
        "receipt_url": f"https://pay.stripe.com/receipts/payment/{letters(40)}",
        "refunded": False,
        "review": None,
        "shipping": paid["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": paid["statement_descriptor"],
        "statement_descriptor_suffix": paid["statement_descriptor_suffix"],
        "status": "pending",
        "transfer_data": None,
        "transfer_group": paid["transfer_group"],
    }


def refund(paid: Obj, amount: int, asked: dict[str, Any], created: int) -> Obj:
    """Money on its way back from a charge."""
    kind = paid["payment_method_details"]["type"]
    return {
        "id": draw("re_3"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": paid["id"],
        "created": created,
        "currency": paid["currency"],
        "customer": None,
        "customer_account": None,
        "destination_details": {"type": kind, **({"card": _destination()} if kind == "card" else {})},
        "metadata": asked.get("metadata", {}),
        "payment_intent": paid["payment_intent"],
        "payment_method": paid["payment_method"],
        "reason": asked.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded" if kind == "card" else "pending",
        "transfer_reversal": None,
    }


def _destination() -> Obj:
    return {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}


def asks_holder(intent: Obj) -> bool:
    """Whether the card's bank is to ask its holder, whatever it would do by itself."""
    card = intent["payment_method_options"].get("card", {})
    return card.get("request_three_d_secure") in ("any", "challenge")


def _three_d_secure() -> Obj:
    """The holder was asked, and said yes."""
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": letters(20),
        "version": "2.2.0",
    }


def _options(types: list[str], asked: Obj) -> Obj:
    plain: Obj = {
        "installments": None,
        "mandate_options": None,
        "network": None,
        "request_three_d_secure": asked.get("card", {}).get("request_three_d_secure", "automatic"),
    }
    return {kind: plain if kind == "card" else {} for kind in types}


def _shipping(asked: Obj | None) -> Obj | None:
    if asked is None:
        return None
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {
        "carrier": None,
        "phone": None,
        "tracking_number": None,
        **asked,
        "address": address | asked["address"],
    }
