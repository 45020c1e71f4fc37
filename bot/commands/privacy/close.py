"""Closes the file of an answered request: who wrote, and from where, is forgotten."""

from __future__ import annotations

import argparse

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import step


def add(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("number", type=str.upper, help="R-…")


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: done. 1: not possible, and why."""
    return await step(desk.handling.close(asked.number), "Closed.")
