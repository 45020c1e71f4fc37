"""Telegram alone, and its clients, for whoever asks."""

from small_telegram import aio, http, ptb, world  # noqa: F401
