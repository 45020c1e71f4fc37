"""Data that a provider added after all: when its money had gone back, beside a second try, or while a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy import Connection, select

from services.attempts import Attempts, before, since_tried
from services.clock import Clock
from services.esims import Esims
from services.news import Alarm, Voice
from services.orders.order import TOPUP
from services.providers import EsimProvider, ProviderError, ToppedUp, TopupIntent
from services.storage import Storage
from services.storage.app import items, purchases
from services.topups.refilling import added
from services.whose_lines import buyer_of

log = structlog.get_logger()

#: How long an attempt that left nothing is watched, and how many at most in one round.
WATCHED = timedelta(days=2)
MOST_AT_ONCE = 50


class SurplusData:
    """Looks once more at attempts that were not there in the end."""

    def __init__(
        self,
        app: Storage,
        esims: Esims,
        providers: Mapping[str, EsimProvider],
        attempts: Attempts,
        clock: Clock,
        voice: Voice,
    ) -> None:
        self._app = app
        self._esims = esims
        self._providers = providers
        self._attempts = attempts
        self._clock = clock
        self._voice = voice

    async def look(self) -> int:
        """How many came after all. The traveller keeps the data; the operator knows what it was."""
        found = 0
        for row in await self._app.read(self._watched):
            try:
                found += await self._came(row)
            except ProviderError as error:
                log.info("late data not looked for", item=row.item_id, reason=error.reason)
        return found

    async def _came(self, row: Any) -> bool:
        owner = await buyer_of(self._app, row.item_id)
        line = None if owner is None else await self._esims.owned(owner, row.tops_up)
        if line is None:
            return False
        known = before(row)
        snapshot = replace(known, packages=(*known.packages, *await self._attempts.packages_of(row.tops_up)))
        intent = TopupIntent(
            row.item_id, line.iccid, row.sku, Decimal(row.most_cost), row.begun_at, row.request
        )
        data = await self._providers[row.provider].resolve_topup(intent, snapshot, since_tried(row))
        if not isinstance(data, ToppedUp):
            return False
        if row.fate == "needs_person":
            # Paid, and there after all: its buyer is told when they write again.
            now = self._clock.now()
            await self._app.transaction(
                lambda connection: added(connection, row.item_id, row.attempt, data, now)
            )
            return True
        await self._attempts.note(
            row.item_id, row.attempt, "surplus", package=data.package, transaction=data.transaction
        )
        await self._voice.alarm(Alarm("surplus_data", row.item_id))
        return True

    def _watched(self, connection: Connection) -> list[Any]:
        """Not of items that are still worked on: those look for themselves."""
        return list(
            connection.execute(
                select(purchases, items.c.tops_up, items.c.most_cost, items.c.state.label("fate"))
                .join(items, items.c.id == purchases.c.item_id)
                .where(
                    items.c.kind == TOPUP,
                    items.c.tops_up.is_not(None),
                    items.c.state.in_(("refunded", "delivered", "needs_person")),
                    purchases.c.state.in_(("absent", "unresolved")),
                    purchases.c.begun_at > self._clock.now() - WATCHED,
                )
                .order_by(purchases.c.begun_at)
                .limit(MOST_AT_ONCE)
            )
        )
