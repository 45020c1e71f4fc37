"""The shop's own account, as far as a program asks for it."""

from __future__ import annotations

from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.ids import ACCOUNT, Obj


def account(_asked: Asked) -> Obj:
    """An account that may do everything."""
    return {
        "id": ACCOUNT,
        "object": "account",
        "business_profile": {
            "annual_revenue": None,
            "estimated_worker_count": None,
            "mcc": "4814",
            "minority_owned_business_designation": None,
            "name": "Sandbox Shop",
            "support_address": None,
            "support_email": None,
            "support_phone": None,
            "support_url": None,
            "url": None,
        },
        "business_type": "company",
        "capabilities": {"card_payments": "active", "sepa_debit_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "FR",
        "default_currency": "eur",
        "details_submitted": True,
        "email": "shop@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {
            "branding": dict.fromkeys(("icon", "logo", "primary_color", "secondary_color")),
            "card_payments": {
                "statement_descriptor_prefix": None,
                "statement_descriptor_prefix_kana": None,
                "statement_descriptor_prefix_kanji": None,
            },
            "dashboard": {"display_name": "Sandbox Shop", "timezone": "Etc/UTC"},
            "payments": {"statement_descriptor": "SANDBOX SHOP"},
        },
        "type": "standard",
    }
