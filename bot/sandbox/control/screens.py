"""A screen as the control interface shows it: what is new since a cursor, held until there is something."""

from __future__ import annotations

from typing import Any

from bot.sandbox.control.calls import Fields
from bot.sandbox.phones import Screen, ScreenMessage

#: Seconds that an answer is held at most.
LONGEST_WAIT = 60.0


async def show(screen: Screen, asked: Fields, here: str) -> dict[str, Any]:
    """The messages since `after`, oldest first, and the cursor to ask with next time.

    A cursor that this screen has not reached belongs to another life of the world: answered at once.
    With `present=1` also the ids of all messages that are there, for who wants to see what was deleted.
    """
    after = asked.whole("after", 0, 0, 2**53)
    wait = min(asked.seconds("wait", 0.0, 86_400.0), LONGEST_WAIT)
    if wait and after <= screen.cursor:
        await screen.wait_beyond(after, wait)
    shown: dict[str, Any] = {
        "cursor": screen.cursor,
        "messages": [_absolute(message, here) for message in screen.since(after)],
    }
    if asked.whole("present", 0, 0, 1):
        shown["present"] = [message.id for message in screen.messages]
    return shown


def _absolute(message: ScreenMessage, here: str) -> dict[str, Any]:
    shown = message.as_json()
    for part in ("image", "document"):
        if isinstance(shown[part], str) and shown[part].startswith("/"):
            shown[part] = here + shown[part]
    return shown
