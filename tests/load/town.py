"""The sandbox's world in this process, so that the moment at which a message reaches a phone is known exactly."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Self

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.environment import smtp_port
from bot.sandbox.hanging_up import BreakableLine
from bot.sandbox.phones import Phones
from bot.sandbox.serving import BACKLOG, KEPT_OPEN
from bot.sandbox.world import World

CHANNELS = ("telegram", "whatsapp")
#: What can happen to a message, or to what tells of one, and the seconds that go with it.
FAULTS = {"429": 1.0, "error-500": 0.0, "timeout": 2.0, "duplicate-updates": 0.0}
#: Calls of each service among which faults are spread; after them it has no more.
CALLS = 4_000


class Town:
    """All of the world's services at their real rates, on loopback; one `async with` is one life of it."""

    def __init__(self, port: int, bot: str) -> None:
        """`bot`: the bot's base address."""
        self._port = port
        self.world = World(f"http://127.0.0.1:{port}", bot, smtp_port(port))
        self._doors = _Doors(self.world.app())
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", self._port))
        door.listen(BACKLOG)
        config = uvicorn.Config(
            self._doors,
            http=BreakableLine,
            ws="none",
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=1,
            timeout_keep_alive=KEPT_OPEN,
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve([door]))
        return self

    async def __aexit__(self, *_failure: object) -> None:
        assert self._server is not None and self._serving is not None
        self._server.should_exit = True
        await self._serving

    @property
    def refused(self) -> int:
        """Calls of the bot that the chat services did not carry out."""
        return self._doors.refused

    def phones(self, channel: str) -> Phones:
        """A service as those see it who hold its phones."""
        return self.world.phones[channel]

    def acquainted(self, names: Iterable[str]) -> list[int]:
        """People on Telegram whom the bot has met before; the ids of their chats."""
        return [self.world.telegram.acquainted(name) for name in names]

    def stumble(self, share: float, chance: random.Random) -> None:
        """From now on each kind of fault meets that share of the calls, drawn now."""
        for channel in CHANNELS:
            for kind, seconds in FAULTS.items():
                for number in range(CALLS):
                    if chance.random() < share:
                        self.world.faults.arm(channel, kind, times=1, skip=number, seconds=seconds)


class _Doors:
    """Counts what is refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.refused = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        counted = scope["type"] == "http" and scope["path"].startswith(tuple(f"/{one}/" for one in CHANNELS))

        async def noting(message: Message) -> None:
            if counted and message["type"] == "http.response.start" and message["status"] >= 400:
                self.refused += 1
            await send(message)

        await self._app(scope, receive, noting)


class _Server(uvicorn.Server):
    """Leaves the signals to whoever runs the load."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
