"""What the shop's restricted key must be allowed, and a harmless call that shows whether it is."""

from __future__ import annotations

from dataclasses import dataclass

from services.payments.stripe.client import Stripe

#: Names nothing: a call that would change something finds nothing to change.
_NONE = "none_doctor"


@dataclass(frozen=True)
class Permission:
    """As the dashboard calls it, with a call that needs it."""

    name: str
    verb: str
    path: str


NEEDED = (
    Permission("Checkout Sessions: write", "post", f"/v1/checkout/sessions/cs_{_NONE}/expire"),
    Permission("Checkout Sessions: read", "get", "/v1/checkout/sessions?limit=1"),
    Permission("Charges and Refunds: write", "post", f"/v1/refunds/re_{_NONE}"),
    Permission("Charges and Refunds: read", "get", "/v1/refunds?limit=1"),
    Permission("Charges and Refunds: read (charges)", "get", "/v1/charges?limit=1"),
    Permission("Payment Intents: read", "get", "/v1/payment_intents?limit=1"),
    Permission("Balance: read", "get", f"/v1/balance_transactions/txn_{_NONE}"),
    Permission("Disputes: write", "post", f"/v1/disputes/du_{_NONE}"),
    Permission("Disputes: read", "get", "/v1/disputes?limit=1"),
    Permission("Redaction Jobs: write", "post", f"/v1/privacy/redaction_jobs/prj_{_NONE}/cancel"),
    Permission("Radar early fraud warnings: read", "get", "/v1/radar/early_fraud_warnings?limit=1"),
)


async def lacking(client: Stripe) -> list[str]:
    """The permissions that the key does not have. Nothing is changed by asking. Raises PaymentError."""
    return [one.name for one in NEEDED if not await client.permitted(one.verb, one.path)]
