"""What Airalo tells by itself: verified over the very bytes, and taken for no more than a hint."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from hashlib import sha512
from typing import Any

from services.providers import Forged, Hint, Oddities, iccid_of
from services.providers.airalo.client import Client, Settings
from services.providers.airalo.words import ref_in
from services.providers.values import text
from services.providers.wire import answered

#: What to be told of; credit at these shares of the limit, in percent.
_WANTED: tuple[Mapping[str, Any], ...] = (
    {"type": "async_orders"},
    {"type": "webhook_low_data"},
    {"type": "webhook_credit_limit", "levels": [50, 70, 80, 90]},
)


async def subscribe(client: Client, settings: Settings) -> None:
    """Ask to be told. Repeats change nothing. Raises ProviderError."""
    for wanted in _WANTED:
        answered(await client.write("/notifications/opt-in", {**wanted, "webhook_url": settings.webhook_url}))


def hints(headers: Mapping[str, str], raw: bytes, settings: Settings, odd: Oddities) -> tuple[Hint, ...]:
    """What a webhook is about. Raises Forged."""
    secret = (settings.webhook_secret or settings.client_secret).encode()
    signature = headers.get("airalo-signature", "")
    right = hmac.new(secret, raw, sha512).hexdigest()
    if not secret or not hmac.compare_digest(signature.encode(), right.encode()):
        raise Forged("airalo")
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, Mapping):
        odd.note("webhook-unreadable")
        return ()
    return _about(said, odd)


def _about(said: Mapping[str, Any], odd: Oddities) -> tuple[Hint, ...]:
    if "request_id" in said:
        return (Hint("order", ref_in(said.get("description")), text(said["request_id"]) or None),)
    iccid = iccid_of(said.get("iccid"))
    if "level" in said and iccid is not None:
        return (Hint("usage", iccid=iccid),)
    if "remaining" in said:
        return (Hint("credit"),)
    odd.note("webhook-unknown")
    return ()
