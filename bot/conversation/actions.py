"""What a button does: a small value, sealed into at most 64 bytes that only we can make and only its chat can use.

    ChooseCountry("JP")  ⇄  "country:JP:Qm3v0pWk1cE"

There is no table behind it, so nothing expires, and a button still answers after a deploy and after a year.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, TypeVar, dataclass_transform

#: Telegram carries 1 to 64 bytes of callback data: https://core.telegram.org/bots/api#inlinekeyboardbutton
MOST_BYTES = 64
#: 66 bits of MAC: 11 characters.
_MAC = 11

T = TypeVar("T")
_BY_NAME: dict[str, type[Any]] = {}
_NAMES: dict[type[Any], str] = {}


class TooLong(ValueError):
    """The action does not fit into a button."""


@dataclass_transform(frozen_default=True)
def action(name: str) -> Callable[[type[T]], type[T]]:
    """Make a class an action: frozen, with fields of `str` and `int`, known by a short name for ever."""

    def register(cls: type[T]) -> type[T]:
        value = dataclass(frozen=True)(cls)
        if name in _BY_NAME or ":" in name:
            raise ValueError(f"the action name {name!r} is taken or malformed")
        _BY_NAME[name] = value
        _NAMES[value] = name
        return value

    return register


class Seal:
    """Seals actions for one chat and opens what comes back from it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def close(self, what: Any, chat_id: str) -> str:
        """The button data of an action, at most 64 bytes. Raises TooLong."""
        body = told(what)
        data = f"{body}:{self._mac(body, chat_id)}"
        if len(data.encode()) > MOST_BYTES:
            raise TooLong(_NAMES[type(what)])
        return data

    def open(self, data: str, chat_id: str) -> Any | None:
        """The action, or None for data that we did not make for this chat."""
        body, _, mac = data.rpartition(":")
        if not hmac.compare_digest(mac.encode(), self._mac(body, chat_id).encode()):
            return None
        return read(body)

    def _mac(self, body: str, chat_id: str) -> str:
        digest = hmac.digest(self._key, f"{chat_id}\n{body}".encode(), "sha256")
        return urlsafe_b64encode(digest).decode()[:_MAC]


def is_action(what: Any) -> bool:
    """Whether it is a value of an action's class."""
    return type(what) in _NAMES


def told(what: Any) -> str:
    """An action in letters: "country:JP"."""
    return ":".join([_NAMES[type(what)], *(str(getattr(what, f.name)) for f in fields(what))])


def read(body: str) -> Any | None:
    """The action in these letters; None when there is none, or it has other fields by now."""
    name, *values = body.split(":")
    cls = _BY_NAME.get(name)
    if cls is None:
        return None
    try:
        return _build(cls, values)
    except ValueError:
        return None


def _build(cls: type[Any], values: list[str]) -> Any:
    wanted = fields(cls)
    if len(values) != len(wanted):
        raise ValueError(cls.__name__)
    return cls(*(int(v) if f.type == "int" else v for f, v in zip(wanted, values, strict=True)))
