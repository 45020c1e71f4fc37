"""The Bot API's address: tokens are checked, faults strike, methods are called, answers are wrapped."""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox import credentials
from bot.sandbox.faults import Fault
from bot.sandbox.hanging_up import hang_up
from bot.sandbox.telegram.bodies import read_call
from bot.sandbox.telegram.calls import Call, Described
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import BLOCKED, ApiError, forbidden
from bot.sandbox.telegram.methods import METHODS, SPELLINGS

if TYPE_CHECKING:
    from bot.sandbox.world import World

_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,80}")
#: Answering a delivery with one of these does nothing. (tdlib/telegram-bot-api, WebhookActor.cpp)
_NOT_IN_ANSWERS = ("setwebhook", "deletewebhook", "close", "logout")
_NOT_FOUND = ApiError(404, "Not Found")
_NO_METHOD = ApiError(404, "Not Found: method not found")


class Door:
    """Everything under /telegram."""

    def __init__(self, world: World, cloud: Cloud) -> None:
        self._world = world
        self._cloud = cloud

    def routes(self) -> list[BaseRoute]:
        both = ["GET", "POST"]
        return [
            Route("/telegram/file/bot{token}/{path:path}", self._file, methods=["GET"]),
            Route("/telegram/bot{token}/{method}", self._call, methods=both),
            Route("/telegram/{rest:path}", self._nothing, methods=both),
        ]

    async def _call(self, request: Request) -> Response:
        try:
            _check(request.path_params["token"])
            name = SPELLINGS.get(request.path_params["method"].lower())
            if name is None:
                raise _NO_METHOD
            self._world.calls[f"telegram {name}"] += 1
            call = await read_call(
                request.query_params, request.headers.get("content-type", ""), request.stream()
            )
            fault = self._world.faults.strike("telegram", name)
            if fault is not None and fault.name == "timeout":
                return await hang_up(fault.seconds)  # and nobody learns what became of it
            answer = await self._answer(request, name, call, fault)
        except ApiError as refusal:
            return _failure(refusal)
        except ClientDisconnect:
            return Response(status_code=400)  # to nobody
        fields, files = call.sent()
        told = {"method": name, "fields": fields, "files": files}
        self._world.wire.note("telegram", "call", lambda: told | {"answer": json.loads(bytes(answer.body))})
        return answer

    async def _answer(self, request: Request, name: str, call: Call, fault: Fault | None) -> Response:
        performing = self._perform(name, call, fault)
        held = name == "getUpdates"
        try:
            return _success(await (_while_there(request, performing) if held else performing))
        except ApiError as refusal:
            return _failure(refusal)

    async def answered(self, content_type: str, body: bytes) -> None:
        """A delivery was answered with a call; its result is thrown away."""

        async def pieces() -> Any:
            yield body

        try:
            call = await read_call({}, content_type, pieces())
            name = SPELLINGS.get(call.text("method").lower(), "")
            if not name or name.startswith("get") or name.lower() in _NOT_IN_ANSWERS:
                return
            self._world.calls[f"telegram {name}"] += 1
            await self._perform(name, call, self._world.faults.strike("telegram", name))
        except ApiError:
            return

    async def _perform(self, name: str, call: Call, fault: Fault | None) -> Any:
        match fault.name if fault else None:
            case "429":
                seconds = max(1, math.ceil(fault.seconds)) if fault else 1
                raise ApiError(429, f"Too Many Requests: retry after {seconds}", seconds)
            case "error-500":
                raise ApiError(500, "Internal Server Error")
            case "blocked":
                raise forbidden(BLOCKED)
            case "timeout":
                return None
        with self._cloud.rates.admitted(name, self._cloud.named(call)):
            return await METHODS[name](self._cloud, call)

    async def _file(self, request: Request) -> Response:
        try:
            _check(request.path_params["token"])
            found = await self._cloud.files.at(request.path_params["path"])
            if found is None:
                raise _NOT_FOUND
        except ApiError as refusal:
            return _failure(refusal)
        return Response(found[0], media_type=found[1])

    async def _nothing(self, _request: Request) -> Response:
        return _failure(_NOT_FOUND)


async def _while_there(request: Request, performing: Coroutine[Any, Any, Any]) -> Any:
    """The result of a long call; ClientDisconnect as soon as nobody waits for it any more."""
    task = asyncio.ensure_future(performing)
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((task, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return await task
    finally:
        task.cancel()
        leaving.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue


def _check(token: str) -> None:
    if not _TOKEN.fullmatch(token):
        raise _NOT_FOUND
    if token != credentials.TELEGRAM_TOKEN:
        raise ApiError(401, "Unauthorized")


def _success(result: Any) -> Response:
    if isinstance(result, Described):
        return JSONResponse({"ok": True, "result": result.result, "description": result.description})
    return JSONResponse({"ok": True, "result": result})


def _failure(refusal: ApiError) -> Response:
    wait = refusal.retry_after
    headers = {"Retry-After": str(wait)} if wait is not None else None
    return JSONResponse(refusal.as_json(), refusal.code, headers)
