"""What a shop may say in a dispute, and when it has said its last word."""

from __future__ import annotations

from typing import Any

from bot.sandbox.stripe.checks import Fields, email, flag, metadata, shape, text, unavailable
from bot.sandbox.stripe.errors import invalid
from bot.sandbox.stripe.ids import Obj
from bot.sandbox.stripe.parameters import EXPAND

#: Characters of one field, and of all together. https://docs.stripe.com/api/disputes/update
LONGEST, LONGEST_OF_ALL = 20_000, 150_000

_TEXTS_SPELLED = """
access_activity_log billing_address cancellation_policy_disclosure cancellation_rebuttal
customer_name customer_purchase_ip duplicate_charge_explanation duplicate_charge_id product_description
refund_policy_disclosure refund_refusal_explanation service_date shipping_address shipping_carrier
shipping_date shipping_tracking_number uncategorized_text
"""
_FILES_SPELLED = """
cancellation_policy customer_communication customer_signature duplicate_charge_documentation receipt
refund_policy service_documentation shipping_documentation uncategorized_file
"""
TEXTS, FILES = _TEXTS_SPELLED.split(), _FILES_SPELLED.split()
#: Everything of a dispute's evidence, as it is answered.
NAMES = sorted([*TEXTS, *FILES, "customer_email_address"])

_GIVEN = shape(
    {
        **dict.fromkeys(TEXTS, text(LONGEST)),
        **dict.fromkeys([*FILES, "enhanced_evidence"], unavailable),
        "customer_email_address": email,
    }
)
DISPUTE_UPDATE: Fields = {**EXPAND, "metadata": metadata, "evidence": _GIVEN, "submit": flag}


def give(dispute: Obj, asked: dict[str, Any]) -> bool:
    """Take in what was said; whether it goes to the bank now. StripeError when it is too much."""
    said = asked.get("evidence")
    if said is None:
        return False
    kept = {**dispute["evidence"], **said}
    if sum(len(value) for value in kept.values() if isinstance(value, str)) > LONGEST_OF_ALL:
        raise invalid(
            f"The combined character count of all evidence must be at most {LONGEST_OF_ALL}.", "evidence"
        )
    dispute["evidence"] = kept
    dispute["evidence_details"] = {**dispute["evidence_details"], "has_evidence": True}
    if not asked.get("submit", True):
        return False
    details = dispute["evidence_details"]
    dispute["evidence_details"] = {**details, "submission_count": details["submission_count"] + 1}
    return True
