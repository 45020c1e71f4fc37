"""Stripe Checkout: one Session for each attempt to be paid, verified events, refunds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, cast

import stripe

from services.money import Money
from services.payments import Ask, Checkout, Forged, GivenBack, Heard, PaymentError

#: Checkout speaks these; ours that it lacks (Arabic) leave the choice to the browser.
LOCALES = frozenset(
    [
        "bg",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "et",
        "fi",
        "fil",
        "fr",
        "hr",
        "hu",
        "id",
        "it",
        "ja",
        "ko",
        "lt",
        "lv",
        "ms",
        "mt",
        "nb",
        "nl",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sv",
        "th",
        "tr",
        "vi",
        "zh",
    ]
)
#: Seconds for one call.
TIMEOUT = 20.0
#: A signature may be this old, in seconds.
TOLERANCE = 300


@dataclass(frozen=True)
class Settings:
    """STRIPE_KEY (restricted: write Checkout Sessions and Refunds, read the rest), STRIPE_WEBHOOK_SECRET."""

    key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    api: str = "https://api.stripe.com"
    #: Leave out methods whose money comes days later.
    instant_only: bool = False
    timeout: float = TIMEOUT


class Stripe:
    """The official SDK, asked for what the shop needs. Our own idempotency keys, stored before each call."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = stripe.HTTPXClient(timeout=settings.timeout)
        self._client = stripe.StripeClient(
            settings.key,
            base_addresses={"api": settings.api},
            http_client=self._http,
            # A repeat is ours to decide: the same key, after the answer is known to be missing.
            max_network_retries=0,
        )

    async def ask(self, ask: Ask, key: str) -> Checkout:
        params: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": ask.order,
            "metadata": {"order": ask.order},
            "payment_intent_data": {"metadata": {"order": ask.order, "item": ask.item}},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": ask.total.currency.lower(),
                        "unit_amount": ask.total.to_stripe(),
                        "product_data": {"name": ask.title},
                    },
                }
            ],
            "expires_at": int(ask.expires_at.timestamp()),
            "success_url": ask.back,
            "cancel_url": ask.back,
            "locale": ask.locale if ask.locale in LOCALES else "auto",
        }
        if self._settings.instant_only:
            params["excluded_payment_method_types"] = ["sepa_debit", "bacs_debit", "boleto", "multibanco"]
        try:
            session = await self._client.v1.checkout.sessions.create_async(
                cast("Any", params), {"idempotency_key": key}
            )
        except stripe.StripeError as error:
            raise _ours(error) from error
        return _checkout(session)

    async def look(self, session: str) -> Checkout:
        try:
            return _checkout(await self._client.v1.checkout.sessions.retrieve_async(session))
        except stripe.StripeError as error:
            raise _ours(error) from error

    async def give_back(self, payment: str, amount: Money, key: str, order: str) -> GivenBack:
        params: Any = {
            "payment_intent": payment,
            "amount": amount.to_stripe(),
            "metadata": {"order": order, "key": key},
        }
        try:
            refund = await self._client.v1.refunds.create_async(params, {"idempotency_key": key})
        except stripe.StripeError as error:
            raise _ours(error) from error
        return _given_back(refund)

    async def look_at_refund(self, reference: str) -> GivenBack:
        try:
            return _given_back(await self._client.v1.refunds.retrieve_async(reference))
        except stripe.StripeError as error:
            raise _ours(error) from error

    async def refunds_of(self, payment: str) -> list[tuple[str | None, GivenBack, int]]:
        """(our key, state, amount in Stripe's units) of every refund of a payment, also those made elsewhere."""
        try:
            listed = await self._client.v1.refunds.list_async({"payment_intent": payment, "limit": 100})
        except stripe.StripeError as error:
            raise _ours(error) from error
        return [((r.metadata or {}).get("key"), _given_back(r), r.amount) for r in _plain(listed)]

    async def expire(self, session: str) -> None:
        try:
            await self._client.v1.checkout.sessions.expire_async(session)
        except stripe.InvalidRequestError:
            return  # it is closed already
        except stripe.StripeError as error:
            raise _ours(error) from error

    async def probe(self) -> str:
        """A read that shows whether the key works. Raises PaymentError."""
        try:
            await self._client.v1.checkout.sessions.list_async({"limit": 1})
        except stripe.StripeError as error:
            raise _ours(error) from error
        return "answers"

    def verify(self, raw: bytes, signature: str) -> Heard:
        try:
            event = stripe.Webhook.construct_event(
                raw, signature, self._settings.webhook_secret, tolerance=TOLERANCE
            ).to_dict()
            about = event["data"]["object"]
            return Heard(event["id"], event["type"], about["id"], _payment_of(about))
        except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
            raise Forged("signature") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Forged("not an event") from error

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.close_async()  # type: ignore[no-untyped-call]


def _checkout(session: Any) -> Checkout:
    """The SDK's object as our value. It is no dict, and raises for a field that is missing."""
    s = session.to_dict()
    details = s.get("customer_details") or {}
    return Checkout(
        session=s["id"],
        url=s.get("url"),
        state=cast("Literal['open', 'complete', 'expired']", s["status"]),
        paid=s["payment_status"] in ("paid", "no_payment_required"),
        order=s.get("client_reference_id"),
        amount=Money.from_stripe(s["amount_total"], s["currency"].upper()),
        payment=_id(s.get("payment_intent")),
        name=details.get("name"),
        email=details.get("email"),
    )


def _given_back(refund: Any) -> GivenBack:
    state = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}.get(refund.status, "pending")
    return GivenBack(refund.id, cast("Literal['pending', 'succeeded', 'failed']", state))


def _payment_of(about: dict[str, Any]) -> str | None:
    if about.get("object") == "payment_intent":
        return str(about["id"])
    return _id(about.get("payment_intent"))


def _id(value: Any) -> str | None:
    """Stripe gives an id, or the whole object where it was expanded."""
    return str(value["id"] if isinstance(value, dict) else value) if value else None


def _plain(listed: Any) -> list[Any]:
    return list(listed.data)


def _ours(error: stripe.StripeError) -> PaymentError:
    """Whether the same key may be tried again: not after an answer, which Stripe would only repeat."""
    match error:
        case stripe.APIConnectionError():
            return PaymentError("unreachable", again=True)
        case stripe.RateLimitError() | stripe.IdempotencyError():
            return PaymentError("busy", again=True)
        case stripe.APIError() if error.http_status == 409:
            # The same key is being answered just now.
            return PaymentError("busy", again=True)
        case stripe.AuthenticationError() | stripe.PermissionError():
            return PaymentError("key", again=False)
        case stripe.InvalidRequestError():
            return PaymentError(error.code or "invalid", again=False)
        case _:
            return PaymentError("answered_500", again=False)
