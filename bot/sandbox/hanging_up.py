"""Hanging up on a caller: the connection ends, and not a byte was answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: The name under which a connection tells the application how it is ended.
EXTENSION = "sandbox.hang_up"


class BreakableLine(HttpToolsProtocol):
    """Uvicorn's protocol, for its `http` setting: the application may end the connection unanswered."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: {"abort": self.transport.abort}}


class Silence(Response):
    """No answer at all. Under a server without `BreakableLine`, the nearest thing: an answer that breaks off."""

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        how: dict[str, Callable[[], None]] = scope.get("extensions", {}).get(EXTENSION, {})
        if "abort" not in how:
            promised = [(b"content-length", b"1"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 502, "headers": promised})
            return
        how["abort"]()
        # The server learns of the end in the loop's next turn; what is sent after that goes nowhere.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": 502, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def hang_up(after: float) -> Response:
    """Hold the caller for that many seconds, then answer with silence. Its body must have been read."""
    await asyncio.sleep(after)
    return Silence()
