"""The crowd: people who once said yes to offers, entered before the bot starts; and travellers who write to it."""

from __future__ import annotations

import asyncio
import random
import re
import time
from dataclasses import dataclass
from itertools import count
from time import perf_counter

import aiohttp
from sqlalchemy import insert

from bot.conversation.events import Address, Memory
from services.clock import Clock
from services.customers import Customers
from services.privacy.facts.policy import VERSION
from services.storage import Stores
from services.storage.app import chats, consents
from services.storage.sealing import Secrets, Vault
from tests.load.platform import Platform

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
#: Seconds until an answer must have come, and how often a platform brings an update again.
PATIENCE, TIMES = 90.0, 12

_updates = count(1)


async def enter(stores: Stores, secrets: Secrets, numbers: range) -> None:
    """Chats whose people want offers."""
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


@dataclass
class Answer:
    """What became of one thing that was asked. `at`: when, and when the answer was on the phone."""

    chat: int
    turn: int
    asked: float
    shown: float | None

    @property
    def wait(self) -> float:
        """Seconds from the webhook to the platform's receipt."""
        return float("inf") if self.shown is None else self.shown - self.asked


class Travellers:
    """People on Telegram, whose updates are brought again until the bot has taken them."""

    def __init__(self, platform: Platform, door: str, secret: str, chance: random.Random) -> None:
        self._platform = platform
        self._door = door
        self._headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        self._chance = chance

    async def all(self, numbers: range, seconds: float) -> list[Answer]:
        """Each at a moment of their own within so many seconds."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
            told = await asyncio.gather(
                *(self._one(http, number, self._chance.uniform(0, seconds)) for number in numbers)
            )
        return [answer for answers in told for answer in answers]

    async def first(self, number: int) -> None:
        """The bot answers at all. Raises TimeoutError."""
        async with aiohttp.ClientSession() as http:
            [answer] = await self._one(http, number, 0.0, turns=(0,))
        if answer.shown is None:
            raise TimeoutError("the bot does not answer")

    async def _one(
        self, http: aiohttp.ClientSession, chat: int, after: float, turns: tuple[int, ...] = ()
    ) -> list[Answer]:
        await asyncio.sleep(after)
        answers = []
        for turn in turns or ((0, 1, 2) if chat % TALKATIVE == 0 else (chat % 3,)):
            words, pattern = TURNS[turn]
            before, asked = len(self._platform.screens[chat]), perf_counter()
            bringing = asyncio.create_task(self._bring(http, chat, words))
            shown = await self._platform.sees(chat, before, pattern, PATIENCE)
            answers.append(Answer(chat, turn, asked, shown.at if shown else None))
            await bringing
        return answers

    async def _bring(self, http: aiohttp.ClientSession, chat: int, words: str) -> None:
        """Until it is taken: at once, then after 2, 4, 8 … seconds, as Telegram does."""
        update = _update(chat, words)
        for tried in range(TIMES):
            try:
                async with http.post(self._door, json=update, headers=self._headers) as answer:
                    if answer.status == 200:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(min(2**tried, 60) if tried else 0)


def _update(chat: int, words: str) -> dict:
    number = next(_updates)
    person = {"id": chat, "is_bot": False, "first_name": "Ada", "language_code": "en"}
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "from": person,
            "chat": {"id": chat, "first_name": "Ada", "type": "private"},
            "date": int(time.time()),
            "text": words,
            "entities": [{"offset": 0, "length": len(words), "type": "bot_command"}],
        },
    }
