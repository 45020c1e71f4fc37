"""The delivery promise: told when it begins and at half time, kept by the deadline, or the money goes back.

What carries an order (`Trying`) needs no more than twenty-six of the thirty minutes: a purchase of at most two, looks
until the twentieth minute after it, one second try of two. Whatever else comes in between (turns at a busy account,
an activation code that does not come, a process that is dead) ends at the deadline, which is kept by a sweep over due
rows and so by any process that lives. From then on the item is refunded, unless its line was there first: both are
conditional changes of the same row, and the first one wins. A line that comes later is stock.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, and_, or_, select, update

from services.attempts import OPEN
from services.buying import Buying
from services.clock import Clock, Waits
from services.durable import Durable
from services.news import BeingIssued, RunningLate, Voice
from services.orders import Orders
from services.orders.order import PURCHASE, TOPUP
from services.refunds import Refunds
from services.stock import Stock
from services.storage import Storage
from services.storage.app import esims, items, orders, purchases
from services.trying import Tries

log = structlog.get_logger()

#: However short the waits are made, the provider's own waits must fit in: real seconds.
LEAST = 45.0
#: Seconds between tries to tell that it has begun; after that the next word is the one at half time.
TELL = (0, 1, 5, 30, 120)
#: Waits before the looks at the deadline, when nobody could look.
LAST_LOOKS = (0, 2, 10)
#: Orders dealt with in one round.
BATCH = 200


def promised(minutes: int, waits: Waits) -> timedelta:
    """How long an order may take from its payment."""
    return timedelta(seconds=waits(minutes * 60, floor=LEAST))


class Promise:
    """Keeps watch over paid orders."""

    def __init__(
        self,
        app: Storage,
        durable: Durable,
        orders_: Orders,
        stock: Stock,
        buying: Buying,
        refunds: Refunds,
        clock: Clock,
        waits: Waits,
        voice: Voice,
    ) -> None:
        self._app = app
        self._durable = durable
        self._orders = orders_
        self._stock = stock
        self._buying = buying
        #: The kind of an item → who can look what became of it.
        self._tries: dict[str, Tries] = {PURCHASE: buying}
        self._refunds = refunds
        self._clock = clock
        self._waits = waits
        self._voice = voice
        self._telling: set[asyncio.Task[None]] = set()
        durable.tells("overdue", self.overdue)

    def also(self, kind: str, tries: Tries) -> None:
        """Items of this kind are looked for by others."""
        self._tries[kind] = tries

    def begin(self, item: str) -> None:
        """Tell that it is paid and by when it is there, beside the purchase.

        To be called outside of a step: then it is called again after a kill, and the key makes it one message.
        """
        task = asyncio.create_task(self._tell_begun(item))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def late(self, item: str) -> str:
        """Tell that it takes longer, once."""
        order = await self._orders.get(_order(item))
        if order is None or order.chat is None:
            return "nobody"
        told = await self._voice.tell(order.chat, RunningLate(order.id), f"late:{item}")
        if told.state == "again":
            return "again"
        now = self._clock.now()
        await self._app.transaction(
            lambda connection: connection.execute(
                update(orders).where(orders.c.id == order.id).values(late_at=now)
            )
        )
        return "told"

    async def sweep(self) -> None:
        """Every order that is half way through its time, or at its end."""
        now = self._clock.now()
        overdue, halfway = await self._app.read(
            lambda connection: _due(connection, now, self._orders.promise)
        )
        for item in overdue:
            await self._app.transaction(
                lambda connection, item=item: self._durable.start_with(  # type: ignore[misc]
                    connection, "overdue", f"overdue-{item}", item
                )
            )
        await asyncio.gather(*(self.late(item) for item in halfway))

    async def overdue(self, item: str) -> str:
        """The workflow at the deadline: look once more, hand over what is there, else give the money back."""
        for number, pause in enumerate(LAST_LOOKS):
            if pause:
                await self._durable.sleep(self._waits(pause, floor=0.2))
            if await self._durable.step(f"look-{number}", self._look, item) != "busy":
                break
        if await self._durable.step("there", self._is_there, item) == "there":
            return "there"
        await self._durable.step("release", self._release, item)
        key = await self._durable.step("refund-due", self._refunds.due_unless_bought, item, "too_late")
        return await self._refunds.give_back(key) if key else "there"

    async def _tell_begun(self, item: str) -> None:
        for pause in TELL:
            await asyncio.sleep(self._waits(pause))
            order = await self._orders.get(_order(item))
            part = next((part for part in order.items if part.id == item), None) if order else None
            if order is None or order.chat is None or part is None or part.state not in ("waiting", "buying"):
                return
            told = await self._voice.tell(order.chat, BeingIssued(order.id, item), f"begun:{item}")
            if told.state != "again":
                return

    async def _look(self, item: str) -> str:
        """Reconcile with the provider: what became of every attempt whose outcome is open. "busy": nobody could."""
        kind, attempts = await self._app.read(lambda connection: _open(connection, item))
        by = self._tries.get(kind)
        looked = [await by.look(item, attempt) for attempt in attempts] if by else []
        return "busy" if "busy" in looked else "looked"

    async def _is_there(self, item: str) -> str:
        """Whether it can be handed over: then that is begun, and the money stays."""
        order = await self._orders.get(_order(item))
        part = next((part for part in order.items if part.id == item), None) if order else None
        if part is None or part.state not in ("waiting", "buying"):
            return "there"
        if part.esim is None or await self._buying.activation(item) != "there":
            return "missing"
        await self._app.transaction(
            lambda connection: self._durable.start_with(
                connection, "hand_over", f"hand-over-{item}-in-time", item
            )
        )
        return "there"

    async def _release(self, item: str) -> str:
        """A line that nobody can install yet is nobody's: it becomes stock."""
        return "released" if await self._stock.release(item) else "nothing"


def _due(connection: Connection, now: datetime, whole: timedelta) -> tuple[list[str], list[str]]:
    """Items at the end of their time, and items half way that were not told. Orders of before had no deadline."""
    over = or_(orders.c.due_at <= now, and_(orders.c.due_at.is_(None), orders.c.paid_at <= now - whole))
    waiting = (
        select(items.c.id)
        .join(orders, orders.c.id == items.c.order_id)
        .outerjoin(esims, esims.c.id == items.c.esim_id)
        .where(
            orders.c.state == "paid",
            items.c.state.in_(("waiting", "buying")),
            items.c.kind.in_((PURCHASE, TOPUP)),
            # What can be installed is the traveller's, and handed over for as long as it takes.
            esims.c.activation.is_(None),
        )
        .order_by(orders.c.paid_at)
        .limit(BATCH)
    )
    half = waiting.where(orders.c.paid_at <= now - whole / 2, orders.c.late_at.is_(None), ~over)
    return (
        list(connection.execute(waiting.where(over)).scalars()),
        list(connection.execute(half).scalars()),
    )


def _open(connection: Connection, item: str) -> tuple[str, list[int]]:
    kind = connection.execute(select(items.c.kind).where(items.c.id == item)).scalar_one()
    tried: Any = (
        select(purchases.c.attempt)
        .where(purchases.c.item_id == item, purchases.c.state.in_(OPEN))
        .order_by(purchases.c.attempt)
    )
    return kind, list(connection.execute(tried).scalars())


def _order(item: str) -> str:
    return item.rsplit("-", 1)[0]
