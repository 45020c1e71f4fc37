"""The sandbox's KeepGo: a wholesaler of eSIMs with a full catalogue, an account, and lines that can be used up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from bot.sandbox.keepgo.door import Act, Door, nothing_there
from bot.sandbox.keepgo.house import House, RefusedError, sku_of
from bot.sandbox.keepgo.readings import Readings
from bot.sandbox.keepgo.sales import Sales

if TYPE_CHECKING:
    from bot.sandbox.world import World

__all__ = ["KeepGo"]

#: Where the API lives on the world's port.
ROOT = "/keepgo/api/v2"


class KeepGo:
    """What the world sees of its provider: the calls, what a traveller uses, and the books."""

    def __init__(self, world: World) -> None:
        self._door = Door(world)
        self._house = House(world.clock)
        self._sales = Sales(self._house)

    def routes(self) -> list[BaseRoute]:
        read, sell, iccid = Readings(self._house), self._sales, "/line/{target}"
        calls = [
            self._get("/bundles", "bundles", read.bundles),
            self._get("/bundles/{target}", "bundle", read.bundle),
            self._get("/bundle/{target}", "bundle", read.bundle),
            self._get("/product_types", "product_types", read.product_types),
            self._get("/countries", "countries", read.countries),
            self._get("/regions", "regions", read.regions),
            self._get("/network_providers", "network_providers", read.network_providers),
            self._get("/esim_enabled_devices", "esim_enabled_devices", read.devices),
            self._get("/account_balance", "account_balance", read.balance),
            self._get("/transactions", "transactions", read.transactions),
            self._get("/lines", "lines", read.lines),
            self._get("/lines/filter_data", "lines/filter_data", read.filter_data),
            self._get(f"{iccid}/get_details", "line/get_details", read.details),
            self._get(f"{iccid}/available_refills", "line/available_refills", read.available_refills),
            self._get(f"{iccid}/transactions", "line/transactions", read.line_transactions),
            self._get(f"{iccid}/audit_logs", "line/audit_logs", read.audit_logs),
            self._call("POST", "/line/create", "line/create", sell.create, writes=True),
            self._call("POST", f"{iccid}/refill", "line/refill", sell.refill, writes=True),
            self._call("PUT", f"{iccid}/update_notes", "line/update_notes", sell.update_notes),
            self._call("PUT", f"{iccid}/deactivation_date", "line/deactivation_date", sell.deactivation_date),
            self._call(
                "POST", f"{iccid}/turn_on_auto_refill", "line/turn_on_auto_refill", sell.turn_on_auto_refill
            ),
            self._call(
                "PUT", f"{iccid}/turn_off_auto_refill", "line/turn_off_auto_refill", sell.turn_off_auto_refill
            ),
            Route("/{anything:path}", _nothing),
        ]
        return [Mount(ROOT, routes=calls)]

    async def start(self) -> None:
        """Nothing has to be opened."""

    async def stop(self) -> None:
        """What was to be booked later never is."""
        self._door.later.drop()

    def set_usage(self, iccid: str, used_bytes: int) -> None:
        """What a line has used in all, in bytes; LookupError when there is no such line."""
        try:
            self._sales.use(iccid, used_bytes)
        except RefusedError as refusal:
            raise (LookupError if refusal.status == 404 else ValueError)(refusal.message) from refusal

    def lines(self) -> list[dict[str, Any]]:
        """The lines bought through the API in this run, oldest first."""
        return [
            {
                "iccid": line.iccid,
                "sku": sku_of(line.bundle, line.packages[0].size),
                "notes": line.notes,
                "created_at": line.created_at.isoformat(),
            }
            for line in reversed(self._house.stock.newest_first())
            if not line.foreign
        ]

    def refills(self) -> list[dict[str, Any]]:
        """The refills bought in this run, oldest first."""
        return list(self._sales.refills)

    def by_lpa(self, text: str) -> str | None:
        """The ICCID that this activation code opens, or None."""
        return self._house.stock.by_lpa(text)

    @property
    def late_commits(self) -> int:
        """How many purchases were booked after the caller had been cut off."""
        return self._door.later.done

    def held_back(self) -> int:
        """How many such purchases are still to come."""
        return len(self._door.later)

    def _get(self, path: str, name: str, act: Act) -> Route:
        return self._call("GET", path, name, act)

    def _call(self, verb: str, path: str, name: str, act: Act, *, writes: bool = False) -> Route:
        async def endpoint(request: Request) -> Response:
            return await self._door.serve(request, name, act, writes=writes)

        answer: Callable[[Request], Awaitable[Response]] = endpoint
        return Route(path, answer, methods=[verb])


async def _nothing(_request: Request) -> Response:
    return nothing_there()
