"""Stripe, asked for what the shop needs: places to pay, the truth about what happened, money back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import stripe

from services.money import Money
from services.payments import (
    Ask,
    Checkout,
    Contested,
    GivenBack,
    Heard,
    Made,
    Page,
    Payment,
    PaymentError,
    Received,
    Redaction,
    Seen,
    Suspected,
)
from services.payments.stripe import reading, redaction
from services.payments.stripe.settings import Settings
from services.payments.stripe.signature import verify

#: Checkout speaks these; ours that it lacks (Arabic) leave the choice to the browser.
_LOCALES_SPELLED = """
bg cs da de el en es et fi fil fr hr hu id it ja ko lt lv ms mt nb nl pl pt ro ru sk sl sv th tr vi zh
"""
LOCALES = frozenset(_LOCALES_SPELLED.split())
#: Methods whose money comes days later, if it comes. https://docs.stripe.com/payments/payment-methods
_DELAYED_SPELLED = """
acss_debit au_becs_debit bacs_debit boleto konbini multibanco oxxo sepa_debit sofort us_bank_account
"""
DELAYED = _DELAYED_SPELLED.split()
#: Of a list, as much as Stripe gives at once.
PAGE = 100


class Stripe:
    """The official SDK. Our own idempotency keys, stored before each call."""

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
        v1 = self._client.v1
        self._lists: dict[Made, tuple[Callable[..., Awaitable[Any]], Callable[[dict[str, Any]], Any]]] = {
            "refunds": (v1.refunds.list_async, reading.given_back),
            "disputes": (v1.disputes.list_async, reading.contested),
            "warnings": (v1.radar.early_fraud_warnings.list_async, reading.suspected),
            "payments": (v1.payment_intents.list_async, lambda intent: reading.payment(intent, [])),
        }

    async def ask(self, ask: Ask, key: str) -> Checkout:
        if not self._settings.may_receive:
            raise PaymentError("no_safeguard", again=False)
        params = {
            "mode": "payment",
            "client_reference_id": ask.order,
            "metadata": {"order": ask.order},
            # Events of charges, refunds and disputes know nothing of the session.
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
            **({"excluded_payment_method_types": DELAYED} if self._settings.instant_only else {}),
            **({"payment_method_options": _THREE_D_SECURE} if ask.secure else {}),
        }
        create = self._client.v1.checkout.sessions.create_async
        return reading.checkout(await _plain(create(cast("Any", params), {"idempotency_key": key})))

    async def look(self, session: str) -> Checkout:
        retrieve = self._client.v1.checkout.sessions.retrieve_async
        return reading.checkout(await _plain(retrieve(session, {"expand": ["payment_intent"]})))

    async def expire(self, session: str) -> None:
        try:
            await self._client.v1.checkout.sessions.expire_async(session)
        except stripe.InvalidRequestError:
            return  # it is closed already
        except stripe.StripeError as error:
            raise _ours(error) from error

    async def give_back(self, payment: str, amount: Money, key: str, order: str) -> GivenBack:
        params: Any = {
            "payment_intent": payment,
            "amount": amount.to_stripe(),
            "metadata": {"order": order, "key": key},
        }
        create = self._client.v1.refunds.create_async
        return reading.given_back(await _plain(create(params, {"idempotency_key": key})))

    async def received(self, payment: str) -> Received:
        retrieve = self._client.v1.payment_intents.retrieve_async
        intent = await _plain(retrieve(payment, {"expand": ["latest_charge"]}))
        return reading.received(intent, await self._moved(intent))

    async def _moved(self, intent: dict[str, Any]) -> dict[str, Any] | None:
        """The movement of money behind a payment; None when there is none yet, or the key may not see it."""
        movement = reading.id_of((intent.get("latest_charge") or {}).get("balance_transaction"))
        if movement is None:
            return None
        try:
            return await _plain(self._client.v1.balance_transactions.retrieve_async(movement))
        except PaymentError as error:
            if error.again:
                raise
            return None

    async def look_at_refund(self, reference: str) -> GivenBack:
        return reading.given_back(await _plain(self._client.v1.refunds.retrieve_async(reference)))

    async def refunds_of(self, payment: str) -> list[GivenBack]:
        listed = await _plain(self._client.v1.refunds.list_async({"payment_intent": payment, "limit": PAGE}))
        return [reading.given_back(refund) for refund in listed["data"]]

    async def look_at_payment(self, payment: str) -> Payment:
        v1 = self._client.v1
        intent = await _plain(v1.payment_intents.retrieve_async(payment))
        charges = await _plain(v1.charges.list_async({"payment_intent": payment, "limit": PAGE}))
        return reading.payment(intent, charges["data"])

    async def look_at_dispute(self, reference: str) -> Contested:
        return reading.contested(await _plain(self._client.v1.disputes.retrieve_async(reference)))

    async def look_at_warning(self, reference: str) -> Suspected:
        retrieve = self._client.v1.radar.early_fraud_warnings.retrieve_async
        return reading.suspected(await _plain(retrieve(reference)))

    async def session_of(self, payment: str) -> str | None:
        listed = await _plain(
            self._client.v1.checkout.sessions.list_async({"payment_intent": payment, "limit": 1})
        )
        return str(listed["data"][0]["id"]) if listed["data"] else None

    async def made(self, what: Made, after: str | None) -> Page:
        ask, read = self._lists[what]
        # Newest first within a page; the page itself is the one next to the cursor.
        listed = await _plain(ask({"limit": PAGE, **({"ending_before": after} if after else {})}))
        found = tuple(
            Seen(one["id"], reading.moment(one["created"]), read(one)) for one in reversed(listed["data"])
        )
        return Page(found, more=after is not None and listed["has_more"])

    async def answer(self, dispute: str, evidence: dict[str, str], *, final: bool) -> None:
        params: Any = {"evidence": evidence, "submit": final}
        await _plain(self._client.v1.disputes.update_async(dispute, params))

    async def is_disputed(self, payments: Sequence[str]) -> bool:
        for payment in (one for one in payments if one.startswith("pi_")):
            listed = await _plain(
                self._client.v1.disputes.list_async({"payment_intent": payment, "limit": PAGE})
            )
            if any(reading.contested(one).state == "open" for one in listed["data"]):
                return True
        return False

    async def redact(self, ids: Sequence[str], key: str) -> Redaction:
        return await _said(redaction.create(self._client, ids, key))

    async def look_at_redaction(self, job: str) -> Redaction:
        return await _said(redaction.look(self._client, job))

    async def run_redaction(self, job: str, key: str) -> Redaction:
        return await _said(redaction.run(self._client, job, key))

    def verify(self, raw: bytes, signature: str) -> Heard:
        return verify(raw, signature, self._settings.webhook_secrets)

    async def permitted(self, verb: str, path: str) -> bool:
        """Whether our key may make a call (of `permissions.py`). Raises PaymentError when that cannot be told."""
        try:
            await self._client.raw_request_async(verb, path)
        except stripe.PermissionError:
            return False
        except stripe.InvalidRequestError:
            # Allowed to ask; what was asked for is not there.
            return True
        except stripe.StripeError as error:
            raise _ours(error) from error
        return True

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.close_async()  # type: ignore[no-untyped-call]


#: The bank asks the holder wherever the card can do it; the holder's bank then bears a fraud.
_THREE_D_SECURE = {"card": {"request_three_d_secure": "any"}}


async def _plain(call: Awaitable[Any]) -> dict[str, Any]:
    """The SDK's object as a dict: it is none itself, and raises for a field that is missing. Raises PaymentError."""
    try:
        answer = await call
    except stripe.StripeError as error:
        raise _ours(error) from error
    plain: dict[str, Any] = answer.to_dict()
    return plain


async def _said(call: Awaitable[Redaction]) -> Redaction:
    """The answer of a call that the SDK has no method for. Raises PaymentError."""
    try:
        return await call
    except stripe.StripeError as error:
        raise _ours(error) from error


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
