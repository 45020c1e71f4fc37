"""Where events are sent: the shop's address, as its dashboard would have it, and those that were added."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from bot.sandbox import credentials
from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.books import Table, page
from bot.sandbox.stripe.errors import invalid, missing, refused
from bot.sandbox.stripe.ids import API_VERSION, Obj, draw, letters

#: As many as an account may have.
MOST = 16
#: The world speaks to nobody beyond this machine.
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Endpoints:
    """The account's webhook endpoints."""

    def __init__(self, clock: WorldClock, shop: str) -> None:
        self._clock = clock
        self._table = Table("webhook_endpoint", "webhook_endpoint")
        secret = credentials.STRIPE_WEBHOOK_SECRET
        self._add({"url": f"{shop}/stripe", "enabled_events": ["*"]}, secret)

    def for_event(self, kind: str) -> list[Obj]:
        """Those that want to hear of it, with their secrets under `_secret`."""
        return [one for one in self._table.oldest_first() if {"*", kind} & set(one["enabled_events"])]

    def create(self, asked: Asked) -> Obj:
        """A new endpoint; only this answer tells its secret."""
        for name in ("url", "enabled_events"):
            if not asked.params.get(name):
                raise missing(name)
        if urlsplit(asked.params["url"]).hostname not in _LOOPBACK:
            why = "Invalid URL: this sandbox sends events to addresses on its own machine only."
            raise invalid(why, "url", "url_invalid")
        if len(list(self._table.oldest_first())) >= MOST:
            raise refused(f"You have reached the maximum of {MOST} test webhook endpoints.")
        made = self._add(asked.params, f"whsec_{letters(32)}")
        return {**made, "secret": made["_secret"]}

    def listing(self, asked: Asked) -> Obj:
        return page(self._table.newest_first(), "/v1/webhook_endpoints", asked.params, lambda _: True)

    def retrieve(self, asked: Asked) -> Obj:
        return self._table.need(asked.target)

    def delete(self, asked: Asked) -> Obj:
        found = self._table.need(asked.target)
        self._table.drop(found["id"])
        return {"id": found["id"], "object": "webhook_endpoint", "deleted": True}

    def _add(self, wanted: dict[str, Any], secret: str) -> Obj:
        endpoint = {
            "id": draw("we_1"),
            "object": "webhook_endpoint",
            "api_version": wanted.get("api_version", API_VERSION),
            "application": None,
            "created": self._clock.timestamp(),
            "description": wanted.get("description"),
            "enabled_events": wanted["enabled_events"],
            "livemode": False,
            "metadata": wanted.get("metadata", {}),
            "status": "enabled",
            "url": wanted["url"],
            "_secret": secret,
        }
        return self._table.put(endpoint)
