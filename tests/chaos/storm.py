"""The weather: every fault of every service, dealt like a deck of cards, a few at a time, until told to stop."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

from tests.living import Living

#: Armed at once, so that a purchase is hit now and then and not by everything.
MOST_ARMED = 5
#: Services whose last deliveries can be repeated.
REPEATING = ("stripe", "telegram", "whatsapp")
#: Seconds of a call that hangs, and of a booking that comes late: some of these come after the shop gave up.
HANGS, LATE = (0.3, 4.0), (0.3, 20.0)


class Storm:
    """Draws a card every so many seconds (on average)."""

    def __init__(self, living: Living, chance: random.Random, every: float) -> None:
        self._living = living
        self._chance = chance
        self._every = every
        self._deck: list[tuple[str, str]] = []
        self.armed: Counter[str] = Counter()

    async def blow(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._chance.uniform(0, 2 * self._every))
            listing = (await self._living.http.get("/world/faults")).json()
            if len(listing["armed"]) >= MOST_ARMED:
                # What nobody has met by now is taken away, and what was held is let go.
                await self._living.calm()
                continue
            if not self._deck:
                self._deck = self._shuffled(listing["kinds"])
            await self._strike(*self._deck.pop())

    async def _strike(self, service: str, fault: str) -> None:
        self.armed[f"{service} {fault}"] += 1
        if fault == "redeliver":
            body = {
                "service": service,
                "last": self._chance.randint(1, 5),
                "times": self._chance.randint(1, 4),
            }
            await self._living.http.post("/world/redeliver", json=body)
            return
        if fault.endswith("-held"):
            await self._living.fault(service, fault)
            await asyncio.sleep(self._chance.uniform(0.5, 3))
            await self._living.calm()
            return
        seconds = 1 if fault == "429" else self._chance.uniform(*(LATE if fault == "late-commit" else HANGS))
        more: dict[str, object] = {"times": self._chance.choice((1, 1, 2, 3)), "seconds": seconds}
        if service == "keepgo" and self._chance.random() < 0.5:
            more["method"] = "line/create"
        await self._living.fault(service, fault, **more)

    def _shuffled(self, kinds: dict[str, list[str]]) -> list[tuple[str, str]]:
        deck = [(service, fault) for service, faults in sorted(kinds.items()) for fault in faults]
        deck += [(service, "redeliver") for service in REPEATING]
        self._chance.shuffle(deck)
        return deck
