"""The bot in a small world of its own: two phones, the shop's desk, nothing else needed."""

from __future__ import annotations

from bot.sandbox.launcher import main

__all__ = ["main"]
