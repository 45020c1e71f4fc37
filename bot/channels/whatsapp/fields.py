"""Reading JSON from outside: what is not there or of another kind is empty."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]


def parsed(body: bytes) -> Fields:
    """The object that an answer is, or an empty one."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def part(holder: Fields, name: str) -> Fields:
    """The object under that name, or an empty one."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def parts(holder: Fields, name: str) -> list[Fields]:
    """The objects in the list under that name, or none."""
    value = holder.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def word(holder: Fields, name: str) -> str:
    """The text under that name, or an empty one; halves of characters, which cannot be stored, become "?"."""
    value = holder.get(name)
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()
