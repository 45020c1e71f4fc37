"""One call of a bot, its parameters read the way the Bot API reads them: leniently, from text or from JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.telegram.errors import bad

#: JSON objects of the Bot API: users, chats, messages, entities.
Json = dict[str, Any]

_YES = frozenset({"true", "yes", "1"})


@dataclass(frozen=True)
class Upload:
    """A file that came with the call."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Described:
    """A result that comes with a sentence for the developer."""

    result: Any
    description: str


class Call:
    """A method's parameters by name, and the files that came along by the name of their form field."""

    def __init__(self, values: Mapping[str, Any], uploads: Mapping[str, Upload] | None = None) -> None:
        self._values = values
        self._uploads = uploads or {}

    def sent(self) -> tuple[Mapping[str, Any], list[str]]:
        """Everything as it came: the parameters, and the names of the files."""
        return self._values, list(self._uploads)

    def has(self, name: str) -> bool:
        """Whether the parameter was sent at all."""
        return self._values.get(name) is not None

    def text(self, name: str) -> str:
        """The parameter as text; empty when it is missing."""
        return as_text(self._values.get(name))

    def whole(self, name: str, default: int = 0, least: int = -(2**63), most: int = 2**63 - 1) -> int:
        """A whole number, brought within its bounds; the default when it is missing or none."""
        try:
            number = int(self.text(name)) if self.has(name) else default
        except ValueError:
            number = default
        return max(least, min(most, number))

    def flag(self, name: str) -> bool:
        """A yes or no; no when it is missing."""
        return self.text(name).strip().lower() in _YES

    def structure(self, name: str, what: str) -> Any:
        """A JSON value, sent as such or as text; None when it is missing. `what` names it in the refusal."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return well_encoded(json.loads(value))
        except (json.JSONDecodeError, RecursionError):
            raise bad(f"can't parse {what} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """The file sent under that form field."""
        return self._uploads.get(name)


def as_text(value: Any) -> str:
    """What a JSON value is when a text is wanted."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def well_encoded(value: Any) -> Any:
    """The same value; refused when it holds half a character."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    return value
