"""The parameters of a Checkout Session, and which of them this world can act on."""

from __future__ import annotations

from bot.sandbox.stripe.checks import (
    Fields,
    choice,
    currency,
    email,
    flag,
    integer,
    many,
    metadata,
    never,
    shape,
    text,
    unavailable,
    url,
)
from bot.sandbox.stripe.currencies import MOST
from bot.sandbox.stripe.parameters import LIST, METHOD_TYPES, PRODUCT_DATA, SHIPPING

#: https://docs.stripe.com/api/checkout/sessions/create: no Arabic, no Hebrew, no Ukrainian among them.
_LOCALES_SPELLED = """
auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt
pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW
"""
LOCALES = _LOCALES_SPELLED.split()

_PRICE_DATA = shape(
    {
        "currency": currency,
        "product": text(),
        "product_data": shape(PRODUCT_DATA, "name"),
        "recurring": unavailable,
        "tax_behavior": choice("exclusive", "inclusive", "unspecified"),
        "unit_amount": integer(0, MOST),
        "unit_amount_decimal": text(),
    },
    "currency",
)
_LINE = shape(
    {
        "adjustable_quantity": shape({"enabled": never, "maximum": integer(), "minimum": integer()}),
        "metadata": metadata,
        "price": text(),
        "price_data": _PRICE_DATA,
        "quantity": integer(1, 999_999),
        "tax_rates": unavailable,
    }
)
_INTENT_DATA = shape(
    {
        "capture_method": choice("automatic", "automatic_async"),
        "description": text(1_000),
        "metadata": metadata,
        "receipt_email": email,
        "setup_future_usage": choice("off_session", "on_session"),
        "shipping": SHIPPING,
        "statement_descriptor": text(22),
        "statement_descriptor_suffix": text(22),
        "transfer_group": text(),
        **dict.fromkeys(("application_fee_amount", "on_behalf_of", "transfer_data"), unavailable),
    }
)
_SAID = shape({"message": text(1_200)}, "message")
_CARD_OPTIONS = shape({"request_three_d_secure": choice("any", "automatic", "challenge")})

_TOLD: Fields = {
    "adaptive_pricing": shape({"enabled": flag}),
    "allow_promotion_codes": flag,
    "automatic_tax": shape({"enabled": never, "liability": unavailable}, "enabled"),
    "billing_address_collection": choice("auto", "required"),
    "branding_settings": shape(
        {
            "background_color": text(7),
            "border_style": choice("pill", "rectangular", "rounded"),
            "button_color": text(7),
            "display_name": text(),
            "font_family": text(),
            "icon": unavailable,
            "logo": unavailable,
        }
    ),
    "consent_collection": shape(
        {
            "payment_method_reuse_agreement": unavailable,
            "promotions": choice("auto", "none"),
            "terms_of_service": choice("none", "required"),
        }
    ),
    "custom_text": shape(
        dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance"), _SAID)
    ),
    "customer_creation": choice("always", "if_required"),
    "integration_identifier": text(200),
    "invoice_creation": shape({"enabled": never, "invoice_data": unavailable}, "enabled"),
    "managed_payments": shape({"enabled": never}),
    "origin_context": choice("mobile_app", "web"),
    "payment_method_collection": choice("always", "if_required"),
    "payment_method_options": shape({"card": _CARD_OPTIONS}),
    "phone_number_collection": shape({"enabled": never}, "enabled"),
    "submit_type": choice("auto", "book", "donate", "pay", "subscribe"),
    "tax_id_collection": shape({"enabled": never, "required": choice("if_supported", "never")}, "enabled"),
    "wallet_options": shape({"link": shape({"display": choice("auto", "never")})}),
}
_NOT_HERE = (
    "after_expiration",
    "custom_fields",
    "customer_account",
    "customer_update",
    "discounts",
    "name_collection",
    "optional_items",
    "payment_method_configuration",
    "payment_method_data",
    "permissions",
    "redirect_on_completion",
    "return_url",
    "saved_payment_method_options",
    "setup_intent_data",
    "shipping_address_collection",
    "shipping_options",
    "subscription_data",
)

SESSION_CREATE: Fields = {
    **_TOLD,
    **dict.fromkeys(_NOT_HERE, unavailable),
    "allowed_payment_method_types": METHOD_TYPES,
    "cancel_url": url,
    "client_reference_id": text(200),
    "currency": currency,
    "customer": text(),
    "customer_email": email,
    "excluded_payment_method_types": METHOD_TYPES,
    "expand": many(text(), 20),
    "expires_at": integer(0),
    "line_items": many(_LINE),
    "locale": choice(*LOCALES),
    "metadata": metadata,
    "mode": choice("payment", "setup", "subscription"),
    "payment_intent_data": _INTENT_DATA,
    "payment_method_types": METHOD_TYPES,
    "success_url": url,
    "ui_mode": choice("elements", "embedded_page", "form", "hosted_page"),
}
SESSION_LIST: Fields = {
    **LIST,
    "customer": text(),
    "customer_details": shape({"email": email}, "email"),
    "payment_intent": text(),
    "payment_link": text(),
    "status": choice("complete", "expired", "open"),
    "subscription": text(),
}
