"""The sandbox's Airalo: a second wholesaler, which knows its orders by the shop's own words and tells by webhook."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from bot.sandbox.airalo import tokens
from bot.sandbox.airalo.deliveries import Deliveries
from bot.sandbox.airalo.door import Act, Door
from bot.sandbox.airalo.errors import not_found
from bot.sandbox.airalo.house import Asked, House
from bot.sandbox.airalo.notices import Notices
from bot.sandbox.airalo.readings import Readings
from bot.sandbox.airalo.refunds import Refunds
from bot.sandbox.airalo.sales import Sales

if TYPE_CHECKING:
    from bot.sandbox.world import World

__all__ = ["Airalo"]

#: Where the API lives on the world's port.
ROOT = "/airalo/v2"


class Airalo:
    """What the world sees of this provider: the calls, what a traveller uses, and the books."""

    def __init__(self, world: World) -> None:
        self._door = Door(world)
        self._house = House(world.clock)
        self._deliveries = Deliveries(world)
        self._notices = Notices(self._house, self._deliveries)
        self._sales = Sales(self._house, self._notices)
        self._readings = Readings(self._house, f"{world.here}{ROOT}")
        self._refunds = Refunds(self._house)

    def routes(self) -> list[BaseRoute]:
        read, sell, iccid = self._readings, self._sales, "/sims/{target}"
        calls = [
            self._call("POST", "/token", "token", _token),
            self._get("/packages", "packages", read.packages),
            self._call("POST", "/orders", "orders", sell.order, writes=True),
            self._call("POST", "/orders-async", "orders-async", sell.order_later, writes=True, status=202),
            self._call("POST", "/orders/topups", "orders/topups", sell.top_up, writes=True),
            self._get("/orders", "order-list", read.orders),
            self._get("/orders/{target}", "order", read.order),
            self._get("/sims", "sims", read.sims),
            self._get(iccid, "sim", read.sim),
            self._get(f"{iccid}/usage", "sims/usage", read.usage),
            self._get(f"{iccid}/packages", "sims/packages", read.history),
            self._get(f"{iccid}/topups", "sims/topups", read.topups),
            self._get(f"{iccid}/instructions", "sims/instructions", read.instructions),
            self._get("/balance", "balance", read.balance),
            self._get("/compatible-devices-lite", "compatible-devices-lite", read.devices),
            self._get("/notifications/opt-in", "notifications/details", self._details),
            self._call("POST", "/notifications/opt-in", "notifications/opt-in", self._opt_in),
            self._call("POST", "/notifications/opt-out", "notifications/opt-out", self._opt_out),
            self._call("POST", "/simulator/webhook", "simulator/webhook", self._simulate),
            self._call("POST", "/refund", "refund", self._refunds.ask, status=202),
            Route("/{anything:path}", _nothing),
        ]
        return [Mount(ROOT, routes=calls)]

    async def start(self) -> None:
        """From here on the shop hears of what happens."""
        await self._deliveries.start()

    async def stop(self) -> None:
        """What was to be booked later never is."""
        self._door.later.drop()
        self._sales.accepted.drop()
        await self._deliveries.stop()

    def set_usage(self, iccid: str, used_bytes: int) -> None:
        """What a line has used in all, in bytes; LookupError when there is no such line."""
        sim = self._house.stock.find(iccid)
        if sim is None:
            raise LookupError(iccid)
        sim.use(-(-used_bytes // 1024**2), self._house.clock.now())
        self._readings.forget_usage(iccid)
        self._notices.usage(sim)

    def lines(self) -> list[dict[str, Any]]:
        """The lines bought through the API in this run, oldest first."""
        return [
            {
                "iccid": sim.iccid,
                "sku": order.package.id,
                "notes": order.description or "",
                "created_at": sim.created_at.isoformat(),
            }
            for order in self._house.orders
            if not order.topup
            for sim in order.sims
            if not sim.foreign
        ]

    def refills(self) -> list[dict[str, Any]]:
        """The top-ups bought in this run, oldest first."""
        return list(self._sales.refills)

    def refund_requests(self) -> list[dict[str, Any]]:
        """What the shop has asked back, oldest first."""
        return list(self._refunds.asked)

    def by_lpa(self, text: str) -> str | None:
        """The ICCID that this activation code opens, or None."""
        return self._house.stock.by_lpa(text)

    async def redeliver(self, last: int, times: int) -> int:
        """Sends the last notices again; returns how many were taken."""
        return await self._deliveries.redeliver(last, times)

    @property
    def late_commits(self) -> int:
        """How many purchases were booked after the caller had been cut off."""
        return self._door.later.done

    def held_back(self) -> int:
        """How many purchases and notices are still to come."""
        return len(self._door.later) + len(self._sales.accepted) + len(self._deliveries)

    async def _opt_in(self, asked: Asked) -> dict[str, Any]:
        return await self._notices.opt_in(asked.body)

    def _details(self, _asked: Asked) -> dict[str, Any]:
        return self._notices.details()

    def _opt_out(self, asked: Asked) -> None:
        self._notices.opt_out(asked.body)

    async def _simulate(self, asked: Asked) -> dict[str, Any]:
        return await self._notices.simulate(asked.body)

    def _get(self, path: str, name: str, act: Act) -> Route:
        return self._call("GET", path, name, act)

    def _call(
        self, verb: str, path: str, name: str, act: Act, *, writes: bool = False, status: int = 200
    ) -> Route:
        async def endpoint(request: Request) -> Response:
            return await self._door.serve(request, name, act, writes=writes, status=status)

        answer: Callable[[Request], Awaitable[Response]] = endpoint
        return Route(path, answer, methods=[verb])


def _token(asked: Asked) -> dict[str, Any]:
    return tokens.issue(asked.body)


async def _nothing(_request: Request) -> Response:
    return not_found().answer()
