"""From paid to delivered, whatever happens to the process in between; or the money goes back with a word why."""

from __future__ import annotations

import structlog

from services.buying import Buying
from services.clock import Waits
from services.delivery import Delivery
from services.durable import Durable
from services.failover import Failover
from services.news import Alarm, NeedsPerson, Voice
from services.orders import Orders
from services.refunds import Refunds
from services.trying import Trying

log = structlog.get_logger()

#: Providers that are asked after the first one.
MOST_SWITCHES = 4
#: Attempts at one provider have numbers below this; those at the next one go on from here.
ATTEMPTS = 100
#: Waits between looks for an activation code that comes later.
ACTIVATION = (1, 2, 5, 15, 30, 60, 120, 300, 600, 900)
#: Waits between tries to hand over.
HAND_OVER = (0, 2, 10, 60, 300, 900, 1800, 3600)
#: Why it was not bought → why the money goes back, where the traveller is told more than "not available".
WORDED = {
    "dearer": "price_risen",
    "no_credit": "no_credit",
    "capped": "no_credit",
    "out-of-credit": "no_credit",
}


class Fulfilment:
    """The workflow "fulfil": one item, by its id. Steps return what happened; nothing here raises."""

    def __init__(
        self,
        durable: Durable,
        orders: Orders,
        trying: Trying,
        buying: Buying,
        failover: Failover,
        delivery: Delivery,
        refunds: Refunds,
        voice: Voice,
        waits: Waits,
    ) -> None:
        self._durable = durable
        self._orders = orders
        self._trying = trying
        self._buying = buying
        self._failover = failover
        self._delivery = delivery
        self._refunds = refunds
        self._voice = voice
        self._waits = waits
        durable.tells("fulfil", self.fulfil)
        durable.tells("hand_over", self.hand_over)

    async def fulfil(self, item: str) -> str:
        """Buy, hand over, send the receipt; else refund and tell."""
        bought = await self._trying.carry_out(item, self._buying)
        if bought == "rejected" and await self._durable.patch("failover"):
            bought = await self._elsewhere(item)
        if bought == "gone":
            return bought
        if bought == "rejected":
            return await self._refund(item)
        if bought != "bought":
            return await self._leave_to_person(item, bought)
        await self._durable.step("tag", self._buying.tag, item)
        code = await self._wait_for_activation(item)
        if code == "gone":
            return code
        if code != "there":
            return await self._leave_to_person(item, "no_activation")
        return await self.hand_over(item)

    async def _elsewhere(self, item: str) -> str:
        """Whoever was asked does not deliver: ask whoever else keeps the promise. "rejected" when nobody does."""
        for number in range(MOST_SWITCHES):
            step = f"failover-{number}"
            if await self._durable.step(step, self._failover.switch, item, number) != "switched":
                break
            first = (number + 1) * ATTEMPTS
            bought = await self._trying.carry_out(item, self._buying, first)
            if bought != "rejected":
                return bought
        return "rejected"

    async def hand_over(self, item: str) -> str:
        """Give the traveller what was bought. Also the way back for somebody who could not be reached before."""
        outcome = "again"
        for number, pause in enumerate(HAND_OVER):
            if pause:
                await self._durable.sleep(self._waits(pause))
            outcome = await self._durable.step(f"deliver-{number}", self._delivery.deliver, item)
            if outcome == "told":
                outcome = await self._durable.step(f"arrived-{number}", self._delivery.arrived, item)
            elif outcome == "announced" and await self._durable.patch("announced"):
                outcome = await self._durable.step(f"announced-{number}", self._delivery.announced, item)
            if outcome == "undeclared":
                return await self._leave_to_person(item, outcome)
            if outcome in ("delivered", "announced", "unreachable"):
                break
        mailed = await self._durable.step("mail", self._delivery.mail, item)
        if outcome == "delivered":
            return "delivered"
        if mailed == "sent":
            # Whoever gets the QR by mail holds it, even when the chat is closed.
            await self._durable.step("by-mail", self._delivery.by_mail, item)
            return "delivered"
        why = "awaiting_traveller" if outcome == "announced" else "unreachable"
        return await self._leave_to_person(item, why)

    async def _wait_for_activation(self, item: str) -> str:
        """ "there", "waiting", or "gone": it did not come in the promised time, and the money went back."""
        outcome = "waiting"
        for number, pause in enumerate((0, *ACTIVATION)):
            if pause:
                await self._durable.sleep(self._waits(pause))
            outcome = await self._durable.step(f"activation-{number}", self._buying.activation, item)
            if outcome in ("there", "gone"):
                break
        return outcome

    async def _refund(self, item: str) -> str:
        key = await self._durable.step("refund-due", self._due, item)
        return await self._refunds.give_back(key)

    async def _due(self, item: str) -> str:
        return await self._refunds.due_unless_bought(
            item, WORDED.get(await self._buying.why(item), "not_available")
        )

    async def _leave_to_person(self, item: str, why: str) -> str:
        await self._durable.step("needs-person", self._mark, item, why)
        return "needs_person"

    async def _mark(self, item: str, why: str) -> str:
        await self._orders.move(item, ("waiting", "buying"), "needs_person", why)
        if why == "awaiting_traveller":
            return "marked"
        await self._voice.alarm(Alarm(f"needs_person_{why}", item))
        order = await self._orders.get(item.rsplit("-", 1)[0])
        if order is not None and order.chat is not None and why != "unreachable":
            await self._voice.tell(order.chat, NeedsPerson(order.id), f"needs-person:{item}:{why}")
        return "marked"
