"""Votes that close by themselves when their time has come."""

from __future__ import annotations

from bot.sandbox.telegram.calls import Json


def settled(message: Json, now: int) -> Json:
    """The message as it is at that time, in Unix seconds: a poll whose date has passed is closed."""
    poll = message.get("poll")
    if poll is None or poll["is_closed"] or now < poll.get("close_date", now + 1):
        return message
    return message | {"poll": poll | {"is_closed": True}}
