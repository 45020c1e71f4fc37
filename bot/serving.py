"""An open shop behind its doors, until a signal comes."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from bot.connection import Connection
from bot.gate import Gate
from bot.opening import opened
from bot.settings import Settings
from services.one_process import AlreadyRunning
from services.privacy import KeysMissing, Resurrected
from services.providers import ProviderError
from services.storage.sealing import Broken

#: Seconds that an idle line stays open: longer than the proxy before us keeps one (Caddyfile).
KEPT_OPEN = 30


async def serve(settings: Settings, listening: socket.socket, grace: int) -> int:
    """Open, listen, close; the exit status."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(ending, stop.set)
    try:
        async with opened(settings) as app:
            server = _Server(
                uvicorn.Config(
                    Gate(app.doors().app(), app.channels, time.monotonic),
                    http=Connection,
                    ws="none",
                    lifespan="off",
                    access_log=False,
                    log_config=None,
                    server_header=False,
                    # Addresses tell sources apart at the gate, which reads them itself and forgets them.
                    proxy_headers=False,
                    timeout_graceful_shutdown=grace,
                    timeout_keep_alive=KEPT_OPEN,
                )
            )
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            server.should_exit = True
            await serving
            stopping.cancel()
    except (AlreadyRunning, Broken, KeysMissing, Resurrected, ProviderError) as error:
        print(f"cannot start: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


class _Server(uvicorn.Server):
    """Leaves the signals to us: what is open must close in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ours are installed already."""
        yield
