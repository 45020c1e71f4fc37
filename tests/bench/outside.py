"""Everything that the bots talk to, in this process and on one port: three Bot APIs, the provider, the payments."""

from __future__ import annotations

import asyncio

from tests.bench.bot_api import BotApi
from tests.bench.sellers import KeepGo, Stripe
from tests.bench.wire import Asked, Door

BOTS = ("ours", "aiogram", "ptb")


class Outside:
    """Answers at once. The first part of a path says who is asked."""

    def __init__(self, bundles: bytes, stripe_secret: str) -> None:
        self.phones = {name: BotApi() for name in BOTS}
        self.stripe = Stripe(stripe_secret)
        self._who = {**self.phones, "stripe": self.stripe, "keepgo": KeepGo(bundles)}
        self._server: asyncio.Server | None = None

    async def open(self) -> str:
        """Its address."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Door(self._answer), "127.0.0.1", 0, backlog=512
        )
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    def _answer(self, asked: Asked) -> bytes:
        return self._who[asked.path.split("/", 2)[1]].answer(asked)
