"""Idempotency keys: the first answer to a key is its only answer, for a day."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe.errors import StripeError

KEPT = timedelta(hours=24)
#: The oldest answer goes when there are more.
MOST_KEPT = 20_000
LONGEST_KEY = 255


@dataclass(frozen=True)
class Saved:
    """An answer and what it answered."""

    path: str
    asked: str
    until: datetime
    status: int
    body: bytes
    request_id: str


class Answers:
    """Remembers answers by key, and which keys are being worked on."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._saved: OrderedDict[str, Saved] = OrderedDict()
        self._in_use: set[str] = set()

    def begin(self, key: str, path: str, params: Any) -> Saved | None:
        """The answer that this key already has, or None: then it is in use until `end`.

        StripeError when it is in use already, or stands for something else.
        """
        if not 0 < len(key) <= LONGEST_KEY:
            raise StripeError(f"Idempotency keys must be 1 to {LONGEST_KEY} characters long.")
        if key in self._in_use:
            why = f"There is currently another in-progress request using this Idempotent Key: {key}"
            raise StripeError(why, status=409, kind="idempotency_error", code="idempotency_key_in_use")
        saved = self._saved.get(key)
        if saved is None or saved.until <= self._clock.now():
            self._saved.pop(key, None)
            self._in_use.add(key)
            return None
        if saved.path != path:
            why = f"for the same endpoint they were first used for ('{saved.path}' vs '{path}')"
            raise _mistaken(why, key)
        if saved.asked != _mark(params):
            raise _mistaken("with the same parameters they were first used with", key)
        return saved

    def save(self, key: str, path: str, params: Any, status: int, body: bytes, request_id: str) -> None:
        """This is the answer, whatever it is."""
        until = self._clock.now() + KEPT
        self._saved[key] = Saved(path, _mark(params), until, status, body, request_id)
        if len(self._saved) > MOST_KEPT:
            self._saved.popitem(last=False)

    def end(self, key: str) -> None:
        """No longer in use."""
        self._in_use.discard(key)


def _mark(params: Any) -> str:
    return sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


def _mistaken(why: str, key: str) -> StripeError:
    said = f"Keys for idempotent requests can only be used {why}. Try using a key other than '{key}'."
    return StripeError(said, kind="idempotency_error")
