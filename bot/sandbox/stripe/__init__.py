"""The sandbox's Stripe: its API, a Checkout page to pay on, and signed events that find their way to the shop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from bot.sandbox.stripe.calls import calls
from bot.sandbox.stripe.door import Call, Door, nothing_there
from bot.sandbox.stripe.keys import GRANTED
from bot.sandbox.stripe.office import Office
from bot.sandbox.stripe.page import CheckoutPage

if TYPE_CHECKING:
    from bot.sandbox.world import World

__all__ = ["Stripe"]

#: Seconds between two looks at sessions whose time may be up; short, since the shop's clock may leap.
LOOKS_EVERY = 0.1


class Stripe:
    """What the world sees of Stripe. Acts on a session raise LookupError when there is no such session,
    and ValueError, with a sentence, when things do not stand so that it could be done."""

    def __init__(self, world: World) -> None:
        self._office = Office(world)
        #: What the restricted key may do; an account may take some of it back.
        self.granted = dict(GRANTED)
        self._door = Door(world, self._office.books, self._office.checkout.end_due, self.granted)
        self._page = CheckoutPage(self._office.payer)
        self._looking: asyncio.Task[None] | None = None

    def routes(self) -> list[BaseRoute]:
        every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        api: list[BaseRoute] = [
            *(self._route(call) for call in calls(self._office)),
            Route("/{anything:path}", nothing_there, methods=every),
        ]
        # Stripe's own command-line tool keeps nothing but the host of the address it is given.
        return [Mount("/stripe/v1", routes=api), Mount("/v1", routes=api), *self._page.routes()]

    async def start(self) -> None:
        """From here on events leave and sessions expire."""
        await self._office.deliveries.start()
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Whatever is under way stays so."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        self._office.bank.close()
        await self._office.deliveries.stop()

    async def pay(self, session_id: str, how: str, name: str | None = None, email: str | None = None) -> None:
        """Pay as the traveller: with "card", "declined", "delayed-ok" or "delayed-fail"."""
        self._office.payer.pay(session_id, how, name, email)

    async def expire(self, session: str) -> None:
        """The session's time is up."""
        self._office.dashboard.expire(session)

    async def refund(self, session: str, amount: int | None = None) -> None:
        """Somebody refunds so much of the payment, or all that is left, in the dashboard."""
        self._office.dashboard.refund(session, amount)

    async def refund_fails(self, session: str) -> None:
        """The bank returns the newest refund, or one made for it."""
        self._office.dashboard.refund_fails(session)

    async def dispute(self, session: str) -> None:
        """The traveller's bank takes the money back."""
        self._office.dashboard.dispute(session)

    async def inquiry(self, session: str) -> None:
        """The traveller's bank asks, and takes nothing yet."""
        self._office.dashboard.dispute(session, inquiry=True)

    async def inquiry_closed(self, session: str) -> None:
        """The bank has its answer."""
        self._office.dashboard.inquiry_closed(session)

    async def fraud_warning(self, session: str) -> None:
        """The card's network fears that somebody else paid."""
        self._office.dashboard.fraud_warning(session)

    async def dispute_won(self, session: str) -> None:
        """The dispute ends, and the money returns."""
        self._office.dashboard.dispute_won(session)

    async def dispute_lost(self, session: str) -> None:
        """The dispute ends, and the money is gone."""
        self._office.dashboard.dispute_lost(session)

    async def redeliver(self, last: int, times: int) -> int:
        """The last events again: the same bodies, signed anew, at once. Returns how many were answered."""
        return await self._office.deliveries.again(self._office.events.last(last), times)

    def charges(self) -> list[dict[str, Any]]:
        """Every attempt to take money, oldest first; amounts in the currency's smallest unit."""
        return self._office.ledger.charges()

    def refunds(self) -> list[dict[str, Any]]:
        """Every refund, oldest first."""
        return self._office.ledger.refunds()

    def held_back(self) -> int:
        """Events that the shop has not taken yet, and answers of banks that are still to come."""
        return len(self._office.deliveries) + len(self._office.bank)

    def _route(self, call: Call) -> Route:
        async def endpoint(request: Request) -> Response:
            return await self._door.serve(request, call)

        return Route(call.path, endpoint, methods=[call.verb])

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            self._office.checkout.end_due()
