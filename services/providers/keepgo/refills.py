"""More data for a line at KeepGo: what is sold, one refill at a time, and what became of one that was not answered.

A refill carries no reference of ours either, but it belongs to one line: a package that was not there before, of
the size that was asked for, is the one. The shop has one refill of a line in flight at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.providers import (
    Ambiguous,
    Cost,
    NotFound,
    Oddities,
    Package,
    Pending,
    ProviderError,
    Snapshot,
    ToppedUp,
    TopupIntent,
    TopupOffer,
    TopupOutcome,
    TopupResolution,
    Unknown,
)
from services.providers.keepgo import lines
from services.providers.keepgo.client import Client, Done
from services.providers.keepgo.resolving import failed, newest_first, since
from services.providers.keepgo.selling import MOST_SIZES, Size, figures
from services.providers.values import text, whole

_LAST = datetime.max.replace(tzinfo=UTC)


class Refills:
    """The calls about refills. `settle`: real seconds after which a refill that left no data left none for good."""

    def __init__(self, client: Client, odd: Oddities, settle: float) -> None:
        self._client = client
        self._odd = odd
        self._settle = settle

    async def offers(self, iccid: str) -> tuple[TopupOffer, ...]:
        """Raises ProviderError."""
        answer = await self._client.read(f"/line/{iccid}/available_refills")
        found = answer.get("available_refills")
        if not isinstance(found, list):
            raise ProviderError("garbled", again=60)
        return offers(found, self._odd)

    async def snapshot(self, iccid: str) -> Snapshot:
        """The packages of the line and its newest payment. Raises ProviderError."""
        line = await lines.one(self._client, self._odd, iccid)
        payments = await newest_first(self._client, f"/line/{iccid}")
        newest = text(payments[0].get("transaction_id")) if payments else ""
        packages = line.details.packages
        return Snapshot(len(packages), None, newest or None, tuple(package.id for package in packages))

    async def buy(self, intent: TopupIntent) -> TopupOutcome:
        """One POST. What KeepGo does not clearly refuse or grant is Unknown."""
        body = Size.parse(intent.sku).body()
        match await self._client.write("POST", f"/line/{intent.iccid}/refill", body):
            case Done(answer):
                package = text(answer.get("data_bundle_id"))
                transaction = text(answer.get("transaction_id")) or None
                return ToppedUp(package, transaction) if package else Unknown("no-package")
            case refused_or_unknown:
                return refused_or_unknown

    async def resolve(self, intent: TopupIntent, before: Snapshot, elapsed: float) -> TopupResolution:
        """Raises ProviderError; asking again is harmless."""
        line = await lines.one(self._client, self._odd, intent.iccid)
        new = [package for package in line.details.packages if package.id not in before.packages]
        size = Size.parse(intent.sku)
        ours = [package for package in new if package.id and _is(package, size)]
        payments = since(before.newest_transaction, await newest_first(self._client, f"/line/{intent.iccid}"))
        like_ours = [p for p in payments if whole(p.get("refill_amount_mb")) in {size.mb, None}]
        if ours:
            first = min(ours, key=lambda package: package.assigned_at or _LAST)
            paid = text(like_ours[-1].get("transaction_id")) if like_ours else ""
            return ToppedUp(first.id, paid or None)
        if elapsed < self._settle:
            return Pending()
        if any(not package.id or package.total_bytes is None for package in new):
            return Ambiguous("package-unreadable")
        if any(not failed(payment) for payment in like_ours):
            return Ambiguous("payment-without-data")
        return NotFound()


def offers(refills: list[Any], odd: Oddities) -> tuple[TopupOffer, ...]:
    """Every refill of the list that can be read, each size once, at the dearer price if it is there twice."""
    found: dict[str, TopupOffer] = {}
    for refill in refills[:MOST_SIZES]:
        mb, days, price = figures(refill)
        if mb is None or mb <= 0 or days is None or days < 0 or price is None or price <= 0:
            odd.note("refill-unreadable")
            continue
        size = Size(mb, days or None)
        unlimited = "unlimited" in _title(refill)
        offer = TopupOffer(
            str(size), None if unlimited else mb * 1024**2, unlimited, size.days, Cost(price, "USD")
        )
        before = found.get(offer.sku)
        if before is None or before.cost.amount < price:
            found[offer.sku] = offer
    return tuple(found.values())


def _title(refill: Mapping[str, Any]) -> str:
    return text(refill.get("title")).lower()


def _is(package: Package, size: Size) -> bool:
    return package.total_bytes == size.mb * 1024**2 and package.days == size.days
