"""Lists the requests that have to be answered, the most urgent first."""

from __future__ import annotations

import argparse
import json

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import line


def add(parser: argparse.ArgumentParser) -> None:
    """For people or for programs."""
    parser.add_argument("--json", action="store_true", help="for programs")


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: listed."""
    found = await desk.requests.open_ones()
    now = desk.clock.now()
    if asked.json:
        rows = [
            {"number": one.number, "kind": one.kind, "state": one.state, "due": one.due_at.isoformat()}
            for one in found
        ]
        print(json.dumps(rows, indent=2))
    else:
        print("\n".join(line(one, now) for one in found) or "Nothing has to be answered.")
    return 0
