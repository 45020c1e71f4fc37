"""How Stripe is reached, and by which key."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Seconds for one call.
TIMEOUT = 20.0


@dataclass(frozen=True)
class Settings:
    """STRIPE_KEY (restricted: `permissions.py`), STRIPE_WEBHOOK_SECRET."""

    key: str = field(repr=False)
    #: More than one while the secret is replaced.
    webhook_secrets: tuple[str, ...] = field(repr=False)
    api: str = "https://api.stripe.com"
    #: Leave out methods whose money comes days later.
    instant_only: bool = False
    timeout: float = TIMEOUT
    #: Whether its country and safeguard are on record; else nothing new is asked of it. What was begun is settled.
    may_receive: bool = True
