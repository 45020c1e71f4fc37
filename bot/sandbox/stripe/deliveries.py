"""The way of an event to the shop: signed at each attempt, many at once, in no order, until it is taken."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from datetime import timedelta
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.stripe.endpoints import Endpoints
from bot.sandbox.stripe.events import Event
from bot.sandbox.stripe.ids import Obj

if TYPE_CHECKING:
    from bot.sandbox.world import World

#: Seconds that the shop has to answer.
PATIENCE = 20.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
#: By the shop's clock; after that an event is given up.
KEPT_TRYING = timedelta(days=3)
MOST_AT_ONCE = 64
#: Repeats that are written out at a time.
MOST_OUTSTANDING = 1_000
#: Events under way; the oldest is given up when there are more.
MOST_WAITING = 20_000
#: Seconds after which an event that is to come out of order no longer waits to be overtaken.
OVERTAKEN_WITHIN = 2.0

log = logging.getLogger(__name__)


class Deliveries:
    """Carries each event to each endpoint that wants it, in a task of its own."""

    def __init__(self, world: World, endpoints: Endpoints) -> None:
        self._world = world
        self._endpoints = endpoints
        self._under_way: dict[asyncio.Task[None], None] = {}
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        #: Number of a held event → set once a later one has arrived.
        self._overtaken: dict[int, asyncio.Event] = {}
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """From here on events leave."""
        self._http = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=PATIENCE),
            connector=aiohttp.TCPConnector(limit=MOST_AT_ONCE),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def stop(self) -> None:
        """Whatever is under way stays undelivered."""
        tasks = list(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    def __len__(self) -> int:
        return len(self._under_way)

    def send(self, event: Event) -> None:
        """Send it to all who want it. What is armed against deliveries strikes now, event by event."""
        faults = self._world.faults
        held = faults.release() if faults.strike_delivery("stripe", "events-held", event.type) else None
        if faults.strike_delivery("stripe", "events-out-of-order", event.type):
            self._overtaken[event.number] = asyncio.Event()
        copies = 2 if faults.strike_delivery("stripe", "duplicate-events", event.type) else 1
        for endpoint in self._endpoints.for_event(event.type):
            task = asyncio.create_task(self._carry(event, endpoint, copies, held))
            self._under_way[task] = None
            task.add_done_callback(lambda done: self._under_way.pop(done, None))
        while len(self._under_way) > MOST_WAITING:
            next(iter(self._under_way)).cancel()
            del self._under_way[next(iter(self._under_way))]

    async def again(self, events: list[Event], times: int) -> int:
        """The same bodies again, signed anew, all at once; returns how many were answered."""
        letters = (
            (event, endpoint)
            for _ in range(times)
            for event in events
            for endpoint in self._endpoints.for_event(event.type)
        )
        answered = 0
        while some := list(islice(letters, MOST_OUTSTANDING)):
            statuses = await asyncio.gather(*(self._post(*letter) for letter in some))
            answered += sum(status is not None for status in statuses)
        return answered

    async def _carry(self, event: Event, endpoint: Obj, copies: int, held: asyncio.Event | None) -> None:
        self._world.wire.delivered("stripe", event.body)
        if held is not None:
            await held.wait()
        await self._let_others_pass(event)
        gives_up, pause = self._world.clock.now() + KEPT_TRYING, FIRST_PAUSE
        while not any(await asyncio.gather(*(self._taken(event, endpoint) for _ in range(copies)))):
            copies = 1
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            if self._world.clock.now() > gives_up:
                log.warning("an event of type %s was given up: the shop never took it", event.type)
                return
        for number in [number for number in self._overtaken if number < event.number]:
            self._overtaken[number].set()

    async def _let_others_pass(self, event: Event) -> None:
        overtaken = self._overtaken.get(event.number)
        if overtaken is None:
            return
        try:
            async with asyncio.timeout(OVERTAKEN_WITHIN):
                await overtaken.wait()
        except TimeoutError:
            return
        finally:
            self._overtaken.pop(event.number, None)

    async def _taken(self, event: Event, endpoint: Obj) -> bool:
        status = await self._post(event, endpoint)
        return status is not None and 200 <= status < 300

    async def _post(self, event: Event, endpoint: Obj) -> int | None:
        """The answer's status, or None when there was no answer."""
        if self._http is None:
            return None
        async with self._room:
            headers = {
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
                "Stripe-Signature": signature(event.body, endpoint["_secret"], int(time.time())),
            }
            try:
                async with self._http.post(
                    endpoint["url"], data=event.body, headers=headers, allow_redirects=False
                ) as answer:
                    await answer.read()
                    return answer.status
            except (aiohttp.ClientError, TimeoutError, OSError):
                return None


def signature(body: bytes, secret: str, at: int) -> str:
    """The header: when it was signed by the machine's clock, and the body's MAC together with that."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={mac}"
