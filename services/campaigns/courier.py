"""How a campaign's message leaves, said by the side that calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection

from services.news import Offer, Told


class Courier(Protocol):
    """Carries offers behind everything else. Only `services.campaigns.round` may ask it to."""

    def carries(self, channel: str) -> bool:
        """Whether there is such a channel."""

    async def quiet(self, channel: str) -> None:
        """Wait until an offer on that channel would delay nobody."""

    async def advertise(
        self, chat: str, item: Offer, key: str, also: Callable[[Connection, str, bool], None] | None = None
    ) -> Told:
        """Send it once, now or not at all; `also` as in `Voice.tell`."""
