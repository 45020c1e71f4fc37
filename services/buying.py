"""One purchase at a provider: intent stored first, tried once, and an unknown outcome resolved by looking."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, select

from services.attempts import Attempts, again, before, begin, is_open, since_tried
from services.clock import Clock
from services.esims import Esims
from services.failover import Failover
from services.imei import Imeis, handed_over
from services.lanes import Lanes
from services.locks import Busy
from services.news import Alarm, Voice
from services.orders.book import move_item
from services.orders.order import WANTED
from services.orders.sold import SoldPlan
from services.providers import (
    Accepted,
    Ambiguous,
    Cost,
    EsimDetails,
    EsimProvider,
    Found,
    Fulfilled,
    Intent,
    Known,
    LineState,
    Lookup,
    NotFound,
    Outcome,
    ProviderError,
    Rejected,
    Unknown,
)
from services.spend_guard import Go, SpendGuard
from services.stock import Stock
from services.storage import Storage
from services.storage.app import items, marks
from services.storage.upsert import insert_new

log = structlog.get_logger()


class Buying:
    """The steps of a purchase. Each returns a word; each may be repeated."""

    def __init__(
        self,
        app: Storage,
        esims: Esims,
        stock: Stock,
        providers: Mapping[str, EsimProvider],
        guard: SpendGuard,
        failover: Failover,
        attempts: Attempts,
        lanes: Lanes,
        imeis: Imeis,
        clock: Clock,
        voice: Voice,
    ) -> None:
        self._app = app
        self._esims = esims
        self._stock = stock
        self._providers = providers
        self._guard = guard
        self._failover = failover
        self._imeis = imeis
        self._clock = clock
        self._voice = voice
        self._attempts = attempts
        self._lanes = lanes

    async def buy(self, item: str, attempt: int) -> str:
        """Try to buy, once for each attempt: "bought", "rejected", "later", "no_credit", "unknown", "accepted" or
        "busy".

        "gone": the item is not to be bought any more, and whoever decided that sees to the rest.
        """
        await self._app.transaction(
            lambda connection: move_item(connection, item, ("waiting",), "buying", "paid", self._clock.now())
        )
        row = await self._item(item)
        if row.esim_id is not None:
            # Killed between the claim and the note.
            # Or found on the account after a restore, before it was paid for again.
            await self._attempts.note(item, attempt, "bought")
            return "bought"
        known = await self._attempts.of(item, attempt)
        if row.state != "buying" and not is_open(known):
            return "gone"
        if known is not None:
            # Even where the money went back meanwhile: one left open would hold up every sweep for ever.
            # Before the stock is looked at: what this attempt may have bought must be found first.
            return again(known)
        if await self._from_stock(row):
            log.info("given from stock", item=item)
            return "bought"
        try:
            async with self._lanes.turn(row.provider):
                return await self._try(row, attempt)
        except Busy:
            return "busy"

    async def _from_stock(self, row: Any) -> bool:
        plan = SoldPlan.from_json(row.plan)
        if plan.needs_imei:
            return False  # a line in stock was bought for another device, or for none
        keeps = plan.days is None or plan.starts in ("installation", "first_use")
        return await self._stock.give(row.id, row.provider, row.sku, keeps=keeps)

    async def look(self, item: str, attempt: int) -> str:
        """What became of an unknown attempt: "bought", "absent", "pending", or "busy" when nobody could look."""
        row = await self._item(item)
        if row.esim_id is not None:
            await self._attempts.note(item, attempt, "bought")
            return "bought"
        tried = await self._attempts.of(item, attempt)
        if tried is None:
            return "absent"
        if not tried.snapshot:
            # Its buyer was erased meanwhile, and with them what we knew of the attempt.
            await self.leave(item, attempt)
            return "gone"
        provider = self._providers[row.provider]
        intent = Intent(item, row.sku, Decimal(row.most_cost), tried.begun_at, request=tried.request)
        try:
            async with self._lanes.turn(row.provider):
                found = await provider.resolve(
                    intent,
                    before(tried),
                    self._known(row.provider),
                    since_tried(tried),
                    await self._attempts.wanted(row.provider, row.sku),
                )
                return await self._settled(row, attempt, found)
        except (Busy, ProviderError) as error:
            log.info("could not look yet", item=item, error=type(error).__name__)
            return "busy"

    async def why(self, item: str) -> str:
        """Why the latest attempt did not buy, a short code; "" when nobody knows."""
        return await self._attempts.why(item)

    async def unknowns(self, item: str) -> int:
        """How many attempts of an item ended unknown, and were not there in the end."""
        row = await self._item(item)
        return await self._attempts.absent(item, row.provider)

    async def elsewhere(self, item: str) -> bool:
        """Whether another provider sells it too."""
        return await self._failover.could(item)

    async def leave(self, item: str, attempt: int) -> str:
        """Nobody looks any more: what the attempt may have made is a line that the sweep finds."""
        await self._attempts.note(item, attempt, "unresolved")
        return "left"

    async def activation(self, item: str) -> str:
        """Whether the line has its activation code: "there", "waiting", or "gone" when the item has no line."""
        esim = await self._esims.of_item(item)
        if esim is None:
            return "gone"
        if esim.activation:
            return "there"
        try:
            details = await self._providers[esim.provider].esim(esim.iccid)
        except ProviderError as error:
            log.info("no activation code yet", item=item, reason=error.reason)
            return "waiting"
        if details.activation is None:
            return "waiting"
        await self._esims.has_activation(item, details.activation)
        return "there"

    async def tag(self, item: str) -> str:
        """Leave our reference with the line. Not needed for anything but a person's eye: it may fail."""
        esim = await self._esims.of_item(item)
        if esim is None:
            return "no line"
        for _ in range(3):
            try:
                await self._providers[esim.provider].tag(esim.iccid, item)
            except ProviderError as error:
                log.info("line not tagged", item=item, reason=error.reason)
                if error.again is None:
                    break
                await asyncio.sleep(min(error.again, 1.0))
            else:
                return "tagged"
        return "not tagged"

    async def import_foreign(self) -> None:
        """At the account's first meeting with us: what is there already is not ours to give.

        Raises ProviderError when that cannot be known of an account where lost purchases are found by counting.
        """
        for name, provider in self._providers.items():
            try:
                await self._import(name, provider)
            except ProviderError as error:
                if provider.caps.lookup is not Lookup.REF:
                    raise
                log.warning("foreign lines not noted yet", provider=name, reason=error.reason)

    async def sweep(self) -> int:
        """Lines that nobody knows and no purchase is waiting for become stock; how many there were."""
        surplus = 0
        for name, provider in self._providers.items():
            with suppress(ProviderError):
                await self._fetch_codes(name, provider)
            if await self._attempts.undecided(name):
                continue
            with suppress(Busy, ProviderError):
                async with self._lanes.turn(name):
                    await self._import(name, provider)
                    surplus += await self._sweep_one(name, provider)
        return surplus

    async def _fetch_codes(self, name: str, provider: EsimProvider) -> None:
        """Lines in stock whose activation code had not come can be given once it has."""
        for esim, iccid in await self._stock.without_code(name):
            code = (await provider.esim(iccid)).activation
            if code is not None:
                await self._stock.code_came(esim, code)

    async def _import(self, name: str, provider: EsimProvider) -> None:
        if await self._app.read(partial(_marked, name=f"imported:{name}")):
            return
        lines = await provider.lines()
        # A line that was bought before anybody could look is known by then.
        await self._esims.note_lines(name, [line.iccid for line in lines], "foreign")
        await self._app.transaction(partial(_mark, name=f"imported:{name}", now=self._clock.now()))
        log.info("foreign lines noted", provider=name, lines=len(lines))

    async def _sweep_one(self, name: str, provider: EsimProvider) -> int:
        lines = await provider.lines()
        known = await self._esims.known(name, [line.iccid for line in lines])
        await self._esims.in_use(name, [line.iccid for line in lines if line.state is LineState.ACTIVE])
        surplus = 0
        for line in lines:
            if line.iccid in known or line.notes.strip():
                continue
            if await self._attempts.undecided(name):
                return surplus
            sku = await provider.sku_of(line.iccid)
            details = await provider.esim(line.iccid)
            if sku and await self._stock.keep(name, sku, line.iccid, details.activation, _bought_at(details)):
                surplus += 1
                await self._voice.alarm(Alarm("surplus_line", name))
        return surplus

    async def _try(self, row: Any, attempt: int) -> str:
        known = await self._attempts.of(row.id, attempt)
        if known is not None:
            return again(known)
        provider = self._providers[row.provider]
        needs_imei = SoldPlan.from_json(row.plan).needs_imei
        imei = await self._imeis.of(row.id) if needs_imei else None
        intent = Intent(row.id, row.sku, Decimal(row.most_cost), self._clock.now(), imei)
        verdict = await self._guard.may(row.provider, row.sku, intent.max_cost)
        if not isinstance(verdict, Go):
            return await self._guard.held_back(row, attempt, verdict)
        try:
            snapshot = await provider.snapshot(intent)
        except ProviderError as error:
            log.warning("no snapshot, nothing bought", item=row.id, reason=error.reason)
            return "busy"

        def work(connection: Connection) -> bool:
            begun = begin(connection, row, attempt, intent.begun_at, snapshot, verdict.cost)
            if begun and imei is not None:
                handed_over(connection, row.id, row.provider, intent.begun_at)
            return begun

        if not await self._app.transaction(work):
            return await self._attempts.not_begun(row.id, attempt)
        outcome = await provider.purchase(intent)
        return await self._keep(row, attempt, verdict.cost, outcome)

    async def _keep(self, row: Any, attempt: int, cost: Cost, outcome: Outcome) -> str:
        match outcome:
            case Fulfilled(iccid, activation, transaction):
                return await self._bought(row, attempt, iccid, activation, transaction)
            case Accepted(iccid, transaction) if iccid is not None:
                return await self._bought(row, attempt, iccid, None, transaction)
            case Accepted(request=request, transaction=transaction):
                log.info("purchase accepted", item=row.id, attempt=attempt)
                await self._attempts.note(
                    row.id, attempt, "unknown", request=request, transaction=transaction
                )
                return "accepted"
            case Unknown():
                log.warning("purchase unknown", item=row.id, attempt=attempt)
                await self._attempts.note(row.id, attempt, "unknown")
                return "unknown"
            case Rejected() as rejected:
                return await self._guard.refused(row, attempt, cost, rejected)

    async def _bought(
        self, row: Any, attempt: int, iccid: str, activation: str | None, transaction: str | None
    ) -> str:
        if await self._esims.claim(row.id, row.provider, row.sku, iccid, activation):
            await self._attempts.note(row.id, attempt, "bought", transaction=transaction)
            return "bought"
        if await self._is_stock_now(row, iccid, activation):
            await self._attempts.note(row.id, attempt, "bought", transaction=transaction)
            return "gone"
        # The line is somebody's already: what this attempt made must be found by looking.
        await self._attempts.note(row.id, attempt, "unknown", transaction=transaction)
        return "unknown"

    async def _is_stock_now(self, row: Any, iccid: str, activation: str | None) -> bool:
        """Keep a line that its item does not want any more, unless somebody has it."""
        if (await self._item(row.id)).state in WANTED:
            return False
        bought_at = None
        if activation is None:
            # Without its code nobody can be given it before the next sweep has asked.
            with suppress(ProviderError):
                details = await self._providers[row.provider].esim(iccid)
                activation, bought_at = details.activation, _bought_at(details)
        if not await self._stock.keep(row.provider, row.sku, iccid, activation, bought_at):
            return False
        await self._voice.alarm(Alarm("surplus_line", row.provider))
        return True

    async def _settled(self, row: Any, attempt: int, found: Any) -> str:
        match found:
            case Found(iccids):
                for iccid in iccids:
                    if await self._esims.claim(row.id, row.provider, row.sku, iccid, None):
                        await self._attempts.note(row.id, attempt, "bought")
                        return "bought"
                # Its money went back before: what was found is for the next buyer, never for this one.
                if iccids and await self._is_stock_now(row, iccids[0], None):
                    await self._attempts.note(row.id, attempt, "bought")
                    return "gone"
                return "pending"
            case NotFound():
                await self._attempts.note(row.id, attempt, "absent")
                return "absent"
            case Ambiguous(cause):
                log.warning("purchase ambiguous", item=row.id, cause=cause)
                return "pending"
            case _:
                return "pending"

    async def _item(self, item: str) -> Any:
        return await self._app.read(
            lambda connection: connection.execute(select(items).where(items.c.id == item)).one()
        )

    def _known(self, provider: str) -> Known:
        return Known(
            partial(self._esims.known, provider),
            partial(self._attempts.explained, provider),
        )


def _bought_at(details: EsimDetails) -> datetime | None:
    return details.packages[0].assigned_at if details.packages else None


def _marked(connection: Connection, name: str) -> bool:
    return connection.execute(select(marks.c.name).where(marks.c.name == name)).first() is not None


def _mark(connection: Connection, name: str, now: datetime) -> None:
    insert_new(connection, marks, name=name, value="done", at=now)
