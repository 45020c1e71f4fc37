"""The shop's account at the provider: its balance and every payment from it."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.sandbox.keepgo.shapes import stamp

#: What the account holds at the start, in US cents.
OPENING_CENTS = 5_000_000
#: The oldest payment goes when there are more.
MOST_TRANSACTIONS = 100_000
#: What one answer holds unless `per_page` says otherwise.
PER_PAGE = 100


@dataclass(frozen=True)
class Transaction:
    """A payment. Which line it was for is known here, and told nowhere in its shape."""

    id: str
    iccid: str
    at: datetime
    cents: int
    mb: int
    what: str
    invoice: str

    def as_json(self) -> dict[str, Any]:
        """As the API shows it: the amount is a decimal string."""
        return {
            "created_at": stamp(self.at),
            "status": "Completed",
            "amount": f"{self.cents / 100:.2f}",
            "currency": "USD",
            "type": "balance",
            "invoice_hash": self.invoice,
            "refill_amount_mb": self.mb,
            "reason": f"Account Sandbox Shop ({self.what})",
            "transaction_id": self.id,
        }


class Account:
    """Pays for lines and refills, and remembers that it did."""

    def __init__(self) -> None:
        self.cents = OPENING_CENTS
        self._paid: deque[Transaction] = deque(maxlen=MOST_TRANSACTIONS)
        self._number = 40_000

    @property
    def balance(self) -> str:
        """As the API shows it: a string without a currency."""
        return f"{self.cents / 100:.2f}"

    def pay(self, iccid: str, at: datetime, cents: int, mb: int, what: str) -> str:
        """Take the money and return the transaction's id. What is there must have been looked at before."""
        self.cents -= cents
        return self.remember(iccid, at, cents, mb, what)

    def remember(self, iccid: str, at: datetime, cents: int, mb: int, what: str) -> str:
        """Enter a payment whose money has long gone; returns its id."""
        self._number += random.randint(1, 9)
        name = f"AB_{self._number}_{random.randint(10, 99)}"
        invoice = f"{random.getrandbits(128):032x}"
        self._paid.append(Transaction(name, iccid, at, cents, mb, what, invoice))
        return name

    def transactions(self, asked: Mapping[str, str], iccid: str | None = None) -> list[dict[str, Any]]:
        """The payments of the account, or of one line, newest first unless asked otherwise."""
        found = [one.as_json() for one in reversed(self._paid) if iccid in (None, one.iccid)]
        words = asked.get("common_filter", "").strip().lower()
        if words:
            found = [one for one in found if any(words in str(value).lower() for value in one.values())]
        by = asked.get("sort_field", "")
        if by in {"created_at", "status", "type", "refill_amount_mb", "reason", "transaction_id"}:
            found.sort(key=lambda one: one[by], reverse=_falling(asked))
        elif by == "amount":
            found.sort(key=lambda one: float(one[by]), reverse=_falling(asked))
        elif not _falling(asked):
            found.reverse()
        page, per_page = whole(asked.get("page"), 1), min(whole(asked.get("per_page"), PER_PAGE), PER_PAGE)
        return found[(page - 1) * per_page : page * per_page]


def _falling(asked: Mapping[str, str]) -> bool:
    return asked.get("sort_order", "desc").lower() != "asc"


def whole(value: str | None, default: int) -> int:
    """A positive whole number out of a query; the default for anything else."""
    if value is None or not value.isdecimal() or len(value) > 9:
        return default
    return int(value) or default
