"""The provider's door: who calls, how often, what for, and what goes wrong on the way."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.airalo import tokens
from bot.sandbox.airalo.errors import RefusedError, business
from bot.sandbox.airalo.house import Answer, Asked
from bot.sandbox.airalo.rates import Rates
from bot.sandbox.later import Later
from bot.sandbox.misfortune import Misfortune

if TYPE_CHECKING:
    from bot.sandbox.world import World

Act = Callable[[Asked], "Answer | bytes | Awaitable[Answer] | None"]

#: Bytes of a call's body.
LARGEST_BODY = 100_000


class Door:
    """Every call comes through here: counted, checked, struck by what is armed, answered."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rates = Rates()
        self.later = Later()
        self._misfortune = Misfortune(
            {"refuse": business(34).answer, "out-of-credit": business(11, "0.00 USD").answer}, self.later
        )

    async def serve(self, request: Request, method: str, act: Act, *, writes: bool, status: int) -> Response:
        """Answer one call; `writes` marks those that spend money, `status` is that of success."""
        self._world.calls[f"airalo {method}"] += 1
        asked = await _read(request)
        try:
            if method != "token":
                tokens.check(request.headers.get("authorization", ""))
            self._rates.count(method, asked.target if asked else "")
        except RefusedError as refusal:
            return refusal.answer()
        if asked is None:
            return business(43, "The body cannot be read.").answer()
        fault = self._world.faults.strike("airalo", method, writes=writes)
        if fault is not None and fault.name == "pending-profile":
            asked = replace(asked, code_after=fault.seconds)
        call = _Call(act, asked, status)
        return await call.answer() if fault is None else await self._misfortune.strike(fault, call)


@dataclass(frozen=True)
class _Call:
    """What is asked, how it is done, and the status of success."""

    act: Act
    asked: Asked
    status: int

    async def answer(self) -> Response:
        try:
            found = self.act(self.asked)
            found = await found if inspect.isawaitable(found) else found
        except RefusedError as refusal:
            return refusal.answer()
        if isinstance(found, bytes):
            return Response(found, self.status, media_type="application/json")
        return Response(status_code=204) if found is None else JSONResponse(found, self.status)

    def book(self) -> bool:
        try:
            found = self.act(self.asked)
        except RefusedError:
            return False
        if inspect.iscoroutine(found):
            # Only what spends money can be carried out in silence.
            found.close()
            return False
        return True


async def _read(request: Request) -> Asked | None:
    """What the call brings, or None when its body is none. Forms are as good as JSON."""
    target, query = request.path_params.get("target", ""), dict(request.query_params)
    if request.method == "GET":
        return Asked(target, query)
    kind = request.headers.get("content-type", "")
    try:
        if "form" in kind:
            body: Any = await _form(request)
        else:
            raw = bytearray()
            async for piece in request.stream():
                raw += piece
                if len(raw) > LARGEST_BODY:
                    return None
            body = json.loads(raw) if raw else {}
    except (ClientDisconnect, ValueError, RecursionError):
        return None
    return Asked(target, query, body) if isinstance(body, dict) else None


async def _form(request: Request) -> dict[str, Any]:
    """Fields whose names end in [] are lists."""
    async with request.form(max_fields=100, max_files=0, max_part_size=LARGEST_BODY) as form:
        body: dict[str, Any] = {}
        for name, value in form.multi_items():
            if name.endswith("[]"):
                body.setdefault(name.removesuffix("[]"), []).append(value)
            else:
                body[name] = value
        return body
