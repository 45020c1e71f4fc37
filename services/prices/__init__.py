"""What travellers pay: a price list that the shop may change while it is open."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from services.money import Money
from services.prices.book import Book, NoRate, Priced, RateWarning, region_key
from services.prices.reading import PricesError, parse_book, read_book
from services.providers import Offer

__all__ = [
    "DEFAULT",
    "Book",
    "NoRate",
    "Priced",
    "Prices",
    "PricesError",
    "RateWarning",
    "parse_book",
    "read_book",
    "region_key",
]

#: The list that comes with the shop.
DEFAULT = Path(__file__).resolve().parents[2] / "prices.toml"
#: Seconds between two looks at the file.
LOOK_AGAIN_AFTER = 1.0

#: Told (cause, facts), once for each version of the file that cannot be used.
Alert = Callable[[str, str], None]


class Prices:
    """The newest price list that makes sense. Raises PricesError when there is none at the start."""

    def __init__(
        self, path: Path = DEFAULT, alert: Alert | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = path
        self._alert = alert
        self._clock = clock
        self._mark = self._signature()
        self._book = read_book(path)
        self._looked = clock()
        #: Counts the lists that were in force; what was priced under another number is out of date.
        self.version = 1

    @property
    def book(self) -> Book:
        """The list in force now. Looks at the file's date at most once a second."""
        now = self._clock()
        if now - self._looked >= LOOK_AGAIN_AFTER:
            self._looked = now
            self._look()
        return self._book

    def price(self, offer: Offer) -> Priced:
        """What the offer sells for. Raises NoRate."""
        return self.book.price(offer)

    def hides(self, plan_id: str) -> bool:
        """Whether the plan is not sold."""
        return self.book.hides(plan_id)

    def warnings(self, now: datetime) -> tuple[RateWarning, ...]:
        """What is wrong with the exchange rate at that time (the shop's clock)."""
        return self.book.warnings(now)

    def star_warnings(self, now: datetime) -> tuple[RateWarning, ...]:
        """What is wrong with the rate of the Stars at that time (the shop's clock)."""
        return self.book.star_warnings(now)

    def in_stars(self, price: Money, now: datetime) -> int | None:
        """The price in whole Stars; None when Stars cannot be asked for at that time (the shop's clock)."""
        return self.book.in_stars(price, now)

    def _look(self) -> None:
        mark = self._signature()
        if mark == self._mark:
            return
        self._mark = mark
        try:
            book = read_book(self._path)
        except PricesError as error:
            if self._alert is not None:
                self._alert("prices-malformed", str(error))
            return
        if book != self._book:
            self._book = book
            self.version += 1

    def _signature(self) -> tuple[int, int, int] | None:
        try:
            state = self._path.stat()
        except OSError:
            return None
        return state.st_mtime_ns, state.st_size, state.st_ino
