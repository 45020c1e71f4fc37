"""Lets the clock of a request run again, later by exactly the days that you waited."""

from __future__ import annotations

import argparse

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import step


def add(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("number", type=str.upper, help="R-…")


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: done. 1: not possible, and why."""
    return await step(desk.handling.resume(asked.number), "Its clock runs again; due {:%Y-%m-%d}.")
