"""What the words of `privacy` say and write: a request in a line, why a step is not possible, a file for you alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable
from datetime import datetime
from pathlib import Path

from services.privacy.requests.handling import NotPossible
from services.privacy.requests.register import Request

#: Why a request cannot take a step.
WHY_NOT = {
    "unknown": "There is no request of that number.",
    "over": "That request was answered.",
    "too_late": "Its due date is past: an extension has to be announced before it.",
    "extended_before": "It was extended before: once is what the law allows.",
    "not_from_here": "That cannot follow on the state in which it is; see `privacy show`.",
    "merged": "It goes on under another number; see `privacy show`.",
    "in_chat": "It came through a chat, and is carried out there, or by `privacy answer`.",
    "complaint": "Nothing is to be carried out of a complaint: write back, then `privacy answer`.",
    "not_identified": "Nobody knows yet whose it is: `privacy identify` first.",
    "gone": "Its customer is gone, or goes just now because their time is over.",
    "begun": "Its erasure has begun, and cannot be stopped.",
}


def line(request: Request, now: datetime) -> str:
    """One request in one line."""
    left = "clock stopped" if request.suspended_at else f"{(request.due_at - now).days} days left"
    due = f"due {request.due_at:%Y-%m-%d} ({left})" if request.is_open else "answered"
    who = request.customer or "not identified"
    return f"{request.number}  {request.kind:<13}  {request.state:<19}  {due}  {request.intake}  {who}"


async def step(act: Awaitable[object], done: str) -> int:
    """Take a step and say so; 1 where it is not possible, and why."""
    try:
        outcome = await act
    except NotPossible as reason:
        return no(WHY_NOT[reason.why])
    print(done.format(outcome))
    return 0


def no(words: str) -> int:
    """Say why not, where errors go; the exit status 1."""
    print(words, file=sys.stderr)
    return 1


def write_private(path: Path, content: bytes) -> None:
    """A new file that only you can read. Raises OSError where it cannot be, or is there already."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
