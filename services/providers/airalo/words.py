"""Airalo's own words, and ours in its orders: states, when a package begins, amounts in MB, descriptions."""

from __future__ import annotations

import re
from typing import Any

from services.providers import LineState, Oddities
from services.providers.values import text, whole

#: How a description begins that the bot has written.
OURS = "bot "

_STATES = {
    "not_active": LineState.READY,
    "active": LineState.ACTIVE,
    "finished": LineState.EXHAUSTED,
    "expired": LineState.EXPIRED,
    "recycled": LineState.RECYCLED,
    "unknown": LineState.UNKNOWN,
}
_STARTS = {"first-usage": "first_use", "installation": "installation"}
_A_DAY = re.compile(r"(\d+(?:\.\d+)?)\s*(gb|mb)\b[^.]*\bday", re.IGNORECASE)


def state(odd: Oddities, word: object) -> LineState:
    """The state of a line, or of a package on it."""
    return odd.state(_STATES, "status", word)


def starts(odd: Oddities, word: object) -> str | None:
    """When a package's time begins, in our words; None when Airalo does not say, or not so that we know."""
    policy = text(word).lower()
    if policy and policy not in _STARTS:
        odd.note("activation-policy", policy)
    return _STARTS.get(policy)


def megabytes(value: Any) -> int | None:
    """Bytes of a number of MB, 1,024 KB each."""
    number = whole(value)
    return None if number is None or number < 0 else number * 1024**2


def full_speed(policy: object) -> int | None:
    """Bytes a day at full speed, out of "Lower speed rate of 1 Mbps after 3 GB usage per day."."""
    said = _A_DAY.search(text(policy))
    if said is None:
        return None
    return int(float(said[1]) * (1024**3 if said[2].lower() == "gb" else 1024**2))


def described(ref: str) -> str:
    """Our reference, as it stands in a description."""
    return OURS + ref


def ref_in(said: object) -> str | None:
    """Our reference out of a description, or None for what we did not write."""
    return text(said).removeprefix(OURS) if text(said).startswith(OURS) else None
