"""What became of a purchase that KeepGo did not answer: found by counting, since it knows no reference of ours.

Lines of one SKU that nobody was given yet are as good as one another. So it is enough to find lines that the
shop does not know, of that SKU and not older than the attempt; which attempt made which does not matter.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from services.providers import (
    AccountLine,
    Ambiguous,
    Found,
    Intent,
    Known,
    NotFound,
    Pending,
    ProviderError,
    Resolution,
    Snapshot,
)
from services.providers.keepgo import lines
from services.providers.keepgo.client import Client
from services.providers.keepgo.selling import Sku
from services.providers.keepgo.words import Oddities, decimal, moment, text, whole

#: Their clock and ours may differ by this much.
SKEW = timedelta(minutes=5)
#: Unknown lines that are looked at one by one in one round.
MOST_DETAILS = 50

_FAILED = frozenset({"failed", "cancelled", "canceled", "declined", "refunded", "rejected"})
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Resolver:
    """Looks; never changes anything. `settle`: real seconds after which nothing more is to be expected."""

    def __init__(self, client: Client, odd: Oddities, settle: float, own: Collection[str]) -> None:
        self._client = client
        self._odd = odd
        self._settle = settle
        #: Ids of payments that were answered to this process, and so are explained.
        self._own = own

    async def resolve(
        self, intent: Intent, before: Snapshot, known: Known, elapsed: float, wanted: int, label: str | None
    ) -> Resolution:
        """`label`: the bundle's name, as far as it is known. Raises ProviderError."""
        first = await lines.page(self._client, self._odd, 1)
        settled = elapsed >= self._settle
        if first.total == before.total and not settled:
            return Pending()
        search = _Search(self._client, self._odd, intent, known, label)
        async for page in self._pages(first, whole_list=settled):
            await search.look_at(page.lines)
            # An early round is content with enough; the last one wants all there is.
            if len(search.matching) >= wanted and not settled:
                break
        if search.matching:
            return Found(tuple(iccid for _, iccid in sorted(search.matching.items(), key=_by_age)))
        if not settled:
            return Pending()
        if search.unclear:
            return Ambiguous(search.unclear)
        return await self._nothing_bought(intent, before, search.total or first.total)

    async def _pages(self, first: lines.Page, *, whole_list: bool) -> AsyncIterator[lines.Page]:
        """The first page and the last, where new lines are; then all, until the list stands still."""
        yield first
        if first.last > 1:
            yield await lines.page(self._client, self._odd, first.last)
        if first.last > 2 or whole_list:
            async for page in lines.every_page(self._client, self._odd, first):
                yield page

    async def _nothing_bought(self, intent: Intent, before: Snapshot, total: int) -> Resolution:
        """No line; the money must agree before anybody tries again."""
        payments = await newest_first(self._client)
        new = _until(payments, before.newest_transaction)
        others = [p for p in new if text(p.get("transaction_id")) not in self._own and not _failed(p)]
        mb = Sku.parse(intent.sku).mb
        like_ours = [p for p in others if whole(p.get("refill_amount_mb")) in {mb, None}]
        # Every new line explains one payment.
        if like_ours and len(others) > max(0, total - before.total):
            return Ambiguous("payment-without-line")
        balance = await balance_of(self._client)
        if not new and before.balance is not None and balance is not None and balance < before.balance:
            return Ambiguous("balance-without-payment")
        return NotFound()


class _Search:
    """Goes through pages and keeps what the purchase may have bought, by ICCID, with its time of purchase."""

    def __init__(
        self, client: Client, odd: Oddities, intent: Intent, known: Known, label: str | None
    ) -> None:
        self._client = client
        self._odd = odd
        self._intent = intent
        self._known = known
        self._label = label
        self._seen: set[str] = set()
        self._looked = 0
        self.matching: dict[datetime, str] = {}
        self.unclear = ""
        self.total = 0
