"""An order as it travels through the shop, and the states it may be in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.money import Money

#: Payment states of an order, and where each may go.
PAYMENT: Mapping[str, tuple[str, ...]] = {
    "awaiting_payment": ("paid", "expired", "cancelled"),
    # Money that comes late is still money.
    "expired": ("paid",),
    "cancelled": ("paid",),
    "paid": (),
}

#: Fulfilment states of an item, and where each may go.
FULFILMENT: Mapping[str, tuple[str, ...]] = {
    "waiting": ("buying", "refund_due", "needs_person"),
    # To itself: another provider takes the purchase over.
    "buying": ("buying", "delivered", "refund_due", "needs_person"),
    "needs_person": ("buying", "delivered", "refund_due"),
    "refund_due": ("refunded", "needs_person"),
    # A platform may say later that the message did not arrive after all.
    "delivered": ("needs_person", "refund_due"),
    # A bank may return later what we gave back.
    "refunded": ("needs_person",),
}

#: Why a top-up is delivered: the data is on the line, and its owner has not heard of it yet, or has.
ADDED, TOLD = "data_added", "told"

#: Items in these states may still get a line; of any other a line is nobody's.
WANTED = ("waiting", "buying", "needs_person")

#: Items in these states are at rest: nothing more happens by itself.
FINAL = frozenset({"delivered", "refunded", "needs_person"})


#: The kinds of items: a line, more data for a line that its buyer owns, and a line that stands in for another one
#: at no charge.
PURCHASE, TOPUP, REPLACEMENT = "purchase", "topup", "replacement"
#: The durable work that carries an item of each kind.
STORIES: Mapping[str, str] = {PURCHASE: "fulfil", TOPUP: "top_up", REPLACEMENT: "fulfil"}


@dataclass(frozen=True)
class Statement:
    """What the traveller declared, word for word as it was shown. `kind`: "fits", "start_now", "right_ends", "terms"."""

    kind: str
    text: str


@dataclass(frozen=True)
class Item:
    """One thing of an order, with a fate of its own."""

    id: str
    order: str
    kind: str
    state: str
    #: The plan as it was sold: countries, data, days, networks (JSON).
    plan: Mapping[str, Any] = field(repr=False)
    provider: str
    sku: str
    price: Money
    #: What it may cost us at most, decimal text in the provider's currency.
    most_cost: str
    esim: str | None
    reason: str | None
    #: Of a top-up: the line that the data is for.
    tops_up: str | None = None


@dataclass(frozen=True)
class Order:
    """What was bought, at the price and by the rules of that moment."""

    id: str
    customer: str | None
    chat: str | None
    state: str
    total: Money
    tax: Money
    #: By which it was reckoned, a share: 0.20.
    tax_rate: Decimal
    captured: Money
    method: str | None
    #: The payment service's id of the payment.
    reference: str | None
    locale: str
    placed_at: datetime
    paid_at: datetime | None
    #: By when it is delivered, or the money goes back.
    due_at: datetime | None
    mail_offered: bool | None
    #: What went back, or is on its way.
    refunded: Money
    #: What the shop grants after the sale, as it was when the order was placed.
    rules: Mapping[str, Any] = field(repr=False)
    items: tuple[Item, ...]
    #: The price as it was listed, whatever it was paid in. `total`, `tax`, `captured` and the items' prices are in
    #: the currency that the order was paid in.
    listed: Money
    listed_tax: Money
    #: The price in Telegram Stars, where it is offered.
    stars: int | None = None

    @property
    def sold(self) -> tuple[Item, ...]:
        """What was paid for: a replacement is not."""
        return tuple(item for item in self.items if item.kind != REPLACEMENT)

    @property
    def item(self) -> Item:
        """The order's first item; a purchase in chat has one."""
        return self.items[0]
