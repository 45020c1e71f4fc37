"""Stripe's door: who calls, with which parameters, and whether this was answered before."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.sandbox.hanging_up import hang_up
from bot.sandbox.stripe import keys
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.books import Books
from bot.sandbox.stripe.checks import Fields, read
from bot.sandbox.stripe.errors import StripeError, broken, no_route
from bot.sandbox.stripe.events import CAUSE, Cause
from bot.sandbox.stripe.expanding import expanded
from bot.sandbox.stripe.forms import Raw, read_form
from bot.sandbox.stripe.idempotency import Answers
from bot.sandbox.stripe.ids import API_VERSION, Obj, draw

if TYPE_CHECKING:
    from bot.sandbox.world import World

#: Bytes of a call's body.
LARGEST_BODY = 1_000_000
#: What an address that is no call is called: whoever has a key may ask for it in vain.
NO_CALL = "checkout.sessions.list"
#: Seconds that carrying out a call takes, so that two at once with one key do meet.
WORK_TAKES = 0.01


class _LostError(Exception):
    """The call got lost on its way; the caller hears nothing for so long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True)
class Call:
    """A call of the API: its name for faults and counts, its parameters, and who carries it out."""

    verb: str
    path: str
    name: str
    fields: Fields
    act: Callable[[Asked], Obj]
    #: Known to those only who ask by a preview version.
    preview: bool = False


class Door:
    """Every call comes through here."""

    def __init__(
        self, world: World, books: Books, before: Callable[[], None], granted: Mapping[str, str]
    ) -> None:
        self._world = world
        self._granted = granted
        self._books = books
        #: What has to be seen to before a call is looked at: sessions whose time is up.
        self._before = before
        self._answers = Answers(world.clock)

    async def serve(self, request: Request, call: Call) -> Response:
        """Answer one call."""
        self._world.calls[f"stripe {call.name}"] += 1
        request_id, key, raw = draw("req_"), _key(request), dict[str, Raw]()
        try:
            check_key(request, call.name, self._granted)
            if call.preview and not request.headers.get("stripe-version", "").endswith(".preview"):
                raise no_route(call.verb, request.url.path.removeprefix("/stripe"))
            raw = await _read(request)
            if key is None:
                answer = self._carry_out(call, request, raw, request_id, None)
            else:
                answer = await self._once(call, request, raw, request_id, key)
        except StripeError as refusal:
            answer = _answer(refusal.status, _encoded(refusal.body(request_id)), request_id, key)
        except _LostError as lost:
            # It never came to be looked at, so by now its key is free for the next attempt.
            return await hang_up(lost.seconds)
        self._world.wire.note("stripe", "call", lambda: _passed(call, raw, answer))
        return answer

    async def _once(
        self, call: Call, request: Request, raw: dict[str, Raw], request_id: str, key: str
    ) -> Response:
        path = request.url.path.removeprefix("/stripe")
        saved = self._answers.begin(key, path, raw)
        if saved is not None:
            answer = _answer(saved.status, saved.body, request_id, key)
            answer.headers["Idempotent-Replayed"] = "true"
            answer.headers["Original-Request"] = saved.request_id
            return answer
        try:
            await asyncio.sleep(WORK_TAKES)
            return self._carry_out(call, request, raw, request_id, key)
        finally:
            self._answers.end(key)

    def _carry_out(
        self, call: Call, request: Request, raw: dict[str, Raw], request_id: str, key: str | None
    ) -> Response:
        fault = self._world.faults.strike("stripe", call.name, writes=call.verb == "POST")
        if fault is not None and fault.name == "timeout":
            raise _LostError(fault.seconds)
        try:
            if fault is not None:
                raise broken()
            status, found = 200, self._do(call, request, raw, request_id, key)
        except StripeError as refusal:
            if not refusal.executed:
                raise
            status, found = refusal.status, refusal.body(request_id)
        body = _encoded(found)
        if key is not None:
            path = request.url.path.removeprefix("/stripe")
            self._answers.save(key, path, raw, status, body, request_id)
        return _answer(status, body, request_id, key)

    def _do(self, call: Call, request: Request, raw: dict[str, Raw], request_id: str, key: str | None) -> Obj:
        self._before()
        params = read(raw, call.fields)
        cause = CAUSE.set(Cause(request_id, key))
        try:
            found = call.act(Asked(params, request.path_params.get("target", "")))
        finally:
            CAUSE.reset(cause)
        return expanded(found, params.get("expand", []), self._books)


async def nothing_there(request: Request) -> Response:
    """For an address that is no call."""
    request_id = draw("req_")
    try:
        check_key(request, NO_CALL)
    except StripeError as refusal:
        return _answer(refusal.status, _encoded(refusal.body(request_id)), request_id, None)
    nowhere = no_route(request.method, request.url.path.removeprefix("/stripe"))
    return _answer(404, _encoded(nowhere.body(request_id)), request_id, None)


def check_key(request: Request, call: str, granted: Mapping[str, str] = keys.GRANTED) -> None:
    """StripeError unless the caller has a key that may make this call, as a bearer's or as a user's name."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    given = given.strip()
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    if scheme.lower() not in ("basic", "bearer") or not given:
        why = "You did not provide an API key. Send it in the Authorization header, as a Bearer token."
        raise StripeError(why, status=401)
    keys.check(given, call, granted)


def _key(request: Request) -> str | None:
    return request.headers.get("idempotency-key") if request.method == "POST" else None


async def _read(request: Request) -> dict[str, Raw]:
    if request.method != "POST":
        return read_form(request.scope["query_string"])
    raw = bytearray()
    try:
        async for piece in request.stream():
            raw += piece
            if len(raw) > LARGEST_BODY:
                raise StripeError("Invalid request: the body is too large.", status=413)
    except ClientDisconnect as err:
        raise StripeError("Invalid request: the body ended early.") from err
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if raw and kind != "application/x-www-form-urlencoded":
        why = "Invalid request (check that your POST content type is application/x-www-form-urlencoded)."
        raise StripeError(why)
    return read_form(bytes(raw))


def _passed(call: Call, raw: dict[str, Raw], answer: Response) -> Obj:
    """A call and its answer, for whoever checks the wire."""
    return {
        "verb": call.verb,
        "path": f"/v1{call.path}",
        "params": raw,
        "status": answer.status_code,
        "answer": json.loads(bytes(answer.body)),
    }


def _encoded(found: Obj) -> bytes:
    return json.dumps(found, separators=(",", ":")).encode()


def _answer(status: int, body: bytes, request_id: str, key: str | None) -> Response:
    headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION, "Cache-Control": "no-store"}
    if key is not None:
        headers["Idempotency-Key"] = key.encode("latin-1", "replace").decode("latin-1")
    return Response(body, status, headers, media_type="application/json")
