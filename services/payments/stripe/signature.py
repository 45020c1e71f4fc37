"""Whether an event was signed by Stripe, just now, with one of the secrets that are in force."""

from __future__ import annotations

import hmac
import json
import re
import time
from collections.abc import Sequence
from typing import Any

from services.payments import Forged, Heard, NotAnEvent
from services.payments.stripe.reading import id_of

#: Seconds that a signature may be old, or our clock behind. The SDK takes any time in the future.
TOLERANCE = 300
#: More signatures than this in one header are nobody's rotation of secrets.
MOST_SIGNATURES = 16
_TIME = re.compile(r"[0-9]{1,12}")

#: How Stripe writes an id, and the name of a kind of event.
_ID, _KIND = re.compile(r"[A-Za-z0-9_-]{1,255}"), re.compile(r"[a-z0-9_.]{1,100}")


def verify(raw: bytes, header: str, secrets: Sequence[str]) -> Heard:
    """The event in a body. While a secret is replaced, two of them sign and two of them are known here.

    https://docs.stripe.com/webhooks#verify-manually. Raises Forged or NotAnEvent.
    """
    told, signatures = _parts(header)
    if abs(time.time() - told) > TOLERANCE:
        raise Forged("the time")
    signed = f"{told}.".encode() + raw
    right = [hmac.digest(secret.encode(), signed, "sha256").hex() for secret in secrets if secret]
    if not any(hmac.compare_digest(one.encode(), two.encode()) for one in right for two in signatures):
        raise Forged("the signature")
    return _heard(raw)


def _parts(header: str) -> tuple[int, list[str]]:
    """When it was signed, and the signatures of the scheme in force."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    if len(times) != 1 or not _TIME.fullmatch(times[0]):
        raise Forged("the header")
    return int(times[0]), [value for name, _, value in pairs if name == "v1"][:MOST_SIGNATURES]


def _heard(raw: bytes) -> Heard:
    try:
        event: dict[str, Any] = json.loads(raw)
        if event["object"] == "v2.core.event":
            raise NotAnEvent(thin=True)
        about = event["data"]["object"]
        name, kind, subject = str(event["id"]), str(event["type"]), id_of(about.get("id"))
        payment = subject if about.get("object") == "payment_intent" else id_of(about.get("payment_intent"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, NotAnEvent):
            raise
        raise NotAnEvent(thin=False) from error
    if not (_ID.fullmatch(name) and _KIND.fullmatch(kind)):
        raise NotAnEvent(thin=False)
    # Nothing can be asked about what has no id; some objects, such as a balance, never have one.
    return Heard(name, kind, _proper(subject) or "", _proper(payment))


def _proper(subject: str | None) -> str | None:
    return subject if subject and _ID.fullmatch(subject) else None
