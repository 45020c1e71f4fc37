"""What happens to a line after it was sold: more data is bought for it, what is used of it is asked."""

from __future__ import annotations

from collections.abc import Mapping

from bot.jobs import Job
from services.attempts import Attempts
from services.clock import Clock, Waits
from services.dispatches import Dispatches
from services.durable import Durable
from services.esims import Esims
from services.lanes import Lanes
from services.metrics import Metrics
from services.news import Voice
from services.orders import Orders
from services.prices import Prices
from services.providers import EsimProvider
from services.refunds import Refunds
from services.spend_guard import SpendGuard
from services.storage import Storage
from services.topups import Refilling, SurplusData, ToppingUp, Topups
from services.trying import Trying
from services.usage import Usage
from services.watching import Watch


class Lines:
    """The services that look after sold lines."""

    def __init__(
        self,
        app: Storage,
        durable: Durable,
        orders: Orders,
        esims: Esims,
        providers: Mapping[str, EsimProvider],
        prices: Prices,
        attempts: Attempts,
        guard: SpendGuard,
        lanes: Lanes,
        trying: Trying,
        refunds: Refunds,
        dispatches: Dispatches,
        metrics: Metrics,
        clock: Clock,
        waits: Waits,
        voice: Voice,
    ) -> None:
        self.refilling = Refilling(app, esims, providers, attempts, guard, lanes, clock)
        self.topping_up = ToppingUp(
            app, durable, orders, trying, self.refilling, refunds, dispatches, voice, waits
        )
        self.surplus_data = SurplusData(app, esims, providers, attempts, clock, voice)
        self.topups = Topups(providers, prices)
        self.usage = Usage(esims, providers, clock)
        self.watch = Watch(app, esims, providers, metrics, clock, voice)

    def jobs(self) -> list[Job]:
        """What happens by itself. Seconds between two runs, before they are scaled."""
        return [
            Job("surplus data", 900, self.surplus_data.look, due=True, floor=4),
            Job("measure lines", 60, self.watch.round, due=True, floor=4),
        ]
