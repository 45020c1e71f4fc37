"""Ends the pause of a customer's data, a week after the bot has told them (GDPR art. 18(3))."""

from __future__ import annotations

import argparse
import sys

from bot.commands.privacy._desk import Desk


def add(parser: argparse.ArgumentParser) -> None:
    """Whose."""
    parser.add_argument("customer", help="the customer's id")


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: it ends after the notice. 1: there is no pause, or its end is announced already."""
    ends = await desk.pauses.announce_end(asked.customer)
    if ends is None:
        print("There is no pause to end, or its end is announced already.", file=sys.stderr)
        return 1
    print(f"They are told; the pause ends on {ends:%Y-%m-%d} at the earliest.")
    return 0
