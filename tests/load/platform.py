"""Telegram's side: keeps the world's own rates, stumbles as often as it is told to, and notes when each message came."""

from __future__ import annotations

import asyncio
import json
import random
from collections import defaultdict
from dataclasses import dataclass
from time import perf_counter

from aiohttp import web

from bot.sandbox.rates import Bucket
from bot.sandbox.telegram.rates import OVERALL, PRIVATE_BURST, PRIVATE_SECONDS
from tests.bench.bot_api import BotApi
from tests.bench.wire import Asked

COUNTED = ("send", "edit")
#: Seconds that a call hangs before nobody hears what became of it.
HANGS = 2.0


@dataclass
class Shown:
    """A message on a phone."""

    text: str
    at: float


class Platform:
    """Any chat may be written to."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._faults = 0.0
        self._api = BotApi()
        self._overall = Bucket(OVERALL, OVERALL)
        self._chats: dict[int, Bucket] = {}
        self.screens: dict[int, list[Shown]] = defaultdict(list)
        #: When a fault met a message to a chat.
        self.met: dict[int, list[float]] = defaultdict(list)
        self.too_fast = 0
        self.listening = asyncio.Event()
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    async def open(self) -> str:
        """The address to give to the bot."""
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def stumble(self, faults: float) -> None:
        """From now on each kind of fault meets that share of the messages."""
        self._faults = faults

    async def sees(self, chat: int, after: int, pattern, seconds: float) -> Shown | None:
        """The first message that says it, after so many; None when it does not come in time."""

        def found() -> Shown | None:
            return next((one for one in self.screens[chat][after:] if pattern.search(one.text)), None)

        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(found), seconds)
            except TimeoutError:
                return None
            return found()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.path.rpartition("/")[2]
        asked = Asked(request.path, request.content_type.encode(), await request.read())
        if method.lower() == "setwebhook":
            self.listening.set()
        if not method.startswith(COUNTED):
            return _json(200, self._api.answer(asked))
        fields = json.loads(asked.body)
        chat = int(fields["chat_id"])
        if (wait := self._hasty(chat)) > 0:
            self.too_fast += 1
            return _refused(429, f"Too Many Requests: retry after {int(wait) + 1}", retry_after=int(wait) + 1)
        return await self._shown(request, chat, fields, asked)

    async def _shown(self, request: web.Request, chat: int, fields: dict, asked: Asked) -> web.StreamResponse:
        fault = self._fault()
        if fault:
            self.met[chat].append(perf_counter())
        match fault:
            case "429":
                return _refused(429, "Too Many Requests: retry after 1", retry_after=1)
            case "500":
                return _refused(500, "Internal Server Error")
            case "dropped":
                return _hung_up(request)
        async with self._changed:
            self.screens[chat].append(Shown(fields.get("text", ""), perf_counter()))
            self._changed.notify_all()
        if fault == "unheard":
            await asyncio.sleep(HANGS)
            return _hung_up(request)
        return _json(200, self._api.answer(asked))

    def _fault(self) -> str:
        """Each of them meets that share of the messages."""
        drawn = self._chance.random()
        kinds = ("429", "500", "dropped", "unheard")
        number = int(drawn / self._faults) if self._faults else len(kinds)
        return kinds[number] if number < len(kinds) else ""

    def _hasty(self, chat: int) -> float:
        """Seconds that a message comes too soon; 0: it is taken."""
        own = self._chats.setdefault(chat, Bucket(PRIVATE_BURST, 1 / PRIVATE_SECONDS))
        wait = max(self._overall.wait(), own.wait())
        if wait <= 0:
            self._overall.take()
            own.take()
        return wait


def _hung_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _refused(code: int, description: str, **parameters: int) -> web.Response:
    error = {"ok": False, "error_code": code, "description": description, "parameters": parameters}
    return _json(code, json.dumps(error).encode())


def _json(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, content_type="application/json")
