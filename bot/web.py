"""The doors: whoever knocks is checked over the raw bytes, with a limit on size, time and number; then handed over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from hashlib import sha256

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.conversation.channel import Channel, Unreadable
from bot.conversation.engine import TryAgain
from bot.inbox import Full
from services.locks import Busy
from services.payments import NOT_THERE, Forged, Heard, NotAnEvent, PaymentError
from services.providers import Forged as Unsigned

log = structlog.get_logger()

#: Bytes of a body. Meta sends up to 3 MB, the others far less.
LARGEST = {"telegram": 1_000_000, "whatsapp": 3_000_000, "stripe": 1_000_000}
#: Bytes of what a provider tells by itself.
LARGEST_HINT = 200_000
#: Seconds for a body to arrive.
SLOWEST = 10.0
#: Requests dealt with at once at each door; beyond it 503, and the platform comes again.
MOST_AT_ONCE = 400

Hand = Callable[[Channel, bytes], Awaitable[None]]


class Doors:
    """One for each platform, the payment service, providers that tell, whoever asks whether we live; and pages."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        hand: Hand,
        verify: Callable[[bytes, str], Heard],
        heard: Callable[[Heard], Awaitable[None]],
        unreadable: Callable[[str, int, str], Awaitable[None]],
        challenge: Callable[[Mapping[str, str]], str | None],
        healthy: Callable[[], bool],
        tellers: Collection[str],
        told: Callable[[str, Mapping[str, str], bytes], Awaitable[None]],
        pages: Collection[Route] = (),
    ) -> None:
        self._channels = channels
        self._hand = hand
        self._verify = verify
        self._heard = heard
        self._unreadable = unreadable
        self._challenge = challenge
        self._healthy = healthy
        self._tellers = tellers
        self._told = told
        self._pages = pages
        self._largest = {**LARGEST, **dict.fromkeys(tellers, LARGEST_HINT)}
        self._inside = dict.fromkeys(self._largest, 0)

    def app(self) -> ASGIApp:
        """The doors that are knocked at all the time stand open; the way to the rest leads through routes.

        Everything else is 404.
        """
        doors = {f"/{name}": self._door(name, self._platform) for name in self._channels}
        doors["/stripe"] = self._door("stripe", self._payment)
        doors |= {f"/{name}": self._door(name, self._provider) for name in self._tellers}
        rest = Starlette(
            routes=[
                *(Route(path, _only_post, methods=["POST"]) for path in doors),
                # A provider looks whether somebody lives here before it says anything.
                *(Route(f"/{name}", _at_home, methods=["HEAD"]) for name in self._tellers),
                Route("/whatsapp", self._handshake, methods=["GET"]),
                Route("/health", self._health, methods=["GET"]),
                *self._pages,
            ]
        )

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            door = doors.get(scope["path"]) if scope.get("method") == "POST" else None
            if door is None:
                await rest(scope, receive, send)
                return
            answer = await door(Request(scope, receive))
            await answer(scope, receive, send)

        return app

    def _door(
        self, name: str, inside: Callable[[str, Mapping[str, str], bytes], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def enter(request: Request) -> Response:
            if self._inside[name] >= MOST_AT_ONCE:
                return _answer(503, "busy")
            self._inside[name] += 1
            try:
                raw = await _body(request, self._largest[name])
                return raw if isinstance(raw, Response) else await inside(name, request.headers, raw)
            except Exception as error:
                log.error("door", door=name, error=type(error).__name__)
                return _answer(500, "error")
            finally:
                self._inside[name] -= 1

        return enter

    async def _platform(self, name: str, headers: Mapping[str, str], raw: bytes) -> Response:
        channel = self._channels[name]
        if not channel.genuine(headers, raw):
            return _answer(401, "not genuine")
        try:
            await self._hand(channel, raw)
        except Unreadable:
            # A 5xx would make the platform bring the same body again and again.
            await self._unreadable(name, len(raw), sha256(raw).hexdigest())
        except (Busy, Full, TryAgain):
            return _answer(503, "again")
        return _answer(200, "ok")

    async def _payment(self, _name: str, headers: Mapping[str, str], raw: bytes) -> Response:
        try:
            event = self._verify(raw, headers.get("stripe-signature", ""))
        except (Forged, RecursionError):  # the latter: brackets in brackets without end
            return _answer(400, "not genuine")
        except NotAnEvent as error:
            # Genuine, so an error would only make Stripe bring it for three days.
            await self._unreadable("stripe", len(raw), sha256(raw).hexdigest())
            return _answer(200, "snapshot events are read here, not thin ones" if error.thin else "ok")
        try:
            await self._heard(event)
        except PaymentError as error:
            if error.reason != NOT_THERE:
                return _answer(503, "again")
            # It speaks of what does not exist, and would not exist the next time.
            await self._unreadable("stripe", len(raw), sha256(raw).hexdigest())
        except Busy:
            return _answer(503, "again")
        return _answer(200, "ok")

    async def _provider(self, name: str, headers: Mapping[str, str], raw: bytes) -> Response:
        try:
            await self._told(name, headers, raw)
        except Unsigned:
            return _answer(401, "not genuine")
        except Busy:
            return _answer(503, "again")
        return _answer(200, "ok")

    async def _handshake(self, request: Request) -> Response:
        answer = self._challenge(request.query_params)
        return _answer(403, "no") if answer is None else PlainTextResponse(answer)

    async def _health(self, _request: Request) -> Response:
        return _answer(200, "well") if self._healthy() else _answer(503, "not yet")


async def _body(request: Request, most: int) -> bytes | Response:
    """The whole body, or why there is none."""
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > most:
        return _answer(413, "too large")
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(SLOWEST):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    return _answer(413, "too large")
                parts.append(part)
    except TimeoutError:
        return _answer(408, "too slow")
    except ClientDisconnect:
        return _answer(400, "gone")
    return b"".join(parts)


async def _at_home(_request: Request) -> Response:
    return _answer(200, "")


async def _only_post(_request: Request) -> Response:
    """Never reached; the route tells whoever comes with another method which one is right."""
    return _answer(405, "POST")


def _answer(status: int, word: str) -> Response:
    return PlainTextResponse(word, status)
