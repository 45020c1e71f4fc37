"""Attempts to buy at a provider: each stored before it is tried, so that whoever comes after a kill looks first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select, update

from services.clock import machine_now
from services.metrics import Metrics
from services.providers import Cost, Snapshot
from services.storage import Storage
from services.storage.app import items, purchases
from services.storage.upsert import insert_new

#: What came of these is not known yet.
OPEN = ("sending", "unknown")


class Attempts:
    """Keeps them. `state`: sending, unknown, bought, rejected, later; absent (not there in the end), unresolved (left
    to a person), or surplus (data that came after all, when nobody waited for it any more)."""

    def __init__(self, app: Storage, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def of(self, item: str, attempt: int) -> Any | None:
        """One attempt, or None when it was never begun."""
        return await self._app.read(
            lambda connection: connection.execute(
                select(purchases).where(purchases.c.item_id == item, purchases.c.attempt == attempt)
            ).one_or_none()
        )

    async def not_begun(self, item: str, attempt: int) -> str:
        """Why `begin` said no: "unknown" (it was begun before: look), or "gone" (the item is not to be bought)."""
        return "gone" if await self.of(item, attempt) is None else "unknown"

    async def note(self, item: str, attempt: int, state: str, **values: Any) -> None:
        """What came of an attempt."""
        provider = await self._app.transaction(
            lambda connection: connection.execute(
                update(purchases)
                .where(purchases.c.item_id == item, purchases.c.attempt == attempt)
                .values(state=state, **values)
                .returning(purchases.c.provider)
            ).scalar()
        )
        if provider is not None:
            self.count(provider, state)

    def count(self, provider: str, state: str) -> None:
        """For whoever watches from outside: an attempt came to something."""
        self._metrics.attempt(provider, state)

    async def in_state(self, item: str, state: str) -> list[Any]:
        """An item's attempts in a state, oldest first."""
        return await self._app.read(
            lambda connection: list(
                connection.execute(
                    select(purchases)
                    .where(purchases.c.item_id == item, purchases.c.state == state)
                    .order_by(purchases.c.attempt)
                )
            )
        )

    async def packages_of(self, esim: str) -> list[str]:
        """The provider's ids of the data that top-ups brought to a line."""
        return await self._app.read(
            lambda connection: list(
                connection.execute(
                    select(purchases.c.package)
                    .join(items, items.c.id == purchases.c.item_id)
                    .where(items.c.tops_up == esim, purchases.c.package.is_not(None))
                ).scalars()
            )
        )

    async def refuse(self, item: Any, attempt: int, why: str, at: datetime) -> None:
        """An attempt for an item's row that the shop itself did not let through: nothing was sent."""
        await self._app.transaction(
            lambda connection: insert_new(
                connection,
                purchases,
                item_id=item.id,
                attempt=attempt,
                provider=item.provider,
                sku=item.sku,
                state="rejected",
                reason=why,
                snapshot={},
                begun_at=at,
            )
        )
        self.count(item.provider, "rejected")

    async def why(self, item: str) -> str:
        """Why the latest attempt of an item did not buy, a short code; "" when nobody knows."""
        latest = (
            select(purchases.c.reason)
            .where(purchases.c.item_id == item)
            .order_by(purchases.c.attempt.desc())
            .limit(1)
        )
        return await self._app.read(lambda connection: connection.execute(latest).scalar() or "")

    async def absent(self, item: str, provider: str) -> int:
        """How many attempts of an item at a provider ended unknown, and were not there in the end."""
        return await self._count(
            purchases.c.item_id == item, purchases.c.provider == provider, purchases.c.state == "absent"
        )

    async def wanted(self, provider: str, sku: str) -> int:
        """How many purchases of an SKU are unknown now."""
        return await self._count(
            purchases.c.provider == provider, purchases.c.sku == sku, purchases.c.state.in_(OPEN)
        )

    async def undecided(self, provider: str) -> bool:
        """Whether some purchase may yet turn out to own a line that nobody knows."""
        return await self._count(purchases.c.provider == provider, purchases.c.state.in_(OPEN)) > 0

    async def explained(self, provider: str, payments: Collection[str]) -> set[str]:
        """Of these payments, by the provider's ids, those that were answered to us."""
        return await self._app.read(partial(_explained, provider=provider, payments=payments))

    async def _count(self, *where: Any) -> int:
        return await self._app.read(
            lambda connection: connection.execute(
                select(func.count()).select_from(purchases).where(*where)
            ).scalar_one()
        )


def begin(
    connection: Connection, item: Any, attempt: int, begun_at: datetime, snapshot: Snapshot, cost: Cost
) -> bool:
    """Claim an attempt for an item's row, before anything is sent. False: it was begun before, or nobody wants it now.

    `cost` is what was checked just now: it counts as spent from here on.
    """
    # The money may have gone back while this one waited for its turn: what is bought then is nobody's.
    wanted = select(items.c.state, items.c.esim_id).where(items.c.id == item.id).with_for_update()
    if tuple(connection.execute(wanted).one()) != ("buying", None):
        return False
    return insert_new(
        connection,
        purchases,
        item_id=item.id,
        attempt=attempt,
        provider=item.provider,
        sku=item.sku,
        state="sending",
        snapshot={"account": snapshot.to_json(), "tried_at": machine_now().isoformat()},
        begun_at=begun_at,
        cost=str(cost.amount),
        currency=cost.currency,
    )


def before(attempt: Any) -> Snapshot:
    """How things stood before the attempt."""
    return Snapshot.from_json(attempt.snapshot["account"])


def since_tried(attempt: Any) -> float:
    """Real seconds since the attempt was tried, by the machine's clock."""
    return (machine_now() - datetime.fromisoformat(attempt.snapshot["tried_at"])).total_seconds()


def again(attempt: Any) -> str:
    """A second look at an attempt that was begun: whatever it was, it is not begun again."""
    return str(attempt.state) if attempt.state in ("rejected", "later", "absent") else "unknown"


def is_open(attempt: Any | None) -> bool:
    """Whether what came of an attempt (None: it was never begun) has still to be found out."""
    return attempt is not None and attempt.state in OPEN


def _explained(connection: Connection, provider: str, payments: Collection[str]) -> set[str]:
    return set(
        connection.execute(
            select(purchases.c.transaction).where(
                purchases.c.provider == provider, purchases.c.transaction.in_(list(payments)[:500])
            )
        ).scalars()
    )
