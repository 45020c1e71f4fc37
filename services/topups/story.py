"""From paid to more data on the line, whatever happens to the process in between; or the money goes back."""

from __future__ import annotations

from sqlalchemy import update

from services.clock import Waits
from services.dispatches import Dispatches, announcement
from services.durable import Durable
from services.fulfilment import WORDED
from services.news import Alarm, DataAdded, NeedsPerson, Voice
from services.orders import Orders
from services.orders.order import ADDED, TOLD
from services.refunds import Refunds
from services.storage import Storage
from services.storage.app import items
from services.topups.refilling import Refilling
from services.trying import Trying

#: Seconds between tries to tell.
TELL = (0, 2, 10, 60, 300, 900)
#: What a message about an item's new data is noted under.
ABOUT = "added:"


class ToppingUp:
    """The workflow "top_up": one item, by its id. Steps return what happened; nothing here raises."""

    def __init__(
        self,
        app: Storage,
        durable: Durable,
        orders: Orders,
        trying: Trying,
        refilling: Refilling,
        refunds: Refunds,
        dispatches: Dispatches,
        voice: Voice,
        waits: Waits,
    ) -> None:
        self._app = app
        self._durable = durable
        self._orders = orders
        self._trying = trying
        self._refilling = refilling
        self._refunds = refunds
        self._dispatches = dispatches
        self._voice = voice
        self._waits = waits
        durable.tells("top_up", self.top_up)
        durable.tells("tell_added", self.tell_added)

    async def top_up(self, item: str) -> str:
        """Buy the data, measure the line, tell; else refund and tell."""
        outcome = await self._trying.carry_out(item, self._refilling)
        if outcome in ("rejected", "over"):
            outcome = await self._refund_unless_there(item, over=outcome == "over")
        if outcome in ("refunded", "gone"):
            return outcome
        if outcome != "bought":
            await self._durable.step("needs-person", self._leave_to_person, item, outcome)
            return "needs_person"
        await self._durable.step("measure", self._refilling.measure, item)
        return await self.tell_added(item)

    async def tell_added(self, item: str) -> str:
        """Tell until it arrived. Whoever cannot be reached now is told when they write again."""
        for number, pause in enumerate(TELL):
            if pause:
                await self._durable.sleep(self._waits(pause))
            outcome = await self._durable.step(f"tell-{number}", self._tell, item)
            if outcome in ("told", "announced"):
                # The template says it all: nothing is left to be shown.
                outcome = await self._durable.step(f"arrived-{number}", self._arrived, item)
            if outcome != "again":
                return outcome
        return "unreachable"

    async def _refund_unless_there(self, item: str, *, over: bool) -> str:
        """A late answer may have brought the data while we looked away."""
        if await self._durable.step("after-all", self._refilling.after_all, item) == "bought":
            return "bought"
        key = await self._durable.step("refund-due", self._due, item, over)
        await self._refunds.give_back(key)
        return "refunded"

    async def _due(self, item: str, over: bool) -> str:
        why = "line_over" if over else WORDED.get(await self._refilling.why(item), "no_topup")
        return await self._refunds.due(item, why)

    async def _tell(self, item: str) -> str:
        order = await self._orders.get(item.rsplit("-", 1)[0])
        if order is None or order.chat is None:
            return "nobody"
        about = ABOUT + item
        tried = await self._dispatches.tries(about)
        told = await self._voice.tell(
            order.chat,
            DataAdded(order.id, item),
            f"{about}:{tried}",
            self._dispatches.noting(order.chat, about),
        )
        return told.state

    async def _arrived(self, item: str) -> str:
        about = ABOUT + item
        if not await self._dispatches.arrived(about, announcement(about)):
            return "again"
        await self._heard(item)
        return "told"

    async def _heard(self, item: str) -> None:
        await self._app.transaction(
            lambda connection: connection.execute(
                update(items).where(items.c.id == item, items.c.reason == ADDED).values(reason=TOLD)
            )
        )

    async def _leave_to_person(self, item: str, why: str) -> str:
        await self._orders.move(item, ("waiting", "buying"), "needs_person", why)
        await self._voice.alarm(Alarm(f"needs_person_{why}", item))
        order = await self._orders.get(item.rsplit("-", 1)[0])
        if order is not None and order.chat is not None:
            await self._voice.tell(order.chat, NeedsPerson(order.id), f"needs-person:{item}:{why}")
        return "marked"
