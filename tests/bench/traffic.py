"""Travellers who write and press, by webhook, as many at once as they are asked to be; each must be answered."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count, cycle

from tests.bench.bot_api import BotApi, Screen
from tests.bench.servers import Server
from tests.bench.sizes import AT_ONCE
from tests.bench.wire import Line, head

#: Processor time is told in steps of this, in seconds.
FINEST = 0.01

_updates = count(100_000)
_messages = count(1)


class Unanswered(Exception):
    """Somebody said something and did not get the answer that belongs to it."""


@dataclass
class Measured:
    """What came of asking for a while. Waits in seconds, of every turn."""

    turns: int = 0
    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    #: Processor seconds of the server, and of this process, which plays all phones and platforms.
    server_cpu: float = 0.0
    own_cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Turns for each second."""
        return self.turns / self.seconds

    @property
    def cpu_ms(self) -> float:
        """The server's processor time for one turn, in milliseconds: it depends on the machine's load least."""
        return max(self.server_cpu, FINEST) / self.turns * 1000


class Travellers:
    """People who use one bot."""

    def __init__(self, server: Server, phones: BotApi) -> None:
        self.server = server
        self.phones = phones
        self._head = head(server.path, {"X-Telegram-Bot-Api-Secret-Token": server.secret})

    def screen(self, chat: int) -> Screen:
        return self.phones.screens.setdefault(chat, Screen())

    async def says(self, line: Line, chat: int, text: str, answer: re.Pattern[str]) -> None:
        """Write, and see the answer. Raises Unanswered."""
        command = [{"offset": 0, "length": len(text), "type": "bot_command"}] if text[0] == "/" else None
        message = _message(chat, text) | ({"entities": command} if command else {}) | {"from": _person(chat)}
        await self._turn(line, chat, {"message": message}, answer)

    async def presses(self, line: Line, chat: int, data: str, answer: re.Pattern[str]) -> None:
        """Press a button of the newest message, and see the answer. Raises Unanswered."""
        number = next(_updates)
        query = {"id": str(number), "from": _person(chat), "chat_instance": "1", "data": data}
        message = _message(chat, self.screen(chat).text)
        await self._turn(line, chat, {"callback_query": query | {"message": message}}, answer)

    async def ask(
        self, chats: Sequence[int], text: str, answer: re.Pattern[str], seconds: float | None = None
    ) -> Measured:
        """So many at once, for so long; with None, every chat once."""
        found = Measured()
        lines = [await Line.to(self.server.port) for _ in range(min(AT_ONCE, len(chats)))]
        cpu, own, begun = self.server.process.cpu_seconds(), time.process_time(), time.perf_counter()
        until = float("inf") if seconds is None else begun + seconds

        async def one(line: Line, mine: Sequence[int]) -> None:
            for chat in mine if seconds is None else cycle(mine):
                asked = time.perf_counter()
                if asked > until:
                    return
                await self.says(line, chat, text, answer)
                found.waits.append(time.perf_counter() - asked)

        await asyncio.gather(*(one(line, chats[number :: len(lines)]) for number, line in enumerate(lines)))
        found.seconds = time.perf_counter() - begun
        found.own_cpu = time.process_time() - own
        found.server_cpu = self.server.process.cpu_seconds() - cpu
        found.turns = len(found.waits)
        for line in lines:
            line.close()
        return found

    async def _turn(self, line: Line, chat: int, update: dict, answer: re.Pattern[str]) -> None:
        screen = self.screen(chat)
        before = screen.count
        status = await line.post(self._head, json.dumps({"update_id": next(_updates), **update}).encode())
        if status != 200 or screen.count == before or not answer.search(screen.text):
            shown = screen.text if screen.count > before else "nothing"
            raise Unanswered(
                f"{self.server.name} answered {status} and showed {shown!r}, not {answer.pattern!r}"
            )


def _message(chat: int, text: str) -> dict:
    return {
        "message_id": next(_messages),
        "chat": {"id": chat, "first_name": "Ada", "username": f"ada{chat}", "type": "private"},
        "date": int(time.time()),
        "text": text,
    }


def _person(chat: int) -> dict:
    return {"id": chat, "is_bot": False, "first_name": "Ada", "username": f"ada{chat}", "language_code": "en"}
