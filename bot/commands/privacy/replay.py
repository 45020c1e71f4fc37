"""Erases again what a restored database brought back; with the bot stopped."""

from __future__ import annotations

import argparse

from bot.commands.privacy._desk import Desk
from services.privacy import open_guard


def add(parser: argparse.ArgumentParser) -> None:
    """Takes no arguments."""
    del parser


async def run(desk: Desk, asked: argparse.Namespace) -> int:  # noqa: ARG001
    """0: done."""
    guard = open_guard(desk.stores, desk.vault, desk.secrets, desk.clock, desk.settings.controller)
    print(f"{await guard.replay()} erasures done again")
    return 0
