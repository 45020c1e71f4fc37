"""How many people a business may write to unasked: different ones, outside their window, in any 24 hours.

https://developers.facebook.com/docs/whatsapp/messaging-limits; Meta documents no code of its own for it, and
131048 is the one that says that a number may send no more.
"""

from __future__ import annotations

from datetime import datetime

from bot.sandbox.whatsapp.book import OPEN_FOR


class Reach:
    """What a portfolio has left. `most` people; None: as many as it likes."""

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        #: Scoped id → when it was last written to, by the shop's clock; the oldest first.
        self._reached: dict[str, datetime] = {}

    def admits(self, person: str, now: datetime) -> bool:
        """Whether this person may be written to; somebody who was written to in the 24 hours counts once."""
        while self._reached and now - next(iter(self._reached.values())) >= OPEN_FOR:
            del self._reached[next(iter(self._reached))]
        return self._most is None or person in self._reached or len(self._reached) < self._most

    def take(self, person: str, now: datetime) -> None:
        """This person was written to."""
        if self._most is not None:
            self._reached.pop(person, None)
            self._reached[person] = now
