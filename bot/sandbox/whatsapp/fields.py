"""Reading a request as strictly as Meta does: missing, of the wrong kind, too short or too long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.whatsapp.errors import MISSING, VALUE, Refused

Fields = Mapping[str, Any]


def part(holder: Fields, name: str, where: str = "") -> Fields:
    """The object under that name; Refused when it is missing or no object."""
    value = _present(holder, name, where)
    if not isinstance(value, dict):
        raise Refused(VALUE, f"{where}{name} must be an object")
    return value


def parts(holder: Fields, name: str, most: int, where: str = "") -> Sequence[Fields]:
    """One to `most` objects under that name."""
    value = _present(holder, name, where)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Refused(VALUE, f"{where}{name} must be a list of objects")
    if not 1 <= len(value) <= most:
        raise Refused(VALUE, f"Invalid {name} count. Min allowed: 1, max allowed: {most}")
    return value


def text(holder: Fields, name: str, longest: int, label: str, shortest: int = 1) -> str:
    """A text of that many characters (code points)."""
    value = _present(holder, name, f"{label}: ")
    if not isinstance(value, str):
        raise Refused(VALUE, f"{label} must be a string")
    if not shortest <= len(value.strip() and value) <= longest:
        raise Refused(VALUE, f"{label} length invalid. Min length: {shortest}, Max length: {longest}")
    return value


def optional_text(holder: Fields, name: str, longest: int, label: str) -> str:
    """The same, or an empty text when it is not there."""
    return text(holder, name, longest, label, shortest=0) if holder.get(name) is not None else ""


def web_address(holder: Fields, name: str, label: str) -> str:
    """An http or https address."""
    value = text(holder, name, 2_000, label)
    if not value.startswith(("http://", "https://")):
        raise Refused(VALUE, f"{label} must start with http:// or https://")
    return value


def number(holder: Fields, name: str, low: float, high: float, label: str) -> float:
    """A number between the two; Meta takes it as text, too."""
    try:
        value = float(_present(holder, name, f"{label}: "))
    except (TypeError, ValueError, OverflowError):
        raise Refused(VALUE, f"{label} must be a number") from None
    if not low <= value <= high:
        raise Refused(VALUE, f"{label} must be between {low} and {high}")
    return value


def all_different(values: Sequence[str], label: str) -> None:
    """Refused when one comes twice."""
    if len(set(values)) != len(values):
        raise Refused(VALUE, f"Duplicated {label}")


def _present(holder: Fields, name: str, where: str) -> Any:
    if holder.get(name) is None:
        raise Refused(MISSING, f"{where}{name} is required")
    return holder[name]
