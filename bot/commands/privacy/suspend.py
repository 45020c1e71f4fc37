"""Stops the clock of a request while you wait for a proof of identity; the person is told."""

from __future__ import annotations

import argparse

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import no, step


def add(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("number", type=str.upper, help="R-…")


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: done. 1: not possible, and why."""
    if await desk.carrying_out.erasing(asked.number):
        return no("Its erasure is under way: `privacy cancel` takes it back, while it has not begun.")
    return await step(desk.handling.suspend(asked.number), "Its clock stands still.")
