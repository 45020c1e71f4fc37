"""More data for a line at Airalo: what is sold, one top-up at a time, and what became of one that was not answered.

Airalo overwrites a top-up's description, so it is found by what is new on its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from services.providers import (
    Ambiguous,
    NotFound,
    Oddities,
    Pending,
    ProviderError,
    Rejected,
    Snapshot,
    ToppedUp,
    TopupIntent,
    TopupOffer,
    TopupOutcome,
    TopupResolution,
    Unknown,
)
from services.providers.airalo.client import Client, Done
from services.providers.airalo.lines import history, rows
from services.providers.airalo.orders import cost_of
from services.providers.airalo.selling import short, topups
from services.providers.airalo.words import described
from services.providers.values import moment, text

#: How far Airalo's clock may be from ours.
SKEW = timedelta(minutes=5)


class Topups:
    """The calls about top-ups. `settle`: real seconds after which a top-up that left no data left none for good."""

    def __init__(self, client: Client, odd: Oddities, settle: float) -> None:
        self._client = client
        self._odd = odd
        self._settle = settle

    async def offers(self, iccid: str) -> tuple[TopupOffer, ...]:
        """Raises ProviderError."""
        return tuple(offer for _, offer in (await self._sold(iccid)).values())

    async def snapshot(self, iccid: str) -> Snapshot:
        """The packages of the line. Raises ProviderError."""
        there = tuple(text(one.get("id")) for one in await history(self._client, iccid))
        return Snapshot(total=len(there), packages=there)

    async def buy(self, intent: TopupIntent) -> TopupOutcome:
        """One POST, for what is still sold and no dearer. What is not clearly refused or granted is Unknown."""
        try:
            name, offer = (await self._sold(intent.iccid)).get(intent.sku, ("", None))
        except ProviderError as error:
            return Rejected(error.reason, retryable=error.again is not None, after=error.again)
        if offer is None:
            return Rejected("not-sold")
        if offer.cost.amount > intent.max_cost:
            return Rejected("dearer")
        body = {"package_id": name, "iccid": intent.iccid, "description": described(intent.ref)}
        match await self._client.write("/orders/topups", body):
            case Done(answer):
                data = answer.get("data")
                code = text(data.get("code")) if isinstance(data, Mapping) else ""
                if not isinstance(data, Mapping) or not code:
                    return Unknown("no-order")
                return ToppedUp(await self._newest(intent) or code, code, cost_of(data))
            case refused_or_unknown:
                return refused_or_unknown

    async def find(self, intent: TopupIntent, snapshot: Snapshot, elapsed: float) -> TopupResolution:
        """A package that was not there before, of what was asked for. Raises ProviderError."""
        for one in await history(self._client, intent.iccid):
            number = text(one.get("id"))
            if number not in snapshot.packages and short(_package_id(one)) == intent.sku:
                return ToppedUp(number)
        if elapsed < self._settle:
            return Pending()
        return Ambiguous("order-without-data") if await self._ordered(intent) else NotFound()

    async def _newest(self, intent: TopupIntent) -> str:
        """What the data that was just bought is called on its line; "" when that cannot be told."""
        with suppress(ProviderError):
            for one in await history(self._client, intent.iccid):
                if short(_package_id(one)) == intent.sku:
                    return text(one.get("id"))
        return ""

    async def _ordered(self, intent: TopupIntent) -> bool:
        """Whether there is an order for it all the same."""
        query: dict[str, str | int] = {"filter[iccid]": intent.iccid, "limit": 100}
        for order in rows(await self._client.read("/orders", query)):
            at = moment(order.get("created_at"))
            same = text(order.get("type")) == "topup" and short(text(order.get("package_id"))) == intent.sku
            if same and at is not None and at >= intent.begun_at - SKEW:
                return True
        return False

    async def _sold(self, iccid: str) -> dict[str, tuple[str, TopupOffer]]:
        return topups(await self._client.read(f"/sims/{iccid}/topups"), self._odd)


def _package_id(one: Mapping[str, Any]) -> str:
    about = one.get("package")
    return text(about.get("id")) if isinstance(about, Mapping) else ""
