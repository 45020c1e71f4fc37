"""Opens the world's doors and closes them in order: calls that are being held are let go first."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.hanging_up import BreakableLine
from bot.sandbox.outside import Outside
from bot.sandbox.world import World

#: Seconds that calls have to finish by themselves once the world is told to stop.
LAST_CALLS = 0.5
#: Seconds after which whatever is still open is cut.
PATIENCE = 2
BACKLOG = 2_048
#: Seconds that an idle line stays open: longer than clients keep one, or they would ask on a line that just closed.
KEPT_OPEN = 30


class PortTakenError(Exception):
    """Somebody else listens there; says where, in a line for a person."""


def serve(
    host: str,
    port: int,
    bot_url: str,
    smtp_port: int,
    outside: Outside | None = None,
    *,
    rates: bool = True,
    reach: int | None = None,
) -> None:
    """Run the world until SIGINT or SIGTERM. Always on loopback, and on `host` too when that is elsewhere."""
    sockets = [_listener(address, port) for address in _addresses(host)]
    _listener("127.0.0.1", smtp_port).close()
    world = World(f"http://127.0.0.1:{port}", bot_url, smtp_port, outside, rates=rates, reach=reach)
    doors = Doors(world.app())
    config = uvicorn.Config(
        doors,
        loop="uvloop",
        http=BreakableLine,
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=PATIENCE,
        backlog=BACKLOG,
        timeout_keep_alive=KEPT_OPEN,
    )
    _Server(config, doors).run(sockets)


class Doors:
    """The world's application, with a way to end the calls that are held open."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._inside: set[asyncio.Task[None]] = set()
        self._closed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        task = asyncio.current_task()
        assert task is not None
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        self._inside.add(task)
        try:
            await self._app(scope, receive, send_and_note)
        except asyncio.CancelledError:
            if not self._closed:
                raise
            if not begun:
                await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._inside.discard(task)

    def close(self) -> None:
        """End every call that is still being held."""
        self._closed = True
        for task in list(self._inside):
            task.cancel()


class _Server(uvicorn.Server):
    """Ends with status 0 on a signal, for being told to stop is no failure."""

    def __init__(self, config: uvicorn.Config, doors: Doors) -> None:
        super().__init__(config)
        self._doors = doors

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(ending, self.handle_exit, ending, None)
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().call_later(LAST_CALLS, self._doors.close)
        await super().shutdown(sockets)


def _addresses(host: str) -> list[str]:
    everywhere = {"0.0.0.0", "::"}
    if host in everywhere:
        return [host]
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError as err:
        raise PortTakenError(f"{host} is no address of this machine.") from err
    return ["127.0.0.1", *sorted(found - {"127.0.0.1"})]


def _listener(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # The protocol is named, or the accepted sockets would hold back small answers for 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(BACKLOG)
    except OSError as err:
        listener.close()
        raise PortTakenError(f"Cannot listen on {address}:{port}: {err.strerror}.") from err
    return listener
