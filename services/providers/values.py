"""Values as providers write them: numbers that may be strings, dates that may be "", and null for anything."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any


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
    """Words or an id; "" when unset. Without halves of characters (JSON can write them) and NUL: no store keeps those."""
    if value is None:
        return ""
    return str(value).encode("utf-8", "replace").decode().replace("\0", "").strip()


def moment(value: Any) -> datetime | None:
    """A time, in UTC where nothing else is said; None for "", null and zeros."""
    written = text(value)
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def flag_in(value: Any) -> bool:
    """True, 1, "1" and "true" are yes."""
    return text(value).lower() in {"true", "1", "yes"}


def listed(value: Any) -> list[Any]:
    """A list; empty for what is none."""
    return value if isinstance(value, list) else []
