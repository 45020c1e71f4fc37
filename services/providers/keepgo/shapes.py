"""The shapes of KeepGo's answers to the questions that change nothing, as they are known from its own examples."""

from __future__ import annotations

from services.providers.shapes import Shape

_REFILL = {"title": "text", "amount_mb": "number", "amount_days": "number|null", "price_usd": "number"}
_PACKAGE = {
    "id": "number",
    # A word in one source, a number in another.
    "status": "text|number",
    "allowed_usage_kb": "number",
    "active_kb": "number",
    "remaining_usage_kb": "number",
    "validity": "number|null",
    "assigned_at": "text",
    "activated_at": "text|null",
    "terminated_at": "text|null",
    "expire_at": "text|null",
}
_FIGURES = {
    "allowed_usage_kb": "number",
    "remaining_usage_kb": "number",
    "remaining_days": "number|null",
}
_PAYMENT = {
    "created_at": "text",
    "status": "text",
    "amount": "text",
    "currency": "text",
    "type": "text",
    "invoice_hash": "text",
    "refill_amount_mb": "number|null",
    "reason": "text",
    "transaction_id": "text",
}

#: Question → the shape of its answer.
OF_THE_ACCOUNT: dict[str, Shape] = {
    "/bundles": {
        "ack": "text",
        "bundles": [
            {
                "id": "number|text",
                "type_id?": "number",
                "bundle_type": "text",
                "name": "text",
                "img": "text",
                "description?": "text",
                "coverage": ["text"],
                "privacy_ip?": "text",
                "networks?": [{"title": "text", "local_networks": ["text"], "flag": "text"}],
                "refills": [{**_REFILL, "price_usd?": "number", "price_eur?": "number"}],
            }
        ],
    },
    "/product_types": {"ack": "text", "product_types": ["text"]},
    "/countries": {"ack": "text", "countries": {"*": "text"}},
    "/network_providers": {"ack": "text", "network_providers": {"*": "text"}},
    "/esim_enabled_devices": {
        "ack": "text",
        "data": [
            {
                "type": "text",
                "brands": [{"title": "text", "models": ["text"], "exceptions": "text|null"}],
            }
        ],
    },
    "/account_balance": {"ack": "text", "account_balance": "text"},
    "/transactions": {"ack": "text", "transactions": {"data": [_PAYMENT]}},
    "/lines": {
        "ack": "text",
        "sim_cards": {
            "from": "number|null",
            "to": "number|null",
            "last_page": "number",
            "per_page": "number",
            "total": "number",
            "current_page": "number",
            "items": [
                {
                    "iccid": "text",
                    "status": "text",
                    "notes": "text|null",
                    "deactivation_date": "text|null",
                    "expired_at": "text|null",
                    **_FIGURES,
                    "bundle": "text",
                    "data_bundles": [_PACKAGE],
                }
            ],
        },
    },
}
OF_A_LINE: dict[str, Shape] = {
    "get_details": {
        "ack": "text",
        "sim_card": {
            "iccid": "text",
            "msisdn": "text|null",
            "lpa_code": "text",
            "deactivation_date": "text|null",
            **_FIGURES,
            "status": "text",
            "bundle_id": "number|text",
            "bundle": "text",
            "auto_refill_turned_on": "flag",
            "auto_refill_amount_mb": "number",
            "auto_refill_price": "number",
            "auto_refill_currency": "text",
            "auto_refill_list": [_REFILL],
            "notes": "text|null",
            "data_bundles": [_PACKAGE],
        },
    },
    "available_refills": {"ack": "text", "available_refills": [_REFILL]},
    "transactions": {"ack": "text", "transactions": {"data": [_PAYMENT]}},
    "audit_logs": {
        "ack": "text",
        "audit_logs": {
            "data": [
                {
                    "date": "text",
                    "field": "text",
                    "prior_value": "text|null",
                    "value": "text|null",
                    "user_name": "text",
                    "description": "text|null",
                }
            ]
        },
    },
}
