"""Try it: starts the world and the bot as two processes, says where to look, and ends both together."""

from __future__ import annotations

import argparse
import asyncio
import http.client
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.sandbox.__main__ import providers
from bot.sandbox.environment import environment

#: Seconds until the world must be up and the bot registered in it.
PATIENCE_AT_START = 60.0
#: Seconds that a child has to end by itself.
PATIENCE_AT_END = 10.0
BETWEEN_LOOKS = 0.1


def main(argv: list[str]) -> int:
    """The command `sandbox`; options win over PORT, DATA, HOST and PROVIDERS. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bot sandbox", description="The bot in a small world.")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or "8080")
    parser.add_argument("--data", default=os.environ.get("DATA") or "var/sandbox")
    parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
    parser.add_argument("--providers", type=providers, default=os.environ.get("PROVIDERS") or "keepgo")
    asked = parser.parse_args(argv)
    if not 1 <= asked.port <= 65534:
        parser.error("a port is a number from 1 to 65534")
    return run(asked.port, asked.data, asked.host, asked.providers)


def run(port: int, data: str, host: str, buys_from: Sequence[str]) -> int:
    """Stay in the foreground until told to stop; returns the exit status."""
    Path(data).mkdir(parents=True, exist_ok=True)
    return asyncio.run(_Launcher(port, data, host, buys_from).run())


class _Launcher:
    """One world, one bot. The world outlives the bot; without the world there is nothing to show."""

    def __init__(self, port: int, data: str, host: str, buys_from: Sequence[str]) -> None:
        self._port = port
        self._data = data
        self._host = host
        self._buys_from = buys_from
        self._told_to_stop = asyncio.Event()
        self._children: list[Process] = []

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(ending, self._told_to_stop.set)
        try:
            trouble = await self._run()
        finally:
            await asyncio.gather(*(_end(child) for child in self._children))
        if self._told_to_stop.is_set() or trouble is None:
            return 0
        _complain(trouble)
        return 1

    async def _run(self) -> str | None:
        """Returns what went wrong, or None when told to stop."""
        world = await self._start("bot.sandbox", "--port", str(self._port), "--host", self._host)
        if not await self._until(_answers):
            return "The world did not start."
        address = f"http://127.0.0.1:{self._port + 1}"
        settings = environment(self._port, address, self._data, providers=self._buys_from)
        bot = await self._start("bot", settings=settings)
        if not await self._until(_is_healthy):
            ended = bot.returncode is not None
            return "The bot ended." if ended else "The bot has not registered on both channels in time."
        _say("Two phones and the shop's desk:")
        _say(f"http://127.0.0.1:{self._port}")
        return await self._watch(world, bot)

    async def _watch(self, world: Process, bot: Process) -> str | None:
        stop, world_ends, bot_ends = (
            asyncio.create_task(ending) for ending in (self._told_to_stop.wait(), world.wait(), bot.wait())
        )
        await asyncio.wait({stop, world_ends, bot_ends}, return_when=asyncio.FIRST_COMPLETED)
        if not stop.done() and not world_ends.done():
            _complain("The bot ended; the world lives on. Ctrl-C ends it.")
            await asyncio.wait({stop, world_ends}, return_when=asyncio.FIRST_COMPLETED)
        if stop.done():
            return None
        stop.cancel()
        return "The world ended."

    async def _start(self, module: str, *arguments: str, settings: dict[str, str] | None = None) -> Process:
        # A session of its own: the terminal's Ctrl-C reaches the launcher only, which ends both in order.
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            env={**os.environ, **(settings or {})},
            stdin=DEVNULL,
            start_new_session=True,
        )
        self._children.append(child)
        return child

    async def _until(self, ready: Callable[[int], bool]) -> bool:
        """Wait for it as long as all children live and nobody says stop; whether it came."""
        try:
            async with asyncio.timeout(PATIENCE_AT_START):
                while not self._told_to_stop.is_set():
                    if any(child.returncode is not None for child in self._children):
                        return False
                    if await asyncio.to_thread(ready, self._port):
                        return True
                    await asyncio.sleep(BETWEEN_LOOKS)
        except TimeoutError:
            return False
        return False


def _answers(port: int) -> bool:
    return _health(port) is not None


def _is_healthy(port: int) -> bool:
    return _health(port) == 200


def _health(port: int) -> int | None:
    """The status of the world's health, or None when nobody answers. Asked directly, past any proxy."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asking.request("GET", "/world/health")
        return asking.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        asking.close()


async def _end(child: Process) -> None:
    if child.returncode is not None:
        return
    child.terminate()
    try:
        async with asyncio.timeout(PATIENCE_AT_END):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201, the launcher speaks to a person


def _complain(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201
