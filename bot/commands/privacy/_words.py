"""What the words of `privacy` print: a request in a line, a request in full, and why a step is not possible."""

from __future__ import annotations

import sys
from collections.abc import Awaitable
from datetime import datetime

from services.privacy.handling import NotPossible
from services.privacy.requests import Request

#: Why a request cannot take a step.
WHY_NOT = {
    "unknown": "There is no request of that number.",
    "over": "That request was answered.",
    "too_late": "Its due date is past: an extension has to be announced before it.",
    "extended_before": "It was extended before: once is what the law allows.",
    "not_from_here": "That cannot follow on the state in which it is; see `privacy show`.",
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
    except NotPossible as no:
        print(WHY_NOT[no.why], file=sys.stderr)
        return 1
    print(done.format(outcome))
    return 0
