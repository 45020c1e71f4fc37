"""A card's network warns that its holder may not have paid: the money goes back before anybody must dispute it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, select

from services.clock import Waits
from services.durable import Durable
from services.esims import Esims
from services.giving_back import close_line
from services.news import Alarm, Voice
from services.orders.whose import whose
from services.payments import Suspected, Watched
from services.providers import CLOSED, EsimProvider, LineState, ProviderError
from services.refunds import UNDELIVERED, Refunds
from services.storage import Storage
from services.storage.app import items, orders
from services.storage.sealing import Erased

log = structlog.get_logger()

#: Seconds between looks while something is being bought, or the provider does not answer: two hours in all.
AGAIN = (0, 10, 60, 300, 600, 900, 1_800, 3_600)
#: Seconds between tries to switch a line off.
SWITCH_OFF = (0, 10, 60, 300, 900, 3_600)
#: A line that nobody has begun to use.
_UNUSED = (LineState.PENDING, LineState.READY)


class FraudWarnings:
    """The workflow "fraud_warning": one order, by its number."""

    def __init__(
        self,
        app: Storage,
        payments: Watched,
        refunds: Refunds,
        esims: Esims,
        providers: Mapping[str, EsimProvider],
        durable: Durable,
        waits: Waits,
        voice: Voice,
        refunding: bool,
    ) -> None:
        self._app = app
        self._payments = payments
        self._refunds = refunds
        self._esims = esims
        self._providers = providers
        self._durable = durable
        self._waits = waits
        self._voice = voice
        #: A setting: whether money goes back by itself, or a person decides.
        self._refunding = refunding
        durable.tells("fraud_warning", self.consider)

    async def look(self, reference: str) -> None:
        """Look at a warning and begin to act on it. Raises PaymentError."""
        await self.follow(await self._payments.look_at_warning(reference))

    async def follow(self, truth: Suspected) -> None:
        """Begin to act on a warning, once for each order. Raises PaymentError."""
        if truth.payment is None or not truth.actionable:
            return
        payment = truth.payment

        def begin(connection: Connection) -> bool:
            found = whose(connection, payment, None)
            if found is not None:
                self._durable.start_with(
                    connection, "fraud_warning", f"fraud-warning-{found.order}", found.order
                )
            return found is not None

        if not await self._app.transaction(begin):
            log.warning("a warning about a payment that is not ours")

    async def consider(self, order: str) -> str:
        """Give the money back if the line is unused; else a person decides."""
        found = "unclear"
        for number, pause in enumerate(AGAIN):
            if pause:
                await self._durable.sleep(self._waits(pause))
            found = await self._durable.step(f"look-{number}", self._stands, order)
            if found not in ("buying", "unclear"):
                break
        if found == "unused":
            for key in (await self._durable.step("due", self._give_up, order)).split():
                await self._refunds.give_back(key)
            await self._switch_off(order)
        elif found != "over":
            await self._durable.step("alarm", self._leave_to_person, order)
        return found

    async def _stands(self, order: str) -> str:
        """ "unused", "used", "buying", "unclear", or "over" when the money is on its way back already."""
        if not self._refunding:
            return "used"
        rows = await self._app.read(lambda connection: _items(connection, order))
        states = {await self._item_stands(row) for row in rows} - {"over"}
        for worst in ("used", "buying", "unclear", "unused"):
            if worst in states:
                return worst
        return "over"

    async def _item_stands(self, row: Any) -> str:
        if row.disputed == "open" or row.state in ("refund_due", "refunded"):
            return "over"
        if row.kind != "purchase":
            # Data that was added to a line cannot be taken off it.
            return "used" if row.state == "delivered" else "buying"
        if row.state == "buying":
            return "buying"
        esim = await self._esims.of_item(row.id)
        if esim is None:
            # Erased with its line, or never bought.
            return "unclear" if row.state == "delivered" else "unused"
        try:
            usage = await self._providers[esim.provider].usage(esim.iccid)
        except ProviderError as error:
            log.info("cannot tell whether the line was used", item=row.id, reason=error.reason)
            return "unclear"
        return "unused" if usage.line_state in _UNUSED and not usage.used_bytes else "used"

    async def _give_up(self, order: str) -> str:
        """Note the refunds; their keys, with spaces between."""
        rows = await self._app.read(lambda connection: _items(connection, order))
        was = (*UNDELIVERED, "delivered")
        keys = [await self._refunds.due(row.id, "fraud_warning", was) for row in rows]
        for row in rows:
            await self._app.transaction(partial(close_line, item=row.id))
        return " ".join(keys)

    async def _switch_off(self, order: str) -> None:
        """What was paid back is used by nobody, where the provider can see to that."""
        for number, pause in enumerate(SWITCH_OFF):
            if pause:
                await self._durable.sleep(self._waits(pause))
            if await self._durable.step(f"close-{number}", self._close, order) != "again":
                return

    async def _close(self, order: str) -> str:
        for row in await self._app.read(lambda connection: _items(connection, order)):
            with suppress(Erased):
                esim = await self._esims.of_item(row.id)
                if esim is None:
                    continue
                try:
                    await self._providers[esim.provider].cancel(esim.iccid)
                    await self._providers[esim.provider].tag(esim.iccid, CLOSED)
                except ProviderError as error:
                    log.info("line not switched off", item=row.id, reason=error.reason)
                    return "refused" if error.again is None else "again"
        return "closed"

    async def _leave_to_person(self, order: str) -> str:
        await self._voice.alarm(Alarm("fraud_warning", order))
        return "told"


def _items(connection: Connection, order: str) -> list[Any]:
    return list(
        connection.execute(
            select(items.c.id, items.c.kind, items.c.state, orders.c.disputed)
            .join(orders, orders.c.id == items.c.order_id)
            .where(items.c.order_id == order)
        )
    )
