"""The weather of the world: faults, repeated deliveries, the shop's clock, and whether all is up."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.control.calls import read_body, read_query, refusals, route, wrong
from bot.sandbox.control.durations import read_duration
from bot.sandbox.faults import KINDS, Fault

if TYPE_CHECKING:
    from bot.sandbox.world import World

#: However often the clock is moved, it stays within what dates and databases can hold.
FARTHEST = timedelta(days=365 * 100)
MOST_ARMED = 1_000
MOST_REDELIVERED = 1_000
MOST_TIMES = 1_000_000


def routes(world: World) -> list[Route]:
    """The calls that change how the world behaves, and the bot's own question for the time."""
    weather = Weather(world)
    return [
        route("GET", "/world/faults", weather.armed),
        route("POST", "/world/faults", weather.arm),
        route("DELETE", "/world/faults", weather.disarm),
        route("POST", "/world/redeliver", weather.redeliver),
        route("GET", "/world/clock", weather.clock),
        route("POST", "/world/clock", weather.advance),
        route("GET", "/world/health", weather.health),
        route("GET", "/clock", weather.ask),
    ]


class _Sender(Protocol):
    """A service that tells the shop of what happens."""

    async def redeliver(self, last: int, times: int) -> int: ...


class Weather:
    """Carries each call to the faults, the services or the clock."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def armed(self, _request: Request) -> dict[str, Any]:
        return {"armed": [_as_json(fault) for fault in self._world.faults.listing()], "kinds": KINDS}

    async def arm(self, request: Request) -> dict[str, Any]:
        said = await read_body(request)
        service, name = said.choice("service", tuple(KINDS)), said.text("fault", 100)
        method, times = said.maybe_text("method", 200), said.maybe_whole("times", 1, MOST_TIMES)
        skip, seconds = said.whole("skip", 0, 0, MOST_TIMES), said.seconds("seconds", 5.0, 3_600.0)
        if len(self._world.faults.listing()) >= MOST_ARMED:
            wrong(f"{MOST_ARMED} faults are armed already", 409)
        with refusals():
            fault = self._world.faults.arm(service, name, method, times, skip, seconds)
        return {"armed": _as_json(fault)}

    async def disarm(self, _request: Request) -> None:
        self._world.faults.disarm()

    async def redeliver(self, request: Request) -> dict[str, Any]:
        said = await read_body(request)
        service = said.choice("service", ("stripe", "airalo", *self._world.phones))
        last, times = said.whole("last", 1, 1, MOST_REDELIVERED), said.whole("times", 1, 1, MOST_REDELIVERED)
        senders: dict[str, _Sender] = {
            "stripe": self._world.stripe,
            "airalo": self._world.airalo,
            **self._world.phones,
        }
        return {"sent": await senders[service].redeliver(last, times)}

    async def clock(self, _request: Request) -> dict[str, Any]:
        clock = self._world.clock
        return {"offset": clock.offset.total_seconds(), "now": clock.now().isoformat()}

    async def advance(self, request: Request) -> dict[str, Any]:
        said = (await read_body(request)).text("advance", 100)
        with refusals():
            by = read_duration(said)
        if by > FARTHEST - self._world.clock.offset:
            wrong(f"the clock goes no further than {FARTHEST.days} days ahead")
        try:
            await self._world.clock.advance(by)
        except TimeoutError:
            wrong("the clock has moved, but a bot that is still asking has not taken it within a minute", 409)
        return await self.clock(request)

    async def ask(self, request: Request) -> dict[str, float]:
        """The bot's long poll. A bot that is killed hangs up, and must not count as told.

        Whoever gives no name, as a command beside the bot, only reads it.
        """
        asked = read_query(request)
        if "bot" not in request.query_params:
            return {"offset": self._world.clock.offset.total_seconds()}
        bot, taken = asked.text("bot", 100), asked.number("taken", 0.0)
        asking = asyncio.create_task(self._world.clock.ask(bot, taken))
        leaving = asyncio.create_task(_left(request))
        try:
            await asyncio.wait({asking, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if leaving.done():
                wrong("the caller has hung up")
            return {"offset": asking.result()}
        finally:
            asking.cancel()
            leaving.cancel()

    async def health(self, _request: Request) -> Response:
        missing = []
        if not self._world.telegram.registered():
            missing.append("telegram")
        if not await self._world.whatsapp.registered():
            missing.append("whatsapp")
        if missing:
            why = f"the bot has not registered on: {', '.join(missing)}"
            return JSONResponse({"ok": False, "missing": missing, "error": why}, 503)
        return JSONResponse({"ok": True})


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue


def _as_json(fault: Fault) -> dict[str, Any]:
    told = asdict(fault)
    return {"fault": told.pop("name"), **told}
