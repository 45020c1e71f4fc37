"""Shows a request with its history, and how to reach whoever asked."""

from __future__ import annotations

import argparse
import sys

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import WHY_NOT, line


def add(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("number", type=str.upper, help="R-…")


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: shown. 1: there is none."""
    request = await desk.requests.find(asked.number)
    if request is None:
        print(WHY_NOT["unknown"], file=sys.stderr)
        return 1
    print(line(request, desk.clock.now()))
    if request.merged_into:
        print(f"goes on as {request.merged_into}")
    print(f"identity: {request.level or 'not proven'}")
    contact = await desk.letters.contact(request.number)
    if contact is not None:
        print(f"answer to: {contact.name} ({contact.locale})\n{contact.reach}")
    for at, was, now, why in await desk.requests.history(request.number):
        print(f"{at:%Y-%m-%d %H:%M}  {was or '–'} → {now}  {why}")
    return 0
