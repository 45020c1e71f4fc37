"""From "to be bought" to certainty: tried once, looked for when unknown, tried at most once more."""

from __future__ import annotations

from typing import Protocol

from services.clock import Waits
from services.durable import Durable

#: Looks at an unknown outcome, in seconds after the purchase was tried; the last one is authoritative.
RESOLVE_STEPS = (0, 5, 30, 120, 300, 600, 900, 1_200, 1_260, 1_500, 1_800)
#: An unknown outcome is tried again at most once, and only after an authoritative "not there".
MOST_PURCHASES = 2
#: Waits before trying again what was certainly not carried out.
UNREACHABLE = (2, 10, 30, 120, 300, 600)
#: Waits for a turn at the provider, and for one whose account cannot be read: nothing was sent yet, and after
#: half an hour the money goes back.
TURNS = (2, 5, 10, 30, 60, 120, 300, 300, 300, 300, 300)
#: Wait between looks whether the account was topped up.
CREDIT = 60
#: After so many waits of one kind somebody else is asked, if somebody else sells it too.
PATIENCE = 3
#: So many waits in, the traveller is told that it takes longer, where no promise does that.
LATE_AFTER = 4


class Tries(Protocol):
    """The steps of one kind of purchase. Each returns a word, and may be repeated."""

    async def buy(self, item: str, attempt: int) -> str:
        """Try once for each attempt: "bought", "rejected", "later", "absent", "unknown", "busy" or "no_credit".

        "accepted": it will be bought in a moment, and the provider may say when.

        "gone": it is not to be bought any more, and whoever decided that sees to the rest.
        """

    async def look(self, item: str, attempt: int) -> str:
        """What became of an unknown attempt: "bought", "absent", "gone", "pending"; "busy" when nobody could look."""

    async def leave(self, item: str, attempt: int) -> str:
        """Nobody will look any more what became of an attempt; a person decides."""

    async def elsewhere(self, item: str) -> bool:
        """Whether somebody else could be asked instead."""

    async def unknowns(self, item: str) -> int:
        """How many attempts ended unknown, and were not there in the end."""


class Telling(Protocol):
    """Who keeps the traveller posted."""

    def begin(self, item: str) -> None:
        """It is paid and being bought. Told once, however often this is called."""

    async def late(self, item: str) -> str:
        """It takes longer."""


class Trying:
    """Carries an item to certainty, durably."""

    def __init__(self, durable: Durable, waits: Waits, telling: Telling) -> None:
        self._durable = durable
        self._waits = waits
        self._telling = telling

    async def carry_out(self, item: str, by: Tries, first: int = 0) -> str:
        """ "bought", "rejected", "gone" (settled elsewhere), or why it is neither. `first`: the first attempt's number."""
        # Begun before there was a promise: the story itself says when it is late, and its steps are numbered so.
        says_late = not await self._durable.patch("promise")
        self._telling.begin(item)
        unreachable, turns = iter(enumerate(UNREACHABLE)), iter(enumerate(TURNS))
        attempt = first
        while True:
            outcome = await self._durable.step(f"buy-{attempt}", by.buy, item, attempt)
            if outcome in ("unknown", "accepted"):
                told = outcome == "accepted"
                outcome = await self._resolve(item, attempt, by, told=told, says_late=says_late)
            if outcome in ("bought", "rejected", "gone"):
                return outcome
            if outcome == "no_credit":
                # How long that goes on is the guard's to say, by the time of the payment.
                await self._durable.sleep(self._waits(CREDIT, floor=0.5))
                continue
            if outcome == "busy":
                number, pause = next(turns, (0, None))
                if pause is None or await self._moves_on(item, number, by):
                    return "rejected"
                if number == LATE_AFTER and says_late:
                    await self._durable.step("late", self._telling.late, item)
                await self._durable.sleep(self._waits(pause, floor=0.2))
                continue
            if outcome == "later":
                number, pause = next(unreachable, (0, None))
                if pause is None or await self._moves_on(item, number, by):
                    return "rejected"
                await self._durable.sleep(self._waits(pause))
                attempt += 1
                continue
            if outcome != "absent":
                return outcome
            attempt += 1
            if await self._durable.step(f"tries-{attempt}", by.unknowns, item) >= MOST_PURCHASES:
                return "rejected"

    async def _moves_on(self, item: str, number: int, by: Tries) -> bool:
        """Nothing was sent yet, and it has been waited long enough for one who does not answer."""
        if number != PATIENCE or not await self._durable.patch("elsewhere"):
            return False
        return await self._durable.step("elsewhere", by.elsewhere, item)

    async def _resolve(self, item: str, attempt: int, by: Tries, *, told: bool, says_late: bool) -> str:
        """Look until the provider's own list tells: "bought", "absent", "gone" or "unresolved".

        `told`: the provider may say when it makes sense to look.
        """
        before, wait = 0, self._durable.nap if told else self._durable.sleep
        for number, step in enumerate(RESOLVE_STEPS):
            if step > before:
                await wait(self._waits(step - before))
                before = step
            outcome = await self._look(item, attempt, number, by)
            if outcome in ("bought", "absent", "gone"):
                return outcome
            if number == 2 and says_late:
                await self._durable.step(f"late-{attempt}", self._telling.late, item)
        await self._durable.step(f"leave-{attempt}", by.leave, item, attempt)
        return "unresolved"

    async def _look(self, item: str, attempt: int, number: int, by: Tries) -> str:
        """One look. That nobody could look is no look: it is waited out, up to half an hour."""
        name = f"look-{attempt}-{number}"
        outcome = await self._durable.step(name, by.look, item, attempt)
        for pause in TURNS:
            if outcome != "busy":
                break
            await self._durable.sleep(self._waits(pause, floor=0.5))
            outcome = await self._durable.step(name, by.look, item, attempt)
        return outcome
