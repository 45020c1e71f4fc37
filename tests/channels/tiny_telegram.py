"""A few square metres of Telegram: notes what it is asked, and answers as it was told to."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import defaultdict, deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

TOKEN = "42:AAfake-token_0"


@dataclass
class Asked:
    method: str
    fields: dict[str, Any]
    files: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)


def ok(result: Any) -> tuple[int, str]:
    return 200, json.dumps({"ok": True, "result": result})


def no(status: int, description: str = "Bad Request: no", **parameters: Any) -> tuple[int, str]:
    error = {"ok": False, "error_code": status, "description": description}
    return status, json.dumps({**error, **({"parameters": parameters} if parameters else {})})


class TinyTelegram:
    """`answers[method]` are given in their order, then `usual[method]`, then a message."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: dict[str, deque[Any]] = defaultdict(deque)
        self.usual: dict[str, Any] = {
            "getme": ok({"id": 42, "is_bot": True, "first_name": "Shop", "username": "shop_bot"}),
            "answercallbackquery": ok(True),
            "setmycommands": ok(True),
            "getmycommands": ok([]),
            "setchatmenubutton": ok(True),
            "getchatmenubutton": ok({"type": "default"}),
            "setwebhook": ok(True),
            "deletewebhook": ok(True),
            "getwebhookinfo": ok({"url": "", "has_custom_certificate": False, "pending_update_count": 0}),
            "getupdates": self._updates,
        }
        self.files: dict[str, bytes] = {}
        self.updates: list[dict[str, Any]] = []
        self.url = ""

    def forget(self) -> None:
        self.asked.clear()
        self.answers.clear()
        self.files.clear()
        self.updates.clear()

    def will(self, method: str, *answers: Any) -> None:
        self.answers[method.lower()].extend(answers)

    def methods(self) -> list[str]:
        return [asked.method for asked in self.asked]

    def of(self, method: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == method]

    @asynccontextmanager
    async def open(self):
        sock = socket.create_server(("127.0.0.1", 0))
        routes = [
            Route("/bot{token}/{method}", self._method, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._file),
        ]
        server = uvicorn.Server(
            uvicorn.Config(Starlette(routes=routes), log_level="critical", ws="none", lifespan="off")
        )
        self.url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        running = asyncio.create_task(server.serve(sockets=[sock]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield self
        finally:
            server.should_exit = True
            await running
            sock.close()

    async def _method(self, request: Request) -> Response:
        assert request.path_params["token"] == TOKEN
        method = request.path_params["method"]
        self.asked.append(await self._read(request, method))
        queue = self.answers[method.lower()]
        answer = queue.popleft() if queue else self.usual.get(method.lower())
        if callable(answer):
            answer = await answer(self.asked[-1])
        if answer == "disconnect":
            # Fewer bytes than were announced: the server has to hang up.
            return Response(b"{", headers={"content-length": "100"})
        status, body = answer or ok({"message_id": len(self.asked), "date": 1})
        return PlainTextResponse(body, status)

    async def _updates(self, asked: Asked) -> tuple[int, str]:
        """Those from the offset on; what is before it is confirmed, and gone."""
        self.updates[:] = [u for u in self.updates if u["update_id"] >= asked.fields["offset"]]
        await asyncio.sleep(0 if self.updates else 0.02)
        return ok(self.updates[: asked.fields["limit"]])

    async def _read(self, request: Request, method: str) -> Asked:
        kind = request.headers.get("content-type", "")
        if kind.startswith("application/json"):
            return Asked(method, await request.json())
        form = await request.form()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        files = {
            name: (file.filename, file.content_type, await file.read())
            for name, file in form.items()
            if not isinstance(file, str)
        }
        await form.close()
        return Asked(method, fields, files)

    async def _file(self, request: Request) -> Response:
        content = self.files.get(request.path_params["path"])
        return Response(content) if content is not None else Response(status_code=404)
