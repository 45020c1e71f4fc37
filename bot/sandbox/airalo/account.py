"""The shop's credit at the provider, and the shares of it whose use the provider tells of."""

from __future__ import annotations

from bot.sandbox.airalo.errors import business

#: What the account holds at the start, in US cents.
OPENING_CENTS = 5_000_000
#: Shares of the credit, in percent, unless the shop has asked for others.
LEVELS = (50, 70, 80, 90)


class Account:
    """Pays for packages."""

    def __init__(self) -> None:
        self.cents = OPENING_CENTS
        self.told: set[int] = set()

    def need(self, cents: int) -> None:
        """Raises the refusal when there is too little."""
        if cents > self.cents:
            raise business(11, f"required {cents / 100:.2f} USD, available {self.cents / 100:.2f} USD")

    def pay(self, cents: int) -> None:
        self.cents -= cents

    def passed(self, levels: tuple[int, ...]) -> list[int]:
        """Levels that have been passed and were not told of yet; they count as told from now on."""
        used = (OPENING_CENTS - self.cents) * 100 / OPENING_CENTS
        new = [level for level in levels if used >= level and level not in self.told]
        self.told.update(new)
        return new
