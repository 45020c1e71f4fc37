"""The provider's door: who calls, what for, and what goes wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from bot.sandbox import credentials
from bot.sandbox.keepgo.house import Answer, Asked, RefusedError
from bot.sandbox.later import Later
from bot.sandbox.misfortune import Misfortune

if TYPE_CHECKING:
    from bot.sandbox.world import World

Act = Callable[[Asked], "Answer | bytes"]

#: Bytes of a call's body.
LARGEST_BODY = 100_000


class Door:
    """Every call comes through here: counted, checked, struck by what is armed, answered."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.later = Later()
        self._misfortune = Misfortune(
            {
                "refuse": lambda: _refusal("The request could not be processed."),
                "out-of-credit": lambda: _refusal("Insufficient balance."),
            },
            self.later,
        )

    async def serve(self, request: Request, method: str, act: Act, *, writes: bool) -> Response:
        """Answer one call; `writes` marks the two that spend money."""
        self._world.calls[f"keepgo {method}"] += 1
        if not _known(request):
            return _refusal("Unauthorized. Check apiKey and accessToken.", 401)
        asked = await _read(request)
        if asked is None:
            return _refusal("The request body is not a JSON object.", 400)
        fault = self._world.faults.strike("keepgo", method, writes=writes)
        if fault is None:
            return await _Call(act, asked).answer()
        if fault.name == "pending-profile":
            asked = replace(asked, code_after=fault.seconds)
        return await self._misfortune.strike(fault, _Call(act, asked))


@dataclass(frozen=True)
class _Call:
    """What is asked, and how it is done."""

    act: Act
    asked: Asked

    async def answer(self) -> Response:
        try:
            found = self.act(self.asked)
        except RefusedError as refusal:
            return _refusal(refusal.message, refusal.status)
        if isinstance(found, bytes):
            return Response(found, media_type="application/json")
        return JSONResponse({"ack": "success", **found})

    def book(self) -> bool:
        try:
            self.act(self.asked)
        except RefusedError:
            return False
        return True


def nothing_there() -> Response:
    """For an address that is no call."""
    return _refusal("Not found.", 404)


def _refusal(message: str, status: int = 200) -> Response:
    return JSONResponse({"ack": "error", "message": message}, status)


def _known(request: Request) -> bool:
    key, token = request.headers.get("apikey", ""), request.headers.get("accesstoken", "")
    right_key = compare_digest(key.encode(), credentials.KEEPGO_API_KEY.encode())
    return compare_digest(token.encode(), credentials.KEEPGO_ACCESS_TOKEN.encode()) and right_key


async def _read(request: Request) -> Asked | None:
    """What the call brings, or None when its body is none."""
    raw = bytearray()
    body: Any = {}
    try:
        async for piece in request.stream():
            raw += piece
            if len(raw) > LARGEST_BODY:
                return None
        if raw and request.method != "GET":
            body = json.loads(raw)
    except (ClientDisconnect, ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    return Asked(request.path_params.get("target", ""), dict(request.query_params), body)
