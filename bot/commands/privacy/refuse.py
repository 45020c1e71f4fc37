"""Refuses a request with a reason of the law; the person hears it, and where to complain or to sue.

unfounded, excessive: art. 12(5). not_identified: 11(2). legal_duty: 17(3). others_rights: 15(4). our_grounds: 21(1).
"""

from __future__ import annotations

import argparse

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import step
from services.privacy.requests.states import REASONS_REFUSED, WhyRefused


def add(parser: argparse.ArgumentParser) -> None:
    """Which one, and why."""
    parser.add_argument("number", type=str.upper, help="R-…")
    parser.add_argument("--why", required=True, choices=REASONS_REFUSED)


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: done. 1: not possible, and why."""
    return await step(_refuse(desk, asked.number, asked.why), "Refused; the person is told.")


async def _refuse(desk: Desk, number: str, why: WhyRefused) -> None:
    """An erasure that waits for its day does not begin."""
    await desk.carrying_out.stop(number)
    await desk.handling.refuse(number, why)
