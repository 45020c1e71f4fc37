"""The first start after a restore: what happened since the backup is looked up, before anything is bought or given.

The account at a provider is newer than our books. A line whose note names an item of ours was sold to its buyer; of
any other that we do not know, nobody can say whether it was sold: it is never stock. Work that the durable engine
had begun is begun anew, and finds what was bought.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from sqlalchemy import Connection, select, update

from services.clock import Clock
from services.esims import Esims
from services.news import Alarm, Voice
from services.orders.book import move_item
from services.orders.order import STORIES
from services.providers import AccountLine, EsimProvider
from services.storage import Storage
from services.storage.app import items, marks, orders, refunds

log = structlog.get_logger()

#: The mark that `restore` leaves. Value: "pending", then "done".
RESTORED = "restored"

StartWith = Callable[[Connection, str, str, str], None]


class Recovery:
    """Run at every start; does something at the first one after a restore."""

    def __init__(
        self,
        app: Storage,
        esims: Esims,
        providers: Mapping[str, EsimProvider],
        start: StartWith,
        clock: Clock,
        voice: Voice,
    ) -> None:
        self._app = app
        self._esims = esims
        self._providers = providers
        self._start = start
        self._clock = clock
        self._voice = voice

    async def run(self) -> bool:
        """Whether there was something to do. Raises ProviderError: without an answer nothing may be sold."""
        if not await self._app.read(_is_pending):
            return False
        found, strange = 0, 0
        for name, provider in self._providers.items():
            lines = await provider.lines()
            known = await self._esims.known(name, [line.iccid for line in lines])
            for line in lines:
                if line.iccid in known:
                    continue
                if await self._is_of(provider, name, line):
                    found += 1
                else:
                    await self._esims.note_lines(name, [line.iccid], "foreign")
                    strange += 1
        begun = await self._app.transaction(self._go_on)
        log.info("recovered", found=found, strange=strange, begun=begun)
        await self._voice.alarm(
            Alarm(
                "restored",
                f"{found} lines found again, {strange} unknown ones put aside, {begun} works begun anew",
            )
        )
        return True

    async def _is_of(self, provider: EsimProvider, name: str, line: AccountLine) -> bool:
        """Give a line to the item that its order or its note names."""
        item = line.ref or line.notes.strip()
        sku = await self._app.read(_sku_of(item, name))
        if sku is None:
            return False
        details = await provider.esim(line.iccid)
        return await self._esims.claim(item, name, sku, line.iccid, details.activation)

    def _go_on(self, connection: Connection) -> int:
        """Everything that was paid and not at its end; a top-up that may have been bought since is a person's."""
        begun = 0
        paid = (
            select(items.c.id, items.c.kind)
            .join(orders, orders.c.id == items.c.order_id)
            .where(orders.c.state == "paid", items.c.state.in_(("waiting", "buying")))
        )
        for row in connection.execute(paid).all():
            self._start(connection, STORIES[row.kind], row.id, row.id)
            begun += 1
        for refund in connection.execute(select(refunds.c.key).where(refunds.c.state == "due")).all():
            self._start(connection, "give_back", f"give-back-{refund.key}"[:120], refund.key)
            begun += 1
        unsure = (
            select(items.c.id)
            .join(orders, orders.c.id == items.c.order_id)
            .where(orders.c.state != "paid", items.c.kind == "topup", items.c.state == "waiting")
        )
        for item in connection.execute(unsure).scalars().all():
            move_item(connection, item, ("waiting",), "needs_person", "restored", self._clock.now())
        connection.execute(update(marks).where(marks.c.name == RESTORED).values(value="done"))
        return begun


def _is_pending(connection: Connection) -> bool:
    value = connection.execute(select(marks.c.value).where(marks.c.name == RESTORED)).scalar_one_or_none()
    return value == "pending"


def _sku_of(item: str, provider: str) -> Callable[[Connection], Any]:
    wanted = select(items.c.sku).where(
        items.c.id == item, items.c.provider == provider, items.c.esim_id.is_(None)
    )
    return lambda connection: connection.execute(wanted).scalar_one_or_none()
