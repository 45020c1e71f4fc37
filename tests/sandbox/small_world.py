"""A world with one service in it, on a free port, for tests that look at that service alone."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from uvicorn.server import ServerState

from bot.sandbox.clock import WorldClock
from bot.sandbox.faults import Faults
from bot.sandbox.hanging_up import BreakableLine
from bot.sandbox.media import Media
from bot.sandbox.outside import Outside
from bot.sandbox.wire import Wire


class SmallWorld:
    def __init__(self, here, bot):
        self.here = here
        self.bot = bot
        self.clock = WorldClock()
        self.faults = Faults()
        self.media = Media()
        self.outside = Outside()
        self.wire = Wire.from_environment()
        self.calls = Counter()


@asynccontextmanager
async def serving(build, bot="http://127.0.0.1:9"):
    """Yields (world, service): `build` makes the service from the world."""
    # The protocol is named, or the accepted sockets would wait 40 ms with every small answer.
    with socket.socket(proto=socket.IPPROTO_TCP) as door:
        door.bind(("127.0.0.1", 0))
        world = SmallWorld(f"http://127.0.0.1:{door.getsockname()[1]}", bot)
        service = build(world)
        await service.start()
        try:
            async with listening(Starlette(routes=service.routes()), door):
                yield world, service
        finally:
            await service.stop()


@asynccontextmanager
async def listening(app, door):
    """Serves the application on a bound socket, without the second that a whole server takes to end."""
    config = uvicorn.Config(app, http=BreakableLine, ws="none", lifespan="off", log_level="error")
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: BreakableLine(config=config, server_state=state, app_state={}), sock=door
    )
    try:
        yield
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        for task in list(state.tasks):
            task.cancel()
        await asyncio.gather(*state.tasks, return_exceptions=True)


async def until(check, seconds=5.0):
    """Wait until it is true; fails when it does not become so."""
    async with asyncio.timeout(seconds):
        while not check():
            await asyncio.sleep(0.01)
