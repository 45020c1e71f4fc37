"""One purchase at Airalo, which carries our reference in its description; and finding it again by that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from services.providers import (
    Accepted,
    Ambiguous,
    Cost,
    Found,
    Fulfilled,
    Intent,
    NotFound,
    Oddities,
    Outcome,
    Pending,
    Resolution,
    Unknown,
    iccid_of,
)
from services.providers.airalo.client import Client, Done, Settings
from services.providers.airalo.lines import PER_PAGE, activation, every, rows
from services.providers.airalo.selling import CURRENCY
from services.providers.airalo.words import described
from services.providers.values import decimal, listed, text, whole

#: Pages of a day's orders that are searched when the filter finds nothing.
MOST_PAGES = 50
_A_DAY = timedelta(days=1)
_OF_NO_USE = {"failed", "refunded"}


class Orders:
    """The calls about orders. `settle`: real seconds after which an order that cannot be found is not there."""

    def __init__(self, client: Client, odd: Oddities, settings: Settings, settle: float) -> None:
        self._client = client
        self._odd = odd
        self._settings = settings
        self._settle = settle

    async def place(self, intent: Intent) -> Outcome:
        """One POST. What Airalo does not clearly refuse or grant is Unknown."""
        body = {"quantity": 1, "package_id": intent.sku, "type": "sim", "description": described(intent.ref)}
        later = self._settings.later and self._settings.webhook_url
        if later:
            body["webhook_url"] = self._settings.webhook_url
        match await self._client.write("/orders-async" if later else "/orders", body):
            case Done(answer):
                data = answer.get("data")
                return self._placed(data if isinstance(data, Mapping) else {})
            case refused_or_unknown:
                return refused_or_unknown

    async def find(self, intent: Intent, elapsed: float) -> Resolution:
        """By the description; the filter looks for a part of it, so what it finds is compared. Raises ProviderError."""
        said = described(intent.ref)
        query: dict[str, str | int] = {
            "filter[description]": said,
            "include": "sims,status",
            "limit": PER_PAGE,
        }
        orders = [o for o in rows(await self._client.read("/orders", query)) if _is(o, said)]
        settled = elapsed >= self._settle
        if not orders and settled:
            # Before money goes out again: is it really not among the orders of those days?
            orders = [
                o async for o in every(self._client, "/orders", _days(intent), MOST_PAGES) if _is(o, said)
            ]
        bought = sorted(
            (o for o in orders if _status(o) not in _OF_NO_USE), key=lambda o: whole(o.get("id")) or 0
        )
        lines = [iccid for order in bought for iccid in _lines(order)]
        if lines:
            return Found(tuple(lines))
        if not settled:
            return Pending()
        return Ambiguous("order-without-line") if bought else NotFound()

    def _placed(self, data: Mapping[str, Any]) -> Outcome:
        request, code = text(data.get("request_id")) or None, text(data.get("code")) or None
        sim = next((s for s in listed(data.get("sims")) if isinstance(s, Mapping)), None)
        iccid = None if sim is None else iccid_of(sim.get("iccid"))
        if sim is None or iccid is None:
            return Unknown("no-iccid") if request is None else Accepted(None, None, request)
        found = activation(sim, self._odd)
        if found is None:
            return Accepted(iccid, code, None, cost_of(data))
        return Fulfilled(iccid, found, code, cost_of(data))


def cost_of(data: Mapping[str, Any]) -> Cost | None:
    """What an order did cost us, or None when Airalo does not say."""
    paid = decimal(data.get("total_amount_paid"))
    paid = decimal(data.get("net_price")) if paid is None else paid
    return None if paid is None else Cost(paid, text(data.get("currency")) or CURRENCY)


def _days(intent: Intent) -> dict[str, str | int]:
    """From the day before the purchase on: clocks differ, and so do ideas of when a day begins."""
    first, last = intent.begun_at - _A_DAY, intent.begun_at + 2 * _A_DAY
    days = f"{first:%Y-%m-%d} - {last:%Y-%m-%d}"
    return {"filter[created_at]": days, "include": "sims,status"}


def _is(order: Mapping[str, Any], said: str) -> bool:
    return text(order.get("description")) == said and text(order.get("type")) != "topup"


def _status(order: Mapping[str, Any]) -> str:
    status = order.get("status")
    return text(status.get("slug")) if isinstance(status, Mapping) else ""


def _lines(order: Mapping[str, Any]) -> list[str]:
    found = (iccid_of(s.get("iccid")) for s in listed(order.get("sims")) if isinstance(s, Mapping))
    return [iccid for iccid in found if iccid is not None]
