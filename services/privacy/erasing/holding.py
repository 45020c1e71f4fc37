"""What an erasure has to leave for a while: the payment of an order whose refund or dispute is not over."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select

from services.privacy.erasing.archive import Archive
from services.privacy.erasing.audience import Audience, is_held
from services.privacy.erasing.wiping import Wiping
from services.privacy.processors.tasks import Tasks
from services.storage import Storage
from services.storage.app import disputes, orders, refunds


class Holding:
    """Lets go of each held order by itself, as soon as nothing needs it any more."""

    def __init__(
        self, app: Storage, archive: Archive, wiping: Wiping, audience: Audience, tasks: Tasks
    ) -> None:
        self._app = app
        self._archive = archive
        self._wiping = wiping
        self._audience = audience
        self._tasks = tasks

    async def any(self, receipt: str) -> bool:
        """Whether an erasure still has to come back for something."""
        held = select(orders.c.id).where(orders.c.held == receipt)
        return await self._app.read(lambda connection: connection.execute(held).first() is not None)

    async def over(self, receipt: str) -> list[str]:
        """Orders of an erased buyer that nothing needs any more."""
        return await self._app.read(lambda connection: _over(connection, receipt))

    async def traces(self, receipt: str) -> set[bytes]:
        """The payment service's numbers that go with them."""
        over = await self.over(receipt)
        return await self._app.read(lambda connection: _numbers(connection, over))

    async def left(self, receipt: str) -> set[bytes]:
        """The numbers that stand there by right, for as long as their order is held."""
        held = select(orders.c.id).where(orders.c.held == receipt)
        return await self._app.read(
            lambda connection: _numbers(connection, connection.execute(held).scalars().all())
        )

    async def release(self, receipt: str) -> str:
        """The books' copy follows what became of the money; then the last of it goes. May be repeated."""
        over = await self.over(receipt)
        if over:
            await self._archive.follow(over)
            await self._tasks.note(receipt, await self._audience.of_orders(over))
            await self._wiping.unlink(over)
        return "released"


def _over(connection: Connection, receipt: str) -> list[str]:
    held = connection.execute(select(orders.c.id).where(orders.c.held == receipt)).scalars().all()
    return [order for order in held if not is_held(connection, order)]


def _numbers(connection: Connection, numbers: Collection[str]) -> set[bytes]:
    columns: tuple[Any, ...] = (
        orders.c.reference,
        refunds.c.payment,
        refunds.c.reference,
        disputes.c.reference,
    )
    found = set[bytes]()
    for column in columns:
        key = column.table.c.id if column.table is orders else column.table.c.order_id
        found |= {
            value.encode()
            for value in connection.execute(select(column).where(key.in_(numbers))).scalars()
            if value
        }
    return found
