"""KeepGo's small change, each kind read in one place: numbers that may be strings, dates that may be "", states."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from services.providers import LineState, Oddities

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


def decimal(value: Any) -> Decimal | None:
    """A number, as a number or as a string; None for what is unset or none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def whole(value: Any) -> int | None:
    """A whole number, as a number or as a string; None for what is unset or none."""
    number = decimal(value)
    return int(number) if number is not None and abs(number) < 10**15 and number == int(number) else None


def text(value: Any) -> str:
    """Words or an id; "" when unset."""
    return "" if value is None else str(value).strip()


def moment(value: Any) -> datetime | None:
    """A time, which KeepGo writes in UTC without saying so; None for "", null and zeros."""
    written = text(value)
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def kilobytes(value: Any) -> int | None:
    """Bytes of a number of KB, 1,024 each."""
    number = whole(value)
    return None if number is None or number < 0 else number * 1024


def flag_in(value: Any) -> bool:
    """True, 1, "1" and "true" are yes."""
    return text(value).lower() in {"true", "1", "yes"}
