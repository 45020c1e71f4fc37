"""Tokens for a day: who has one may call everything else. They say themselves until when they are good."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any

from bot.sandbox import credentials
from bot.sandbox.airalo.errors import invalid, unauthorized

#: Seconds that a token is good for, by the machine's clock.
LIFE = 86_400


def issue(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to POST /token."""
    missing = {
        name: f"The {name.replace('_', ' ')} field is required."
        for name in ("client_id", "client_secret", "grant_type")
        if not fields.get(name)
    }
    if missing:
        raise invalid(**missing)
    if fields["client_id"] != credentials.AIRALO_CLIENT_ID:
        raise invalid(client_id="The selected client id is invalid.")
    if fields["grant_type"] != "client_credentials":
        raise invalid(grant_type="The selected grant type is invalid.")
    if not hmac.compare_digest(
        str(fields["client_secret"]).encode(), credentials.AIRALO_CLIENT_SECRET.encode()
    ):
        raise unauthorized("Client authentication failed")
    said = f"{int(time.time()) + LIFE}.{secrets.token_urlsafe(240)}"
    token = {"token_type": "Bearer", "expires_in": LIFE, "access_token": f"{said}.{_mac(said)}"}
    return {"data": token, "meta": {"message": "success"}}


def check(authorization: str) -> None:
    """Raises what is answered to a call without a good token."""
    kind, _, token = authorization.partition(" ")
    said, _, mac = token.rpartition(".")
    until = said.partition(".")[0]
    if kind.lower() != "bearer" or not hmac.compare_digest(mac.encode(), _mac(said).encode()):
        raise unauthorized()
    if int(until) < time.time():
        raise unauthorized("Authentication failed. The token has expired.")


def _mac(said: str) -> str:
    return hmac.new(credentials.AIRALO_CLIENT_SECRET.encode(), said.encode(), "sha256").hexdigest()
