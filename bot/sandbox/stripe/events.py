"""What has happened in the account, told as events: frozen when they happen, kept for a while, sent on."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.books import equal, page
from bot.sandbox.stripe.errors import no_such
from bot.sandbox.stripe.expanding import shown
from bot.sandbox.stripe.ids import API_VERSION, Obj, draw

MOST_KEPT = 500


@dataclass(frozen=True)
class Cause:
    """The call that made something happen; on Stripe's own side there is none."""

    request: str | None = None
    key: str | None = None


#: The call that is being carried out.
CAUSE: ContextVar[Cause] = ContextVar("cause")
_NOBODY = Cause()


@dataclass(frozen=True)
class Event:
    """An event with its body as it is signed and sent, every time the same."""

    id: str
    type: str
    number: int
    body: bytes


class Events:
    """Writes events down, and hands each to whoever sends them."""

    def __init__(self, clock: WorldClock, send: Callable[[Event], None]) -> None:
        self._clock = clock
        self._send = send
        self._kept: deque[Event] = deque(maxlen=MOST_KEPT)
        self._number = 0

    def emit(self, kind: str, about: Obj, before: Obj | None = None) -> None:
        """It has happened. `before`: what the changed attributes were."""
        cause = CAUSE.get(_NOBODY)
        data: Obj = {"object": shown(about)}
        if before is not None:
            data["previous_attributes"] = before
        name = draw("evt_3" if about["object"] in {"payment_intent", "charge", "refund"} else "evt_1")
        told = {
            "id": name,
            "object": "event",
            "api_version": API_VERSION,
            "created": self._clock.timestamp(),
            "data": data,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": cause.request, "idempotency_key": cause.key},
            "type": kind,
        }
        self._number += 1
        event = Event(name, kind, self._number, json.dumps(told, separators=(",", ":")).encode())
        self._kept.append(event)
        self._send(event)

    def last(self, count: int) -> list[Event]:
        """The newest events, oldest first."""
        return list(self._kept)[-count:] if count > 0 else []

    def retrieve(self, asked: Asked) -> Obj:
        found = next((event for event in self._kept if event.id == asked.target), None)
        if found is None:
            raise no_such("event", asked.target, "id", 404)
        return _read(found)

    def listing(self, asked: Asked) -> Obj:
        wanted = asked.params
        types = set(wanted.get("types", []))
        same = equal(wanted, "type")
        for cursor in ("starting_after", "ending_before"):
            if cursor in wanted and not any(event.id == wanted[cursor] for event in self._kept):
                raise no_such("event", wanted[cursor], cursor)
        rows = (_read(event) for event in reversed(self._kept))
        return page(rows, "/v1/events", wanted, lambda e: same(e) and (not types or e["type"] in types))


def _read(event: Event) -> Obj:
    found: dict[str, Any] = json.loads(event.body)
    return found
