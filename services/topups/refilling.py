"""One top-up at a provider: intent stored first, tried once, and an unknown outcome resolved by looking at the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy import Connection, select, update

from services.attempts import OPEN, Attempts, again, before, begin, is_open, since_tried
from services.clock import Clock
from services.esims import Esim, Esims, Measured
from services.lanes import Lanes
from services.locks import Busy
from services.orders.book import move_item
from services.orders.order import ADDED, TOPUP, WANTED
from services.providers import (
    Accepted,
    Ambiguous,
    Cost,
    EsimProvider,
    Gone,
    NotFound,
    PriceChanged,
    PriceCheck,
    PriceOk,
    ProviderError,
    Rejected,
    Snapshot,
    ToppedUp,
    TopupIntent,
    TopupOutcome,
    TopupResolution,
    Unknown,
)
from services.spend_guard import Go, SpendGuard
from services.storage import Storage
from services.storage.app import items, purchases
from services.topups.selling import OVER
from services.whose_lines import buyer_of

log = structlog.get_logger()


@dataclass(frozen=True)
class _Job:
    """An item to be carried out, and the line that it is for."""

    row: Any
    line: Esim

    def intent(self, begun_at: Any, request: str | None = None) -> TopupIntent:
        row = self.row
        return TopupIntent(row.id, self.line.iccid, row.sku, Decimal(row.most_cost), begun_at, request)


class Refilling:
    """The steps of a top-up. Each returns a word; each may be repeated."""

    def __init__(
        self,
        app: Storage,
        esims: Esims,
        providers: Mapping[str, EsimProvider],
        attempts: Attempts,
        guard: SpendGuard,
        lanes: Lanes,
        clock: Clock,
    ) -> None:
        self._app = app
        self._esims = esims
        self._providers = providers
        self._attempts = attempts
        self._guard = guard
        self._lanes = lanes
        self._clock = clock

    async def buy(self, item: str, attempt: int) -> str:
        """Try once for each attempt, with the words of a purchase; "over": the line takes no more data."""
        row = await self._item(item)
        if row.state == "delivered":
            return "bought"
        known = await self._attempts.of(item, attempt)
        if row.state not in ("waiting", "buying"):
            # One that was cut off and left open would hold up every other top-up of the line.
            return again(known) if is_open(known) else "gone"
        await self._app.transaction(
            lambda connection: move_item(connection, item, ("waiting",), "buying", "paid", self._clock.now())
        )
        if known is not None:
            return again(known)
        line = await self._line(row)
        if line is None:
            return "over"
        try:
            async with self._lanes.turn(row.provider):
                return await self._try(_Job(row, line), attempt)
        except Busy:
            return "busy"
        except ProviderError as error:
            log.warning("line not read, nothing bought", item=item, reason=error.reason)
            return "busy"

    async def look(self, item: str, attempt: int) -> str:
        """What became of an unknown attempt; "gone" when nobody waits for it any more."""
        row = await self._item(item)
        if row.state == "delivered":
            return "bought"
        if row.state not in WANTED:
            # Its money went back: data that comes now is watched for as surplus.
            await self.leave(item, attempt)
            return "gone"
        line, tried = await self._line(row), await self._attempts.of(item, attempt)
        if line is None or tried is None:
            return "pending"
        try:
            async with self._lanes.turn(row.provider):
                found = await self._resolve(_Job(row, line), tried)
        except (Busy, ProviderError) as error:
            log.info("could not look yet", item=item, error=type(error).__name__)
            return "busy"
        return await self._settled(row, attempt, found)

    async def unknowns(self, item: str) -> int:
        """How many attempts of an item ended unknown, and were not there in the end."""
        row = await self._item(item)
        return await self._attempts.absent(item, row.provider)

    async def elsewhere(self, item: str) -> bool:
        """More data for a line comes from whoever made the line."""
        del item
        return False

    async def why(self, item: str) -> str:
        """Why the latest attempt did not buy, a short code; "" when nobody knows."""
        return await self._attempts.why(item)

    async def leave(self, item: str, attempt: int) -> str:
        """Nobody looks any more: other top-ups of the line need not wait."""
        await self._attempts.note(item, attempt, "unresolved")
        return "left"

    async def after_all(self, item: str) -> str:
        """Before the money goes back: "bought" when an attempt that left nothing has left its data since."""
        row = await self._item(item)
        line = await self._line(row)
        if row.state == "delivered":
            return "bought"
        if line is None or row.state != "buying":
            return "absent"
        try:
            return "bought" if await self._came_late(_Job(row, line)) else "absent"
        except ProviderError as error:
            log.info("could not look again", item=item, reason=error.reason)
            return "absent"

    async def measure(self, item: str) -> str:
        """Measure the line anew, so that its owner hears the new total: "measured" or "unmeasured"."""
        line = await self._line(await self._item(item))
        if line is None:
            return "unmeasured"
        try:
            usage = await self._providers[line.provider].usage(line.iccid)
        except ProviderError as error:
            log.info("not measured", item=item, reason=error.reason)
            return "unmeasured"
        await self._esims.measured(line, Measured.of(usage))
        return "measured"

    async def _try(self, job: _Job, attempt: int) -> str:
        """Raises ProviderError while nothing is begun."""
        row, line = job.row, job.line
        known = await self._attempts.of(row.id, attempt)
        if known is not None:
            return again(known)
        if await self._came_late(job):
            return "bought"
        provider = self._providers[row.provider]
        if (await provider.esim(line.iccid)).line_state in OVER:
            return "over"
        price = await _price(provider, job)
        verdict = await self._guard.may(row.provider, row.sku, Decimal(row.most_cost), price)
        if not isinstance(verdict, Go):
            return await self._guard.held_back(row, attempt, verdict)
        intent = job.intent(self._clock.now())
        snapshot = await provider.snapshot(intent)
        claimed = await self._app.transaction(
            lambda connection: _claim(connection, row, attempt, intent, snapshot, verdict.cost)
        )
        if claimed == "not_begun":
            return await self._attempts.not_begun(row.id, attempt)
        if claimed != "claimed":
            return claimed
        return await self._keep(row, attempt, verdict.cost, await provider.topup(intent))

    async def _keep(self, row: Any, attempt: int, cost: Cost, outcome: TopupOutcome) -> str:
        match outcome:
            case ToppedUp():
                return await self._added(row, attempt, outcome)
            case Accepted(request=request, transaction=transaction):
                await self._attempts.note(
                    row.id, attempt, "unknown", request=request, transaction=transaction
                )
                return "unknown"
            case Unknown():
                log.warning("top-up unknown", item=row.id, attempt=attempt)
                await self._attempts.note(row.id, attempt, "unknown")
                return "unknown"
            case Rejected() as rejected:
                return await self._guard.refused(row, attempt, cost, rejected)

    async def _settled(self, row: Any, attempt: int, found: TopupResolution) -> str:
        match found:
            case ToppedUp():
                return await self._added(row, attempt, found)
            case NotFound():
                await self._attempts.note(row.id, attempt, "absent")
                return "absent"
            case Ambiguous(cause):
                log.warning("top-up ambiguous", item=row.id, cause=cause)
                return "pending"
            case _:
                return "pending"

    async def _added(self, row: Any, attempt: int, data: ToppedUp) -> str:
        """The data is on the line, and with it the item is delivered: nothing is left to be handed over."""
        now = self._clock.now()
        await self._app.transaction(lambda connection: added(connection, row.id, attempt, data, now))
        self._attempts.count(row.provider, "bought")
        return "bought"

    async def _came_late(self, job: _Job) -> bool:
        """Whether an earlier attempt that was not there has come after all: then nothing is bought again."""
        for tried in await self._attempts.in_state(job.row.id, "absent"):
            found = await self._resolve(job, tried)
            if isinstance(found, ToppedUp):
                await self._added(job.row, tried.attempt, found)
                return True
        return False

    async def _resolve(self, job: _Job, tried: Any) -> TopupResolution:
        known = before(tried)
        # Data that another order bought for this line since is explained.
        claimed = await self._attempts.packages_of(job.line.id)
        snapshot = replace(known, packages=(*known.packages, *claimed))
        intent = job.intent(tried.begun_at, tried.request)
        return await self._providers[job.row.provider].resolve_topup(intent, snapshot, since_tried(tried))

    async def _line(self, row: Any) -> Esim | None:
        """The line, if it still belongs to whoever ordered."""
        if row.tops_up is None:
            return None
        owner = await buyer_of(self._app, row.id)
        return None if owner is None else await self._esims.owned(owner, row.tops_up)

    async def _item(self, item: str) -> Any:
        return await self._app.read(
            lambda connection: connection.execute(select(items).where(items.c.id == item)).one()
        )


def added(connection: Connection, item: str, attempt: int, data: ToppedUp, now: datetime) -> None:
    """Note that an attempt brought its data."""
    connection.execute(
        update(purchases)
        .where(purchases.c.item_id == item, purchases.c.attempt == attempt)
        .values(state="bought", package=data.package, transaction=data.transaction)
    )
    move_item(connection, item, ("buying", "needs_person"), "delivered", ADDED, now)


async def _price(provider: EsimProvider, job: _Job) -> PriceCheck:
    """What the line's own list says of the top-up now. Raises ProviderError."""
    offers = {offer.sku: offer for offer in await provider.topup_offers(job.line.iccid)}
    offer = offers.get(job.row.sku)
    if offer is None:
        return Gone()
    dearer = offer.cost.amount > Decimal(job.row.most_cost)
    return PriceChanged(offer.cost) if dearer else PriceOk(offer.cost)


def _claim(
    connection: Connection, row: Any, attempt: int, intent: TopupIntent, snapshot: Snapshot, cost: Cost
) -> str:
    """One top-up of a line is in flight at a time: what is new on the line is then that one's."""
    other = (
        select(purchases.c.item_id)
        .join(items, items.c.id == purchases.c.item_id)
        .where(
            items.c.kind == TOPUP,
            items.c.tops_up == row.tops_up,
            purchases.c.state.in_(OPEN),
            purchases.c.item_id != row.id,
        )
    )
    if connection.execute(other).first() is not None:
        return "busy"
    return "claimed" if begin(connection, row, attempt, intent.begun_at, snapshot, cost) else "not_begun"
