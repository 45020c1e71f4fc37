"""Runs the bot until it is told to stop."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable

from bot import logs
from bot.importing import nothing_is_garbage
from bot.settings import BadSettings, read

#: Seconds that open requests get at the end.
GRACE = 3
#: Seconds that one thread may compute while another wants to: at Python's own 5 ms, whatever the databases' threads
#: do, and every import beside the loop, holds up the replies (`make load`).
TURN = 0.0005


def main(arguments: list[str]) -> int:
    """Serve from the environment's settings; 0 after SIGINT or SIGTERM, 2 for bad settings."""
    if arguments:
        print("the bot takes its settings from the environment, not from arguments", file=sys.stderr)
        return 2
    logs.configure()
    sys.setswitchinterval(TURN)
    try:
        settings = read()
    except BadSettings as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 2
    try:
        listening = _listening(*settings.address)
    except OSError as error:
        print(f"cannot start: LISTEN {settings.listen}: {error.strerror}", file=sys.stderr)
        return 2
    # All of the shop takes a second to import: not before the settings are known to be good.
    with nothing_is_garbage():
        from bot.serving import serve

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(serve(settings, listening, GRACE))


def _listening(host: str, port: int) -> socket.socket:
    """A socket that several processes may share: the system spreads the callers."""
    # The protocol is named, or the accepted connections would wait 40 ms with every small answer.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    one.bind((host, port))
    return one


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
