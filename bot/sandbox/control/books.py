"""Money and lines: what happens at Stripe's side, what a line has used, and the ledger of it all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.routing import Route

from bot.sandbox.control.calls import LARGEST_NUMBER, Endpoint, read_body, refusals, route

if TYPE_CHECKING:
    from bot.sandbox.world import World

_WAYS_TO_PAY = ("card", "declined", "delayed-ok", "delayed-fail")


def routes(world: World) -> list[Route]:
    """The calls under /world/checkouts, /world/usage and /world/ledger."""
    books, stripe = Books(world), world.stripe
    session = "/world/checkouts/{session}"
    happenings: dict[str, Callable[[str], Awaitable[object]]] = {
        "expire": stripe.expire,
        "refund-fails": stripe.refund_fails,
        "dispute": stripe.dispute,
        "dispute-won": stripe.dispute_won,
        "dispute-lost": stripe.dispute_lost,
        "inquiry": stripe.inquiry,
        "inquiry-closed": stripe.inquiry_closed,
        "fraud-warning": stripe.fraud_warning,
    }
    return [
        route("POST", f"{session}/pay", books.pay),
        route("POST", f"{session}/refund", books.refund),
        *(route("POST", f"{session}/{name}", _to_checkout(happens)) for name, happens in happenings.items()),
        route("POST", "/world/usage", books.usage),
        route("GET", "/world/ledger", books.ledger),
    ]


class Books:
    """Carries each call to the service that keeps those books."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def pay(self, request: Request) -> None:
        said = await read_body(request)
        how = said.choice("with", _WAYS_TO_PAY)
        name, email = said.maybe_text("name", 200), said.maybe_text("email", 320)

        with _at_checkout():
            await self._world.stripe.pay(request.path_params["session"], how, name, email)

    async def refund(self, request: Request) -> None:
        amount = (await read_body(request)).maybe_whole("amount", 1, LARGEST_NUMBER)
        with _at_checkout():
            await self._world.stripe.refund(request.path_params["session"], amount)

    async def usage(self, request: Request) -> None:
        said = await read_body(request)
        iccid, used = said.text("iccid", 32), said.whole("used_bytes", None, 0, LARGEST_NUMBER)
        keepgo, airalo = self._world.wholesalers
        with refusals("there is no such line"):
            try:
                keepgo.set_usage(iccid, used)
            except LookupError:
                airalo.set_usage(iccid, used)

    async def ledger(self, _request: Request) -> dict[str, Any]:
        return await self._world.ledger.as_json()


def _to_checkout(happens: Callable[[str], Awaitable[object]]) -> Endpoint:
    async def endpoint(request: Request) -> None:
        await read_body(request)
        with _at_checkout():
            await happens(request.path_params["session"])

    return endpoint


def _at_checkout() -> AbstractContextManager[None]:
    return refusals("there is no such checkout session", 409)
