"""What payment methods share: a link to pay, the truth about a payment, money back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from services.money import Money

_ID = re.compile(r"[\w.-]{0,255}", re.ASCII)


#: The reason of a PaymentError when what was asked about does not exist.
NOT_THERE = "resource_missing"


class PaymentError(Exception):
    """The payment service did not do it. `again`: whether the same call, by the same key, may be tried again."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


class Forged(ValueError):
    """The event was not signed by the payment service."""


class NotAnEvent(ValueError):
    """Signed by the payment service, and not of the kind that is read here. `thin`: it only names an object."""

    def __init__(self, *, thin: bool) -> None:
        super().__init__("a thin event" if thin else "no event")
        self.thin = thin


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
    #: Whether the card's bank shall ask its holder (3-D Secure), also where it would not by itself.
    secure: bool = False


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
    #: It was gone through, and the money that was to come later did not come.
    failed: bool = False
    name: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Received:
    """What a payment service knows of money that came in, beyond the amount. What it does not know is None."""

    #: What it kept for itself.
    fee: Money | None = None
    #: Who paid, and the address that belongs to the card, in lines without the country.
    name: str | None = None
    address: tuple[str, ...] = ()
    #: ISO 3166 alpha-2: as the payer declared it, and of the card's bank.
    country: str | None = None
    card_country: str | None = None


@dataclass(frozen=True)
class GivenBack:
    """What became of a refund. Without `payment` it is not known whose it is."""

    reference: str
    state: Literal["pending", "succeeded", "failed"]
    amount: Money | None = None
    payment: str | None = None
    #: The key under which we asked for it; None: somebody else did, by hand.
    key: str | None = None


@dataclass(frozen=True)
class Contested:
    """What is true about a dispute. `taken`: the bank has the money now, or has kept it."""

    reference: str
    payment: str | None
    amount: Money
    state: Literal["open", "won", "lost", "closed"]
    taken: bool
    #: The bank's word for why: "fraudulent", "product_not_received" …
    reason: str
    answer_by: datetime | None


@dataclass(frozen=True)
class Suspected:
    """A card's network warns that its holder may not have paid. Not `actionable`: it is refunded or disputed."""

    reference: str
    payment: str | None
    actionable: bool


@dataclass(frozen=True)
class Payment:
    """What is true about a payment. `declined`: the ids of cards' attempts that their banks refused."""

    id: str
    paid: bool
    #: What we noted with it when it was asked for.
    order: str | None
    declined: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True)
class Heard:
    """A verified event: a hint to look, never a reason to act by itself."""

    id: str
    kind: str
    #: The id of the object that it is about, and of the payment behind it.
    subject: str
    payment: str | None

    def __post_init__(self) -> None:
        """Raises Forged for what is no id."""
        told = (self.id, self.kind, self.subject, self.payment or "")
        if not all(isinstance(one, str) and _ID.fullmatch(one) for one in told):
            raise Forged("not an event")


#: What the payment service makes by itself, and a list of it can be asked for.
Made = Literal["refunds", "disputes", "warnings", "payments"]


@dataclass(frozen=True)
class Seen:
    """One of them, and what is true about it now."""

    id: str
    at: datetime
    what: GivenBack | Contested | Suspected | Payment


@dataclass(frozen=True)
class Page:
    """Part of such a list, oldest first. `more`: newer ones are left."""

    found: tuple[Seen, ...]
    more: bool


class GivesBack(Protocol):
    """A payment service, as far as money goes back through it."""

    async def give_back(self, payment: str, amount: Money, key: str, order: str) -> GivenBack:
        """Money back, once for each key. Raises PaymentError."""

    async def refunds_of(self, payment: str) -> list[GivenBack]:
        """Every refund of a payment, also those made elsewhere. Raises PaymentError."""


class Payments(GivesBack, Protocol):
    """A payment service that the traveller reaches by a link."""

    async def ask(self, ask: Ask, key: str) -> Checkout:
        """A place to pay, made once for each key. Raises PaymentError."""

    async def look(self, session: str) -> Checkout:
        """What is true about an attempt now. Raises PaymentError."""

    async def received(self, payment: str) -> Received:
        """What is known of a payment beyond its amount. Raises PaymentError."""

    async def expire(self, session: str) -> None:
        """Close an attempt. Harmless when it is closed."""

    def verify(self, raw: bytes, signature: str) -> Heard:
        """An event, if it is genuine. Raises Forged or NotAnEvent."""


@dataclass(frozen=True)
class Redaction:
    """What the payment service has made of our wish that it forgets a payer. "working": it has begun, or checks."""

    id: str
    state: Literal["working", "ready", "succeeded", "failed"]


class Redacting(Protocol):
    """A payment service that can make itself forget a payer. Everything raises PaymentError."""

    async def is_disputed(self, payments: Sequence[str]) -> bool:
        """Whether somebody's bank may still take one of these payments."""

    async def redact(self, ids: Sequence[str], key: str) -> Redaction:
        """Begin to check whether these payments and checkouts can be redacted, once for each key."""

    async def look_at_redaction(self, job: str) -> Redaction:
        """How far it is."""

    async def run_redaction(self, job: str, key: str) -> Redaction:
        """Redact, now that it was checked. It cannot be undone."""


class Watched(Protocol):
    """A payment service at whose side things happen without us. Everything raises PaymentError."""

    async def look_at_payment(self, payment: str) -> Payment:
        """What is true about a payment now."""

    async def look_at_dispute(self, reference: str) -> Contested:
        """What is true about a dispute now."""

    async def look_at_warning(self, reference: str) -> Suspected:
        """What is true about an early warning of fraud now."""

    async def look_at_refund(self, reference: str) -> GivenBack:
        """What is true about a refund now."""

    async def session_of(self, payment: str) -> str | None:
        """The attempt that a payment came by."""

    async def made(self, what: Made, after: str | None) -> Page:
        """The next things made after that one, oldest first; without one, the newest page."""

    async def answer(self, dispute: str, evidence: dict[str, str], *, final: bool) -> None:
        """Give the bank our evidence; `final`: it goes to the bank, and nothing can be added."""
