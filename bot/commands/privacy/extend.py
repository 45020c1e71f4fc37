"""Extends a request by two months, once, before its due date; the person is told why (GDPR art. 12(3))."""

from __future__ import annotations

import argparse

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import step
from services.privacy.requests.states import REASONS_LONGER


def add(parser: argparse.ArgumentParser) -> None:
    """Which one, and one of the law's two reasons."""
    parser.add_argument("number", type=str.upper, help="R-…")
    parser.add_argument(
        "--why", required=True, choices=REASONS_LONGER, help="it is complex, or there are many"
    )


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: done. 1: not possible, and why."""
    return await step(desk.handling.extend(asked.number, asked.why), "Extended; due {:%Y-%m-%d}.")
