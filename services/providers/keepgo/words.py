"""KeepGo's own words: the states of its lines and packages, and amounts in KB."""

from __future__ import annotations

from typing import Any

from services.providers import LineState, Oddities
from services.providers.values import whole

_LINE = {"registered": LineState.READY, "activated": LineState.ACTIVE, "deactivated": LineState.DEACTIVATED}
# A string in one source, a number in another.
_PACKAGE = {
    "0": LineState.READY,
    "1": LineState.ACTIVE,
    "2": LineState.EXHAUSTED,
    "3": LineState.EXPIRED,
    "not active": LineState.READY,
    "non-active": LineState.READY,
    "inactive": LineState.READY,
    "active": LineState.ACTIVE,
    "finished": LineState.EXHAUSTED,
    "expired": LineState.EXPIRED,
}


def line_state(odd: Oddities, word: object) -> LineState:
    """The state of a line."""
    return odd.state(_LINE, "line-status", word)


def package_state(odd: Oddities, word: object) -> LineState:
    """The state of the data bought for it."""
    return odd.state(_PACKAGE, "package-status", word)


def kilobytes(value: Any) -> int | None:
    """Bytes of a number of KB, 1,024 each."""
    number = whole(value)
    return None if number is None or number < 0 else number * 1024
