"""Stripe forgets a payer: redaction jobs, which are a public preview and so need a version of their own.

https://docs.stripe.com/privacy/redaction
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import stripe

from services.payments import Redaction

JOBS = "/v1/privacy/redaction_jobs"
#: The preview in which a job's shape is as it is read here.
PREVIEW = "2026-04-22.preview"
_STATES = {
    "ready": "ready",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
    "canceling": "failed",
}
#: How an id begins → where a job has it.
_KINDS = {"pi": "payment_intents", "cs": "checkout_sessions", "ch": "charges", "py": "charges"}


async def create(client: stripe.StripeClient, ids: Sequence[str], key: str) -> Redaction:
    """A new job. Raises stripe.StripeError."""
    objects: dict[str, list[str]] = {}
    for one in ids:
        objects.setdefault(_KINDS.get(one.partition("_")[0], "payment_intents"), []).append(one)
    made = await client.raw_request_async(
        "post",
        JOBS,
        objects=objects,
        validation_behavior="error",
        stripe_version=PREVIEW,
        idempotency_key=key,
    )
    return _read(made)


async def look(client: stripe.StripeClient, job: str) -> Redaction:
    """How far a job is. Raises stripe.StripeError."""
    return _read(await client.raw_request_async("get", f"{JOBS}/{job}", stripe_version=PREVIEW))


async def run(client: stripe.StripeClient, job: str, key: str) -> Redaction:
    """Let a checked job do its work. Raises stripe.StripeError."""
    return _read(
        await client.raw_request_async(
            "post", f"{JOBS}/{job}/run", stripe_version=PREVIEW, idempotency_key=key
        )
    )


def _read(answer: stripe.StripeResponse) -> Redaction:
    found: dict[str, Any] = answer.data  # type: ignore[assignment]
    state: Any = _STATES.get(str(found["status"]), "working")
    return Redaction(str(found["id"]), state)
