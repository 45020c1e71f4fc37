"""Notes that whoever asked has taken a request back."""

from __future__ import annotations

import argparse

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import step


def add(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("number", type=str.upper, help="R-…")


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: done. 1: not possible, and why."""
    return await step(_cancel(desk, asked.number), "Taken back.")


async def _cancel(desk: Desk, number: str) -> None:
    """An erasure that waits for its day is taken back with it."""
    await desk.carrying_out.stop(number)
    await desk.handling.cancel(number)
