"""A Checkout Session in full, with a null for everything that nobody asked for."""

from __future__ import annotations

from typing import Any

from bot.sandbox.stripe.ids import Obj, draw


def session(asked: dict[str, Any], items: list[Obj], types: list[str], created: int, here: str) -> Obj:
    """A new, open session. `here` is the world's address, under which its page is found."""
    name = draw("cs_test_a1")
    total = sum(item["amount_total"] for item in items)
    return {
        "id": name,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": asked.get("adaptive_pricing", {}).get("enabled", False)},
        "after_expiration": None,
        "allow_promotion_codes": asked.get("allow_promotion_codes"),
        "allowed_payment_method_types": asked.get("allowed_payment_method_types"),
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": asked.get("billing_address_collection"),
        "branding_settings": _branding(asked.get("branding_settings", {})),
        "cancel_url": asked.get("cancel_url"),
        "client_reference_id": asked.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": _consent(asked.get("consent_collection")),
        "created": created,
        "currency": items[0]["currency"],
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": _custom_text(asked.get("custom_text", {})),
        "customer": None,
        "customer_account": None,
        "customer_creation": asked.get("customer_creation", "if_required"),
        "customer_details": customer(None, asked["customer_email"]) if "customer_email" in asked else None,
        "customer_email": asked.get("customer_email"),
        "discounts": [],
        "excluded_payment_method_types": asked.get("excluded_payment_method_types", []),
        "expires_at": asked["expires_at"],
        "integration_identifier": asked.get("integration_identifier"),
        "invoice": None,
        "invoice_creation": {"enabled": False, "invoice_data": _invoice()},
        "livemode": False,
        "locale": asked.get("locale"),
        "managed_payments": {"enabled": False},
        "metadata": asked.get("metadata", {}),
        "mode": "payment",
        "optional_items": None,
        "origin_context": asked.get("origin_context"),
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": asked.get("payment_method_collection", "if_required"),
        "payment_method_configuration_details": None
        if "payment_method_types" in asked
        else {"id": "pmc_1SandboxOfTheShop", "parent": None},
        "payment_method_options": _options(types, asked),
        "payment_method_types": types,
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": asked.get("submit_type"),
        "subscription": None,
        "success_url": asked["success_url"],
        "tax_id_collection": {"enabled": False, "required": "never"},
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{here}/pay/{name}",
        "wallet_options": asked.get("wallet_options"),
    }


def customer(name: str | None, email: str | None) -> Obj:
    """Who pays, as the page was told."""
    paid = name is not None
    return {
        "address": _nowhere() if paid else None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [] if paid else None,
    }


def _nowhere() -> Obj:
    return dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def _branding(asked: Obj) -> Obj:
    plain = {
        "background_color": "#ffffff",
        "border_style": "rounded",
        "button_color": "#0074d4",
        "display_name": "Sandbox Shop",
        "font_family": "default",
        "icon": None,
        "logo": None,
    }
    return plain | asked


def _consent(asked: Obj | None) -> Obj | None:
    nothing: Obj = {"payment_method_reuse_agreement": None, "promotions": None, "terms_of_service": None}
    return nothing | asked if asked else None


def _custom_text(asked: Obj) -> Obj:
    places = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
    return {place: asked.get(place) or None for place in places}


def _invoice() -> Obj:
    names = ("account_tax_ids", "custom_fields", "description", "footer", "issuer", "rendering_options")
    return {**dict.fromkeys(names), "metadata": {}}


def _options(types: list[str], asked: Obj) -> Obj:
    if "card" not in types:
        return {}
    card = asked.get("payment_method_options", {}).get("card", {})
    return {"card": {"request_three_d_secure": "automatic"} | card}
