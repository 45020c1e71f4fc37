"""Which payment service a payment belongs to: Stars are Telegram's, every other currency is the card's."""

from __future__ import annotations

from dataclasses import dataclass

from services.money import STARS
from services.payments import GivesBack


@dataclass(frozen=True)
class WaysBack:
    """Money goes back the way it came."""

    card: GivesBack
    stars: GivesBack

    def of(self, currency: str) -> GivesBack:
        """Who gives back money of that currency."""
        return self.stars if currency == STARS else self.card
