"""Ports for the processes that tests start: below what the system hands out to whoever connects somewhere."""

from __future__ import annotations

import random
import socket

from bot.sandbox.environment import smtp_port

#: Where nothing of the system listens or calls from. The mailbox of such a world lies in there too.
LOWEST, HIGHEST = 10_000, 20_000


def free_port() -> int:
    """A port that is free just now, with its neighbor (the bot's) and its mailbox. Tests run beside each other:
    chance keeps them apart.
    """
    while True:
        port = random.SystemRandom().randrange(LOWEST, HIGHEST, 2)
        if all(_is_free(one) for one in (port, port + 1, smtp_port(port))):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as door:
        try:
            door.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
