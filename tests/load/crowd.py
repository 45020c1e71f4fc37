"""The crowd: people who once said yes to offers, entered before the bot starts; and travellers who write to it."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from sqlalchemy import insert

from bot.conversation.events import Address, Memory
from bot.sandbox.phones import Screen
from services.clock import Clock
from services.customers import Customers
from services.privacy.facts.policy import VERSION
from services.storage import Stores
from services.storage.app import chats, consents
from services.storage.sealing import Secrets, Vault
from tests.load.town import CHANNELS, Town

#: What is asked, and what the answer says: each is another, so that their order can be seen.
TURNS = (
    ("/start", re.compile("Where are you going")),
    ("/terms", re.compile("terms of sale")),
    ("/help", re.compile("Write where you are going")),
)
#: One of so many travellers asks all of them, the others one.
TALKATIVE = 5
#: Chats of one customer: it is the chats that a campaign writes to.
CHATS_EACH = 500
#: Seconds until an answer must have come.
PATIENCE = 90.0


async def enter(stores: Stores, secrets: Secrets, numbers: Sequence[int]) -> None:
    """Telegram's chats with these ids, whose people want offers."""
    clock = Clock()
    vault = Vault(stores.vault, secrets, clock)
    people = Customers(stores.app, vault, secrets, clock)
    now = clock.now()
    for start in range(0, len(numbers), CHATS_EACH):
        some = numbers[start : start + CHATS_EACH]
        customer = await people.known_as({"telegram": str(some[0])})
        sealer = await vault.sealer(customer)
        rows = []
        for number in some:
            address = Address("telegram", str(number))
            chat = f"t{secrets.hash('chat', f'telegram:{number}')[:39]}"
            kept = {"address": vars(address), "locale": "en", "memory": vars(Memory())}
            rows.append(
                {
                    "id": chat,
                    "customer_id": customer,
                    "channel": "telegram",
                    "state": sealer.seal_json(kept, f"chats:state:{chat}"),
                    "said_at": now,
                    "blocked": False,
                }
            )
        yes = {
            "customer_id": customer,
            "purpose": "marketing",
            "channel": "telegram",
            "answer": "grant",
            "policy": VERSION,
            "locale": "en",
            "digest": "0" * 64,
            "event_id": f"load-{start}",
            "at": now,
        }

        def work(connection, rows=rows, yes=yes):
            connection.execute(insert(chats), rows)
            connection.execute(insert(consents).values(yes))

        await stores.app.transaction(work)


@dataclass(frozen=True)
class Answer:
    """What became of one thing that was asked. `wait`: seconds until it was on the phone; None: it never was."""

    turn: int
    wait: float | None


class Traveller:
    """Somebody with a phone who writes in English."""

    def __init__(self, town: Town, number: int) -> None:
        self.channel = CHANNELS[number % len(CHANNELS)]
        self.name = f"traveller-{number}"
        self.turns = tuple(range(len(TURNS))) if number % TALKATIVE == 0 else (number % len(TURNS),)
        self.answers: list[Answer] = []
        self._phones = town.phones(self.channel)

    async def asks(self, after: float) -> None:
        """One thing after the other, each as soon as the last was answered. `after`: seconds until the first."""
        await asyncio.sleep(after)
        cursor = 0
        for turn in self.turns:
            words, pattern = TURNS[turn]
            begun = perf_counter()
            await self._phones.say(self.name, words, "en")
            screen = self._phones.screen(self.name)
            shown = await _sees(screen, cursor, pattern)
            self.answers.append(Answer(turn, None if shown is None else shown - begun))
            cursor = screen.cursor

    @property
    def in_order(self) -> bool:
        """What was shown, each repeat left out, is what was asked, in that order."""
        shown = [
            turn
            for message in self._phones.screen(self.name).messages
            for turn, (_, pattern) in enumerate(TURNS)
            if message.who == "bot" and pattern.search(message.text)
        ]
        once = [turn for number, turn in enumerate(shown) if number == 0 or shown[number - 1] != turn]
        return once == [answer.turn for answer in self.answers]


async def all_of_them(town: Town, chats: int, seconds: float, chance: random.Random) -> list[Traveller]:
    """Each begins at a moment of their own within so many seconds."""
    travellers = [Traveller(town, number) for number in range(chats)]
    await asyncio.gather(*(one.asks(chance.uniform(0, seconds)) for one in travellers))
    return travellers


async def _sees(screen: Screen, after: int, pattern: re.Pattern[str]) -> float | None:
    """When the phone showed it; None when it does not in time."""
    end = perf_counter() + PATIENCE
    while (left := end - perf_counter()) > 0:
        if any(one.who == "bot" and pattern.search(one.text) for one in screen.since(after)):
            return perf_counter()
        await screen.wait_beyond(screen.cursor, left)
    return None
