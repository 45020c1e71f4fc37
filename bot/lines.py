"""What happens to a line after it was sold: more data is bought for it, what is used of it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.jobs import Job
from bot.voice import Spoken
from services.attempts import Attempts
from services.clock import Clock, Waits
from services.dispatches import Dispatches
from services.durable import Durable
from services.esims import Esims
from services.lanes import Lanes
from services.metrics import Metrics
from services.orders import Orders
from services.prices import Prices
from services.providers import EsimProvider
from services.refunds import Refunds
from services.spend_guard import SpendGuard
from services.storage import Stores
from services.topups import Refilling, SurplusData, ToppingUp, Topups
from services.trying import Trying
from services.usage import Usage
from services.watching import Watch


class House(Protocol):
    """What the services of lines need of an open shop."""

    stores: Stores
    clock: Clock
    waits: Waits
    voice: Spoken
    durable: Durable
    metrics: Metrics
    orders: Orders
    esims: Esims
    providers: Mapping[str, EsimProvider]
    prices: Prices
    guard: SpendGuard
    refunds: Refunds


class Lines:
    """The services that look after sold lines."""

    def __init__(
        self, shop: House, attempts: Attempts, lanes: Lanes, trying: Trying, dispatches: Dispatches
    ) -> None:
        app, esims, providers = shop.stores.app, shop.esims, shop.providers
        clock, waits, voice = shop.clock, shop.waits, shop.voice
        self.refilling = Refilling(app, esims, providers, attempts, shop.guard, lanes, clock)
        self.topping_up = ToppingUp(
            app, shop.durable, shop.orders, trying, self.refilling, shop.refunds, dispatches, voice, waits
        )
        self.surplus_data = SurplusData(app, esims, providers, attempts, clock, voice)
        self.topups = Topups(providers, shop.prices)
        self.usage = Usage(esims, providers, clock)
        self.watch = Watch(app, esims, providers, shop.metrics, clock, voice)

    def jobs(self) -> list[Job]:
        """What happens by itself. Seconds between two runs, before they are scaled."""
        return [
            Job("surplus data", 900, self.surplus_data.look, due=True, floor=4),
            Job("measure lines", 60, self.watch.round, due=True, floor=4),
        ]
