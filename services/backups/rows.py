"""Rows as lines of JSON, and back: one form for every database, so that a copy of one can be put into the other."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def as_line(value: Any) -> bytes:
    """One line. Bytes and moments keep their kind."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> Any:
    """What `as_line` was given. Raises ValueError."""
    return json.loads(line, object_hook=_back)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"~bytes": b64encode(bytes(value)).decode()}
    if isinstance(value, datetime):
        return {"~moment": value.astimezone(UTC).isoformat()}
    raise TypeError(type(value).__name__)


def _back(found: Mapping[str, Any]) -> Any:
    match found:
        case {"~bytes": str(text), **rest} if not rest:
            return b64decode(text)
        case {"~moment": str(text), **rest} if not rest:
            return datetime.fromisoformat(text)
        case _:
            return found
