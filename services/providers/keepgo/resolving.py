"""What became of a purchase that KeepGo did not answer: found by counting, since it knows no reference of ours.

Lines of one SKU that nobody was given yet are as good as one another. So it is enough to find lines that the
shop does not know, of that SKU and not older than the attempt; which attempt made which does not matter.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.providers import (
    AccountLine,
    Ambiguous,
    Found,
    Intent,
    Known,
    NotFound,
    Oddities,
    Package,
    Pending,
    ProviderError,
    Resolution,
    Snapshot,
)
from services.providers.keepgo import lines
from services.providers.keepgo.client import Client
from services.providers.keepgo.selling import Sku
from services.providers.values import decimal, moment, text, whole

#: Their clock and ours may differ by this much.
SKEW = timedelta(minutes=5)
#: Unknown lines that are looked at one by one in one round.
MOST_DETAILS = 50

_FAILED = frozenset({"failed", "cancelled", "canceled", "declined", "refunded", "rejected"})
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Resolver:
    """Looks; never changes anything. `settle`: real seconds after which nothing more is to be expected."""

    def __init__(self, client: Client, odd: Oddities, settle: float) -> None:
        self._client = client
        self._odd = odd
        self._settle = settle

    async def resolve(
        self, intent: Intent, before: Snapshot, known: Known, elapsed: float, wanted: int, label: str | None
    ) -> Resolution:
        """`label`: the bundle's name, as far as it is known. Raises ProviderError."""
        first = await lines.page(self._client, self._odd, 1)
        settled, total = elapsed >= self._settle, first.total
        if total == before.total and not settled:
            return Pending()
        search = _Search(self._client, self._odd, intent, known, label)
        async for page in self._pages(first, everything=settled):
            await search.look_at(page.lines)
            total = page.total
            # An early round is content with enough; the last one wants all there is.
            if len(search.matching) >= wanted and not settled:
                break
        if search.matching:
            return Found(tuple(sorted(search.matching, key=search.matching.__getitem__)))
        if not settled:
            return Pending()
        if search.unclear:
            return Ambiguous(search.unclear)
        return await self._money_agrees(intent, before, total, known)

    async def _pages(self, first: lines.Page, *, everything: bool) -> AsyncIterator[lines.Page]:
        """The first page and the last, where new lines are; then all, until the list stands still."""
        yield first
        if first.last > 1:
            yield await lines.page(self._client, self._odd, first.last)
        if first.last > 2 or everything:
            async for page in lines.every_page(self._client, self._odd, first):
                yield page

    async def _money_agrees(self, intent: Intent, before: Snapshot, total: int, known: Known) -> Resolution:
        """There is no line. Nobody may try again unless the account's money says the same."""
        new = since(before.newest_transaction, await newest_first(self._client))
        ours = await known.payments([text(p.get("transaction_id")) for p in new])
        others = [p for p in new if text(p.get("transaction_id")) not in ours and not failed(p)]
        size = Sku.parse(intent.sku).mb
        like_ours = [p for p in others if whole(p.get("refill_amount_mb")) in {size, None}]
        # Every new line explains one payment.
        if like_ours and len(others) > max(0, total - before.total):
            return Ambiguous("payment-without-line")
        balance = await balance_of(self._client)
        if not new and before.balance is not None and balance < before.balance:
            return Ambiguous("balance-without-payment")
        return NotFound()


class _Search:
    """Goes through pages and keeps what the purchase may have bought: ICCID → when it was bought."""

    def __init__(
        self, client: Client, odd: Oddities, intent: Intent, known: Known, label: str | None
    ) -> None:
        self._client = client
        self._odd = odd
        self._sku = Sku.parse(intent.sku)
        self._not_before = intent.begun_at - SKEW
        self._known = known
        self._label = label
        self._seen: set[str] = set()
        self._looked = 0
        self.matching: dict[str, datetime] = {}
        #: Why a line that nobody knows can be neither taken nor ruled out.
        self.unclear = ""

    async def look_at(self, page: Iterable[AccountLine]) -> None:
        """Ask the shop which of the lines it knows, and KeepGo what the others are."""
        # A note means that somebody has taken the line; ours are written as soon as a line is claimed.
        free = [line.iccid for line in page if not line.notes and line.iccid not in self._seen]
        self._seen.update(free)
        for iccid in sorted(set(free) - (await self._known.lines(free) if free else set())):
            if self._looked >= MOST_DETAILS:
                self.unclear = "too-many-unknown-lines"
                return
            self._looked += 1
            await self._judge(await lines.one(self._client, self._odd, iccid))

    async def _judge(self, line: lines.Seen) -> None:
        details = line.details
        if details.notes or not self._same_bundle(line):
            return
        if not details.packages or details.packages[0].assigned_at is None:
            self.unclear = self.unclear or "line-without-date"
            return
        bought, at = details.packages[0], details.packages[0].assigned_at
        if at >= self._not_before and self._same_size(bought):
            self.matching[details.iccid] = at

    def _same_bundle(self, line: lines.Seen) -> bool:
        if line.bundle is not None:
            return line.bundle == self._sku.bundle
        return self._label is None or line.details.label == self._label

    def _same_size(self, bought: Package) -> bool:
        return bought.total_bytes == self._sku.mb * 1024**2 and bought.days == self._sku.days


async def newest_first(client: Client, of: str = "") -> list[Mapping[str, Any]]:
    """The latest payments: of the account, or with "/line/{iccid}" of a line. Raises ProviderError."""
    answer = await client.read(f"{of}/transactions", sort_field="created_at", sort_order="desc")
    frame = answer.get("transactions")
    found = frame.get("data") if isinstance(frame, Mapping) else frame
    if not isinstance(found, list):
        raise ProviderError("garbled", again=60)
    payments = [p for p in found if isinstance(p, Mapping)]
    return sorted(payments, key=lambda p: moment(p.get("created_at")) or _LONG_AGO, reverse=True)


async def balance_of(client: Client) -> Decimal:
    """What the account holds. Raises ProviderError."""
    balance = decimal((await client.read("/account_balance")).get("account_balance"))
    if balance is None:
        raise ProviderError("garbled", again=60)
    return balance


def since(newest: str | None, payments: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of payments, the newest first, those that came after that one."""
    ids = [text(p.get("transaction_id")) for p in payments]
    return payments[: ids.index(newest)] if newest in ids else payments


def failed(payment: Mapping[str, Any]) -> bool:
    """Whether no money moved after all."""
    return text(payment.get("status")).lower() in _FAILED
