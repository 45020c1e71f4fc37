"""The provider's door: who calls, what for, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.sandbox import credentials
from bot.sandbox.hanging_up import hang_up
from bot.sandbox.keepgo.house import Answer, Asked, RefusedError
from bot.sandbox.keepgo.later import Later

if TYPE_CHECKING:
    from bot.sandbox.faults import Fault
    from bot.sandbox.world import World

Act = Callable[[Asked], "Answer | bytes"]

#: Bytes of a call's body.
LARGEST_BODY = 100_000
#: Seconds until a caller whose call is carried out later is cut off.
CUT_OFF_AFTER = 0.2

_PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


class Door:
    """Every call comes through here: counted, checked, struck by what is armed, answered."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.later = Later()

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
            return _do(act, asked)
        return await self._struck(fault, act, asked)

    async def _struck(self, fault: Fault, act: Act, asked: Asked) -> Response:
        match fault.name:
            case "refuse":
                return _refusal("The request could not be processed.")
            case "out-of-credit":
                return _refusal("Insufficient balance.")
            case "error-500":
                return HTMLResponse(_PAGE.format("500 Internal Server Error"), 500)
            case "html-200":
                return HTMLResponse(_PAGE.format("We are back shortly"))
            case "timeout":
                return await hang_up(fault.seconds)
            case "slow":
                await asyncio.sleep(fault.seconds)
            case "commit-then-timeout":
                _do(act, asked)
                return await hang_up(fault.seconds)
            case "commit-then-500":
                _do(act, asked)
                return HTMLResponse(_PAGE.format("500 Internal Server Error"), 500)
            case "late-commit":
                self.later.run(fault.seconds, lambda: act(asked))
                return await hang_up(CUT_OFF_AFTER)
            case "pending-profile":
                asked = replace(asked, code_after=fault.seconds)
        return _do(act, asked)


def nothing_there() -> Response:
    """For an address that is no call."""
    return _refusal("Not found.", 404)


def _do(act: Act, asked: Asked) -> Response:
    try:
        found = act(asked)
    except RefusedError as refusal:
        return _refusal(refusal.message, refusal.status)
    if isinstance(found, bytes):
        return Response(found, media_type="application/json")
    return JSONResponse({"ack": "success", **found})


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
