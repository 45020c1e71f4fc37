"""Notes that you have answered a request yourself, wholly or in part; the person was told by you."""

from __future__ import annotations

import argparse

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import step


def add(parser: argparse.ArgumentParser) -> None:
    """Which one, and how far."""
    parser.add_argument("number", type=str.upper, help="R-…")
    parser.add_argument(
        "--partly", action="store_true", help="something stays, as the law says; you told what"
    )


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: done. 1: not possible, and why."""
    return await step(desk.handling.answer(asked.number, partly=asked.partly), "Answered.")
