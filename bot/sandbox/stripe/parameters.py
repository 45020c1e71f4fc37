"""The parameters of the calls around payments: lists, intents, refunds, events, disputes, the catalog."""

from __future__ import annotations

from bot.sandbox.stripe.checks import (
    Fields,
    anything,
    choice,
    currency,
    either,
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

EXPAND: Fields = {"expand": many(text(), 20)}
NOTES: Fields = {**EXPAND, "metadata": metadata}
_SPAN = either(integer(0), shape(dict.fromkeys(("gt", "gte", "lt", "lte"), integer(0))))
PAGE: Fields = {
    **EXPAND,
    "limit": integer(1, 100),
    "starting_after": text(),
    "ending_before": text(),
}
LIST: Fields = {**PAGE, "created": _SPAN}

_PAYMENT_METHOD_TYPES_SPELLED = """
acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact billie
bizum blik boleto card cashapp crypto customer_balance eps fpx giropay grabpay ideal kakao_pay klarna
konbini kr_card link mb_way mobilepay multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco
paynow paypal paypay payto pix promptpay revolut_pay samsung_pay satispay scalapay sepa_debit sequra
sofort sunbit swish twint upi us_bank_account wechat_pay zip
"""
PAYMENT_METHOD_TYPES = _PAYMENT_METHOD_TYPES_SPELLED.split()
METHOD_TYPES = many(choice(*PAYMENT_METHOD_TYPES))

_ADDRESS = shape(dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"), text()))
SHIPPING = shape(
    {"address": _ADDRESS, "name": text(), "phone": text(), "carrier": text(), "tracking_number": text()},
    "address",
    "name",
)
BILLING = shape({"address": _ADDRESS, "email": email, "name": text(), "phone": text(), "tax_id": text()})

REFUND_CREATE: Fields = {
    **NOTES,
    "amount": integer(1),
    "charge": text(),
    "currency": currency,
    "customer": unavailable,
    "instructions_email": email,
    "origin": unavailable,
    "payment_intent": text(),
    "reason": choice("duplicate", "fraudulent", "requested_by_customer"),
    "refund_application_fee": never,
    "reverse_transfer": never,
}
REFUND_LIST: Fields = {**LIST, "charge": text(), "payment_intent": text()}
CHARGE_LIST: Fields = {**LIST, "customer": text(), "payment_intent": text(), "transfer_group": text()}
INTENT_LIST: Fields = {**LIST, "customer": text()}
DISPUTE_LIST: Fields = {**LIST, "charge": text(), "payment_intent": text()}
WARNING_LIST: Fields = {**LIST, "charge": text(), "payment_intent": text()}
EVENT_LIST: Fields = {**LIST, "delivery_success": flag, "type": text(), "types": many(text(), 20)}

_INTENT: Fields = {
    "payment_method": text(),
    "payment_method_types": METHOD_TYPES,
    "payment_method_options": anything,
    "mandate_data": anything,
    "off_session": anything,
    "receipt_email": email,
    "return_url": url,
    "setup_future_usage": choice("off_session", "on_session"),
    "shipping": SHIPPING,
    "use_stripe_sdk": flag,
    "error_on_requires_action": flag,
}
INTENT_CREATE: Fields = {
    **NOTES,
    **_INTENT,
    "amount": integer(1, MOST),
    "currency": currency,
    "automatic_payment_methods": shape({"enabled": flag, "allow_redirects": choice("always", "never")}),
    "capture_method": choice("automatic", "automatic_async", "manual"),
    "confirm": flag,
    "confirmation_method": choice("automatic", "manual"),
    "customer": unavailable,
    "description": text(1_000),
    "payment_method_data": unavailable,
    "statement_descriptor": text(22),
    "statement_descriptor_suffix": text(22),
    "transfer_group": text(),
}
INTENT_CONFIRM: Fields = {**EXPAND, **_INTENT, "client_secret": text()}
INTENT_CAPTURE: Fields = {**NOTES, "amount_to_capture": integer(1, MOST)}
INTENT_CANCEL: Fields = {
    **EXPAND,
    "cancellation_reason": choice("abandoned", "duplicate", "fraudulent", "requested_by_customer"),
}

METHOD_CREATE: Fields = {
    **NOTES,
    "type": choice("card", "sepa_debit", "us_bank_account", "bacs_debit", "au_becs_debit"),
    "allow_redisplay": choice("always", "limited", "unspecified"),
    "billing_details": BILLING,
    "card": shape(
        {"token": text(), "number": text(), "exp_month": text(), "exp_year": text(), "cvc": text()}
    ),
    "sepa_debit": shape({"iban": text()}, "iban"),
    "us_bank_account": anything,
    "bacs_debit": anything,
    "au_becs_debit": anything,
}
PRODUCT_DATA: Fields = {
    "name": text(),
    "description": text(40_000),
    "images": many(url, 8),
    "metadata": metadata,
    "tax_code": text(),
    "unit_label": text(12),
}
PRODUCT_CREATE: Fields = {
    **PRODUCT_DATA,
    **EXPAND,
    "active": flag,
    "id": text(),
    "shippable": flag,
    "url": url,
}
PRICE_CREATE: Fields = {
    **NOTES,
    "active": flag,
    "currency": currency,
    "lookup_key": text(200),
    "nickname": text(),
    "product": text(),
    "product_data": shape(PRODUCT_DATA, "name"),
    "recurring": unavailable,
    "tax_behavior": choice("exclusive", "inclusive", "unspecified"),
    "unit_amount": integer(0, MOST),
    "unit_amount_decimal": text(),
}
PAGE_CONFIRM: Fields = {"payment_method": text(), "expected_amount": integer(0)}

ENDPOINT_CREATE: Fields = {
    **NOTES,
    "api_version": text(),
    "connect": never,
    "description": text(),
    "enabled_events": many(text(), 500),
    "url": url,
}
