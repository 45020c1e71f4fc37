"""The three bots that are compared: ours, and two empty ones that answer whatever comes with one message."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.machine import START, Process
from tests.ports import free_port

SECRET = "bench"


@dataclass(frozen=True)
class Server:
    """A bot that listens for updates."""

    name: str
    process: Process
    port: int
    path: str
    secret: str


@dataclass(frozen=True)
class Stage:
    """Where the bots play: the core they run on, the folder of their logs, the address of everything outside."""

    core: int
    folder: Path
    outside: str


async def empty_bot(stage: Stage, kind: str) -> Server:
    """ "aiogram" or "ptb"."""
    port = free_port()
    arguments = ["-m", f"tests.bench.empty_{kind}", str(port), f"{stage.outside}/{kind}", SECRET]
    process = Process(kind, arguments, dict(os.environ), stage.core, stage.folder)
    try:
        await process.listens(port)
    except BaseException:
        await process.stop()
        raise
    return Server(kind, process, port, "/", SECRET)


class Shop:
    """Our bot as it runs in production; only the addresses in its settings lead to this bench."""

    def __init__(self, stage: Stage, environment: Mapping[str, str]) -> None:
        self._stage = stage
        self._environment = environment
        self.data = stage.folder / "shop"
        self.server: Server | None = None

    async def start(self) -> float:
        """Run; the seconds from its first moment to a healthy answer."""
        port = free_port()
        process = Process("ours", ["-m", "bot"], self._settings(port), self._stage.core, self._stage.folder)
        self.server = Server("ours", process, port, "/telegram", self._environment["TELEGRAM_SECRET"])
        begun = time.perf_counter()
        while not await _healthy(port):
            process.check()
            if time.perf_counter() - begun > START:
                raise TimeoutError("our bot did not become healthy")
            await asyncio.sleep(0.005)
        return time.perf_counter() - begun

    async def stop(self) -> None:
        """End it, if it runs."""
        if self.server is not None:
            await self.server.process.stop()

    def forget(self) -> None:
        """As if it had never run here."""
        shutil.rmtree(self.data, ignore_errors=True)

    def _settings(self, port: int) -> dict[str, str]:
        own, outside = f"http://127.0.0.1:{port}", self._stage.outside
        return {
            **os.environ,
            **self._environment,
            "LISTEN": f"127.0.0.1:{port}",
            "PUBLIC_URL": own,
            "TELEGRAM_API": f"{outside}/ours",
            "KEEPGO_API": f"{outside}/keepgo",
            "STRIPE_API": f"{outside}/stripe",
            "DATA": str(self.data),
            "APP_DATABASE_URL": "",
            "LEGAL_DATABASE_URL": "",
            "VAULT_DATABASE_URL": "",
            # The machine's time and waits of full length, as in a real shop.
            "TIME_SOURCE": "",
            "TIME_FACTOR": "1",
            # What Telegram would take is no measure of what the bot can do.
            "TELEGRAM_RATE": "0",
        }


async def _healthy(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.write(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    try:
        return b" 200 " in await reader.readline()
    except ConnectionError:
        return False
    finally:
        writer.close()
