"""One leg: travellers in parallel, bad weather, kills at random moments; then calm, rest, and the judgement."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass

from tests.chaos.bots import Bots
from tests.chaos.buyers import Buyer, Purchase
from tests.chaos.judge import Judge
from tests.chaos.killer import Killer
from tests.chaos.storm import Storm
from tests.chaos.telling import say
from tests.living import Living

#: Travellers who buy at the same time.
IN_FLIGHT = 48
#: One of so many who hold a line wants more data on it.
WANTS_MORE = 8
#: Orders between two lines on how far we are.
TOLD_EVERY = 50


@dataclass(frozen=True)
class Plan:
    """How much of it, and seconds after which nobody begins to buy any more."""

    orders: int
    kills: int
    seconds: float


async def run(
    living: Living, bots: Bots, chance: random.Random, plan: Plan
) -> tuple[dict[str, int], list[str]]:
    """The figures of a leg, and what does not hold."""
    say(f"{plan.orders} orders on {bots.many} bot(s), {plan.kills} kills, {IN_FLIGHT} travellers at a time")
    killer = Killer(bots, chance, plan.orders, plan.kills)
    storm = Storm(living, chance, every=min(1.0, plan.seconds / plan.orders / 2))
    crowd = Crowd(living, chance, plan, killer)
    blowing, killing = asyncio.create_task(storm.blow()), asyncio.create_task(killer.lurk())
    try:
        await crowd.buy()
        killer.enough()
        await killing
    finally:
        for task in (blowing, killing):
            task.cancel()
        await asyncio.gather(blowing, killing, return_exceptions=True)
    for died in (blowing, killing):
        if not died.cancelled() and died.exception() is not None:
            raise died.exception()  # type: ignore[misc]
    say(f"faults armed: {dict(sorted(storm.armed.items()))}")
    await living.calm()
    await bots.up()
    judge = Judge(living, crowd.purchases)
    figures, wrong = await judge.judge()
    if bots.fell:
        wrong.append(f"{bots.fell} bot(s) ended by themselves")
    if crowd.gave_up:
        wrong.append(f"{crowd.gave_up} traveller(s) never got a link to pay")
    return {**figures, "kills": bots.kills, "fell": bots.fell}, wrong


class Crowd:
    """Everybody who buys, so many at a time."""

    def __init__(self, living: Living, chance: random.Random, plan: Plan, killer: Killer) -> None:
        self._living = living
        self._chance = chance
        self._plan = plan
        self._killer = killer
        self._numbers = iter(range(plan.orders))
        self._until = time.monotonic() + plan.seconds
        self.purchases: list[Purchase] = []
        self.gave_up = 0

    async def buy(self) -> None:
        """Until all orders are bought or the time is over."""
        await asyncio.gather(*(self._one_after_another() for _ in range(IN_FLIGHT)))

    async def _one_after_another(self) -> None:
        await asyncio.sleep(self._chance.uniform(0, 2))
        for number in self._numbers:
            await self._killer.keeps_up()
            if time.monotonic() > self._until:
                return
            buyer = Buyer(
                self._living, self._chance.choice(("telegram", "whatsapp")), f"c{number}", self._chance
            )
            purchase = await buyer.orders()
            if purchase is None:
                self.gave_up += 1
                say(
                    f"{buyer.name} on {buyer.channel} gave up: {[text[:40] for text in await buyer.texts()][-12:]}"
                )
                continue
            self.purchases.append(purchase)
            self._killer.paid()
            if len(self.purchases) % TOLD_EVERY == 0:
                say(f"{len(self.purchases)} paid, {self._killer.done} kills")
            if not await buyer.hears():
                say(f"{buyer.name} on {buyer.channel} still waits for {purchase.order}")
            elif number % WANTS_MORE == 0 and buyer.holds_line(await buyer.screen()):
                more = await buyer.tops_up()
                self.purchases += [more] if more else []
