"""What payment methods share: a link to pay, the truth about a payment, money back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from services.money import Money


class PaymentError(Exception):
    """The payment service did not do it. `again`: whether the same call, by the same key, may be tried again."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


class Forged(ValueError):
    """The event was not signed by the payment service."""


@dataclass(frozen=True)
class Ask:
    """What the checkout shall show and remember."""

    order: str
    item: str
    total: Money
    title: str
    locale: str
    #: Where the traveller goes afterwards: back into the chat.
    back: str
    expires_at: datetime


@dataclass(frozen=True)
class Checkout:
    """The truth about one attempt to be paid."""

    session: str
    url: str | None
    state: Literal["open", "complete", "expired"]
    paid: bool
    order: str | None
    amount: Money
    #: The id that refunds name.
    payment: str | None
    name: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class GivenBack:
    """What became of a refund."""

    reference: str
    state: Literal["pending", "succeeded", "failed"]


@dataclass(frozen=True)
class Heard:
    """A verified event: a hint to look, never a reason to act by itself."""

    id: str
    kind: str
    #: The id of the object that it is about, and of the payment behind it.
    subject: str
    payment: str | None


class Payments(Protocol):
    """A payment service that the traveller reaches by a link."""

    async def ask(self, ask: Ask, key: str) -> Checkout:
        """A place to pay, made once for each key. Raises PaymentError."""

    async def look(self, session: str) -> Checkout:
        """What is true about an attempt now. Raises PaymentError."""

    async def give_back(self, payment: str, amount: Money, key: str, order: str) -> GivenBack:
        """Money back, once for each key. Raises PaymentError."""

    async def look_at_refund(self, reference: str) -> GivenBack:
        """What is true about a refund now. Raises PaymentError."""

    async def refunds_of(self, payment: str) -> list[tuple[str | None, GivenBack, int]]:
        """(our key, state, amount) of every refund of a payment, also those made elsewhere."""

    async def expire(self, session: str) -> None:
        """Close an attempt. Harmless when it is closed."""

    def verify(self, raw: bytes, signature: str) -> Heard:
        """An event, if it is genuine. Raises Forged."""
