"""Somebody who buys while things fail: presses again when nothing comes, pays once, waits to hear the truth."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Literal

from tests.living import Living, Traveller

PLACES = ("Japan, 10 days", "France, 7 days", "Turkey, 15 days")
#: Seconds without an answer after which a person presses once more; they grow, for whoever presses faster than the
#: shop answers only lengthens the queue.
PATIENCE, GROWS, LONGEST = 8.0, 1.5, 60.0
#: Seconds of silence after which a person takes what is there for the answer; and how many presses make it as long
#: again, for whoever did not get on so far has late answers still to come.
MOMENT, PRESSES = 0.7, 4
#: Presses until a person gives up; on more data for a line that is there, earlier.
MOST_PRESSES, MOST_FOR_DATA = 40, 16
#: What a link to pay says that it is for.
FOR_A_LINE, FOR_DATA = "Your eSIM comes here", "The data is added"
#: Where there is no more data for a line, the way forward is another plan.
NO_MORE_DATA = "Another plan"
#: The share of those who could that pay in Stars, and how often they try before they take the card.
IN_STARS, STAR_TRIES = 0.4, 3
#: Seconds after the payment that a buyer looks at the phone; what comes later is seen by the judge.
LOOKS = 20.0
#: What ends a purchase besides a QR.
LAST_WORDS = re.compile(r"You get .* back for order|A person is looking", re.DOTALL)
_ORDER = re.compile(r"\b(M[2-9A-HJ-NP-Z]{8})\b")


@dataclass(frozen=True)
class Purchase:
    """One payment of one traveller: for a line, or for more data on it."""

    channel: str
    traveller: str
    session: str
    order: str
    what: Literal["line", "data"] = "line"

    @property
    def holder(self) -> tuple[str, str]:
        """Whose phone it is."""
        return self.channel, self.traveller


class Buyer(Traveller):
    """A traveller with a will of their own."""

    def __init__(self, living: Living, channel: str, name: str, chance: random.Random) -> None:
        super().__init__(living, channel, name, "en")
        self._chance = chance

    async def orders(self) -> Purchase | None:
        """From a country's name to a paid order; None when it became too much."""
        return await self._from(self._chance.choice(PLACES), MOST_PRESSES, FOR_A_LINE)

    async def tops_up(self) -> Purchase | None:
        """From "top up" to a paid order; None when there is no more data for the line, or it became too much."""
        purchase = await self._from("top up", MOST_FOR_DATA, FOR_DATA)
        return replace(purchase, what="data") if purchase else None

    async def _from(self, words: str, presses: int, wanted: str) -> Purchase | None:
        label, patience = "", PATIENCE
        for number in range(presses):
            await self.mark()
            if label and not await self._pressed(label):
                label = ""
            if not label:
                await self.says(words)
            shown = await self._newest(patience, MOMENT * (1 + number / PRESSES))
            if shown is None:
                patience = min(patience * GROWS, LONGEST)
                if await self.news():  # an answer that leads nowhere, as to another question: begin again
                    label = ""
                continue
            patience = PATIENCE
            # Among several answers, late ones too, whoever wants to pay takes the link to what they want.
            asked = next((one for one in reversed(await self.news()) if _is_for(wanted, one)), None)
            if asked is not None:
                stars = next((b["label"] for b in asked["buttons"] if "⭐" in b["label"]), None)
                order = _ORDER.search(asked["text"])
                assert order is not None, asked["text"]
                return await self._pays(_link(asked).rsplit("/", 1)[1], order[1], stars)
            if _link(shown):  # to something else, asked for before
                label = ""
                continue
            label = shown["buttons"][0]["label"]
            if label == NO_MORE_DATA:
                return None
        return None

    async def hears(self) -> bool:
        """Whether the end of the story reached the phone in time."""
        end = time.monotonic() + LOOKS
        while True:
            shown = await self.screen()
            if self.holds_line(shown) or any(LAST_WORDS.search(m["text"]) for m in shown["messages"]):
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            await self.screen(shown["cursor"], wait=min(left, 5))

    @staticmethod
    def holds_line(shown: dict) -> bool:
        """Whether a QR is on that screen."""
        return any(m["image"] for m in shown["messages"] if m["who"] == "bot")

    async def _pays(self, session: str, order: str, stars: str | None) -> Purchase:
        if stars and self._chance.random() < IN_STARS and await self._pays_in_stars(stars):
            return Purchase(self.channel, self.name, "", order)
        how = self._chance.choices(("card", "declined", "delayed-ok"), (85, 10, 5))[0]
        await self.mark()
        await self.living.pay(session, how)
        if how == "declined":
            await self.living.pay(session)
        return Purchase(self.channel, self.name, session, order)

    async def _pays_in_stars(self, label: str) -> bool:
        """Whether it went through: where the bot does not answer in time, nothing is charged."""
        for _ in range(STAR_TRIES):
            await self.mark()
            shown = await self._newest(PATIENCE, MOMENT) if await self._pressed(label) else None
            if shown is None or not shown["buttons"][0]["label"].startswith("Pay ⭐"):
                continue
            if (await self.living.http.post(self._path("pay"), json={})).is_success:
                return True
        return False

    async def _pressed(self, label: str) -> bool:
        """Whether the button was still there: a message may be changed by a late answer under the finger."""
        answer = await self.living.http.post(self._path("press"), json={"label": label})
        assert answer.is_success or answer.status_code == HTTPStatus.NOT_FOUND, answer.text
        return answer.is_success

    async def _newest(self, patience: float, moment: float) -> dict | None:
        """The newest message with buttons, once nothing more has come for a moment; None when nothing came.

        Whoever acts on the first of several late answers gets the others as answers to that, and never catches up.
        """
        end = time.monotonic() + patience
        found: dict | None = None
        while time.monotonic() < end:
            shown = await self.screen(self.cursor)
            found = next((one for one in reversed(self._new(shown)) if one["buttons"]), None)
            wait = moment if found else min(end - time.monotonic(), 5)
            later = await self.screen(shown["cursor"], wait=max(wait, 0))
            if found and later["cursor"] == shown["cursor"]:
                return found
        return found


def _link(message: dict) -> str:
    """Where it can be paid; "" when there is nothing to pay."""
    return next((b["url"] for b in message["buttons"] if b["url"] and "/pay/" in b["url"]), "")


def _is_for(wanted: str, message: dict) -> bool:
    """Whether it asks for the money for that."""
    return bool(_link(message)) and wanted in message["text"]
