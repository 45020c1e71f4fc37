"""Who may do what: the account's secret key, and a restricted one with just what a shop's bot needs."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest

from bot.sandbox import credentials
from bot.sandbox.stripe.errors import StripeError
from bot.sandbox.stripe.ids import ACCOUNT

#: The first part of a call's name → what the restricted key may do there. What is not here is forbidden to it.
GRANTED = {
    "checkout": "write",
    "refunds": "write",
    "disputes": "write",
    "charges": "read",
    "payment_intents": "read",
    "balance_transactions": "read",
    "radar": "read",
    "redaction_jobs": "write",
}
_READS = ("list", "retrieve", "line_items")
#: As Stripe calls the permissions.
_RESOURCES = {
    "checkout": "checkout_session",
    "refunds": "charge",
    "charges": "charge",
    "disputes": "dispute",
    "payment_intents": "payment_intent",
    "balance_transactions": "balance",
    "redaction_jobs": "redaction_job",
    "radar": "radar_early_fraud_warning",
}


def check(given: str, call: str, granted: Mapping[str, str] = GRANTED) -> None:
    """StripeError unless this key may make this call. `granted`: what the restricted key may do."""
    if compare_digest(given.encode(), credentials.STRIPE_KEY.encode()):
        return
    if not compare_digest(given.encode(), credentials.STRIPE_RESTRICTED_KEY.encode()):
        raise StripeError(f"Invalid API Key provided: {_masked(given)}", status=401)
    part, _, verb = call.partition(".")
    wanted = "read" if verb.rpartition(".")[2] in _READS else "write"
    if granted.get(part) not in (wanted, "write"):
        needed = f"rak_{_RESOURCES.get(part, part.rstrip('s'))}_{wanted}"
        raise StripeError(
            f"The provided key '{_masked(given)}' does not have the required permissions for this endpoint on "
            f"account '{ACCOUNT}'. Having the '{needed}' permission would allow this request to continue.",
            status=403,
            code="more_permissions_required",
        )


def _masked(key: str) -> str:
    return f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 16 else "*" * len(key)
