"""Telegram alone, and two clients of it, for whoever asks."""

from small_telegram import aio, ptb, world  # noqa: F401
