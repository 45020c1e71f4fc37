"""The bots of one leg: started, killed with -9, started again; and watched, for none may die by itself."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess

import httpx

from tests.chaos.telling import say
from tests.living import START, Living, until


class Bots:
    """As many as the leg has, all on one port."""

    def __init__(self, living: Living, many: int) -> None:
        self._living = living
        self.many = many
        self.kills = 0
        #: Bots that ended and were not killed.
        self.fell = 0

    async def begin(self) -> None:
        """The world first, then the bots, one after another as a deploy would start them."""
        self._living.start_world()
        for _ in range(self.many):
            await self._start()
        await self._living.healthy()

    async def kill(self, number: int) -> None:
        """kill -9, here and now."""
        await asyncio.to_thread(self._living.kill_bot, number)
        self.kills += 1

    async def start(self, *, wait: bool = True) -> None:
        """One more bot; with `wait` until it answers."""
        await self._start()
        if wait:
            await self.up()

    async def up(self) -> None:
        """Until every bot that should live does, and the port answers. One that fell is started again."""

        async def answers() -> bool:
            await self._mourn()
            with contextlib.suppress(httpx.TransportError):
                return (await self._living.http.get(f"{self._living.bot_url}/health")).status_code == 200
            return False

        await until(answers, START, lambda: f"the bot does not come up:\n{self._living.log()}")

    async def _start(self) -> subprocess.Popen[bytes]:
        return await asyncio.to_thread(self._living.start_bot)

    async def _mourn(self) -> None:
        for bot in [bot for bot in self._living.bots if bot.poll() is not None]:
            self._living.bots.remove(bot)
            self.fell += 1
            say(f"a bot ended by itself with status {bot.returncode}")
            await self._start()
