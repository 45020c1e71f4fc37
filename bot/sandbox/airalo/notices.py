"""What the provider tells by itself: an accepted order, data that runs low, credit that does."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.airalo.account import LEVELS
from bot.sandbox.airalo.deliveries import Deliveries
from bot.sandbox.airalo.errors import RefusedError, invalid
from bot.sandbox.airalo.house import House
from bot.sandbox.airalo.sims import Sim

ORDERS, LOW_DATA, CREDIT = "async_orders", "webhook_low_data", "webhook_credit_limit"
_TYPES = (ORDERS, LOW_DATA, CREDIT)
_EVENTS = ("low_data_notification", "credit_limit_notification", "async_order_notification")
#: Kinds of low data that can be tried out: how the webhook names them, and what remains in percent.
_LOW = {"data_75": ("75%", 25), "data_90": ("90%", 10), "expire_3": ("3days", 43), "expire_1": ("1day", 43)}
#: Shares of data used, in percent, at which the shop hears of it.
_USED = ((90, "90%"), (75, "75%"))
#: The world speaks to nobody beyond this machine.
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Notices:
    """Who has asked to be told of what, and the telling."""

    def __init__(self, house: House, deliveries: Deliveries) -> None:
        self._house = house
        self._deliveries = deliveries
        self._urls: dict[str, str] = {}
        self._levels = LEVELS

    async def opt_in(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """From now on tell that address, if it answers HEAD with 200."""
        kind, url = body.get("type"), body.get("webhook_url")
        if kind not in _TYPES:
            raise invalid(type="The selected type is invalid.")
        if not isinstance(url, str) or urlsplit(url).hostname not in _LOOPBACK:
            raise invalid(webhook_url="The webhook url format is invalid.")
        levels = body.get("levels", LEVELS)
        if not isinstance(levels, list | tuple) or not set(levels) <= set(LEVELS):
            raise invalid(levels="The selected levels is invalid.")
        if not await self._deliveries.lives(url):
            raise invalid(webhook_url="The webhook url must answer a HEAD request with 200.")
        self._urls[kind] = url
        if kind == CREDIT:
            self._levels = tuple(levels)
        return _told(kind, url)

    def details(self) -> dict[str, Any]:
        """What the shop has asked for last."""
        for kind in reversed(self._urls):
            return _told(kind, self._urls[kind])
        return {"data": [], "meta": {"message": "success"}}

    def opt_out(self, body: Mapping[str, Any]) -> None:
        """No more of that."""
        if body.get("type") not in _TYPES:
            raise invalid(type="The selected type is invalid.")
        self._urls.pop(str(body["type"]), None)

    def url_of_orders(self, wanted: object) -> str:
        """Where an accepted order will be told; the call's own address wins. Raises the refusal."""
        url = wanted or self._urls.get(ORDERS)
        if url is None:
            raise RefusedError({"reason": "User is not opted in and no webhook URL provided."})
        if urlsplit(str(url)).hostname not in _LOOPBACK:
            raise invalid(webhook_url="The webhook url format is invalid.")
        return str(url)

    def order(self, said: Mapping[str, Any], url: str) -> None:
        """An accepted order was carried out, or was not."""
        self._deliveries.send(ORDERS, said, url)

    def credit(self) -> None:
        """Some of the credit was spent."""
        for level in self._house.account.passed(self._levels):
            self._tell(CREDIT, _credit(level, self._house.account.cents / 100))

    def usage(self, sim: Sim) -> None:
        """Some of a line's data was used."""
        bought = sim.current(self._house.clock.now())
        if not bought.package.mb:
            return
        used = bought.used_mb * 100 / bought.package.mb
        level = next((name for share, name in _USED if used >= share), None)
        if level is not None and (bought.id, level) not in sim.told:
            sim.told.add((bought.id, level))
            self._tell(LOW_DATA, _low(level, bought.package.id, round(100 - used), sim.iccid))

    async def simulate(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A webhook to try things out. Raises the refusal."""
        event = body.get("event")
        if event not in _EVENTS:
            raise invalid(event=f"Event must be one of: {', '.join(_EVENTS)}")
        kind = {_EVENTS[0]: LOW_DATA, _EVENTS[1]: CREDIT, _EVENTS[2]: ORDERS}[str(event)]
        url = body.get("webhook_url") or self._urls.get(kind)
        if not url:
            raise RefusedError({"error": "User is not opted in"}, 400)
        said = self._simulated(kind, body)
        if urlsplit(str(url)).hostname not in _LOOPBACK or not await self._deliveries.post(said, str(url)):
            raise RefusedError({"error": f"Could not push data to {url}"}, 400)
        return {"success": "Notification sent"}

    def _simulated(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        iccid = str(body.get("iccid") or "8997212330099025334")
        match kind:
            case "webhook_low_data":
                if body.get("type") not in _LOW:
                    raise invalid(type=f"Type must be one of: {', '.join(_LOW)}")
                level, remaining = _LOW[str(body["type"])]
                return _low(level, "bonbon-7gb-10days", remaining, iccid)
            case "webhook_credit_limit":
                if str(body.get("level")) not in {str(level) for level in LEVELS}:
                    raise invalid(level="Level must be one of: 50, 70, 80, 90")
                return _credit(int(str(body["level"])), 225.35)
        return {
            "id": 1,
            "code": "20240711-000001",
            "package_id": "bonbon-7gb-10days",
            "type": "sim",
            "description": "simulated",
            "sims": [{"iccid": iccid}],
            "request_id": secrets.token_urlsafe(24)[:25],
        }

    def _tell(self, kind: str, said: Mapping[str, Any]) -> None:
        if kind in self._urls:
            self._deliveries.send(kind, said, self._urls[kind])


def _told(kind: str, url: str) -> dict[str, Any]:
    notification = {"type": kind, "contact_point": url}
    return {"data": {"notification": notification}, "meta": {"message": "success"}}


def _low(level: str, package: str, remaining: int, iccid: str) -> dict[str, Any]:
    return {"level": level, "package_name": package, "remaining_percentage": remaining, "iccid": iccid}


def _credit(level: int, left: float) -> dict[str, Any]:
    return {"message": f"Surpassed {level}% of the credit limit balance", "remaining": left}
