"""HTTP with as little work as it takes, so that what is measured is the other side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from httptools import HttpRequestParser, HttpResponseParser

_ANSWER = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


@dataclass
class Asked:
    """A request as it came in."""

    path: str
    kind: bytes
    body: bytes


class Door(asyncio.Protocol):
    """Answers every request at once, with JSON."""

    def __init__(self, answer: Callable[[Asked], bytes]) -> None:
        self._answer = answer
        self._parser = HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._parser.feed_data(data)

    def on_message_begin(self):
        self._path, self._kind, self._body = b"", b"", []

    def on_url(self, url):
        self._path += url

    def on_header(self, name, value):
        if name.lower() == b"content-type":
            self._kind = value

    def on_body(self, body):
        self._body.append(body)

    def on_message_complete(self):
        content = self._answer(Asked(self._path.decode(), self._kind, b"".join(self._body)))
        self._transport.write(_ANSWER % (200, len(content)) + content)


class Line(asyncio.Protocol):
    """One kept connection to a server, for one request at a time."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[int] | None = None

    @classmethod
    async def to(cls, port: int) -> Line:
        _, line = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return line

    async def post(self, head: bytes, body: bytes) -> int:
        """`head`: the request's first line and headers without its length. The status of the answer."""
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(b"%sContent-Length: %d\r\n\r\n%s" % (head, len(body), body))
        return await self._answered

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._parser.feed_data(data)

    def on_message_complete(self):
        self._settle(self._parser.get_status_code())
        self._parser = HttpResponseParser(self)

    def connection_lost(self, _error):
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(ConnectionResetError("the server hung up"))

    def _settle(self, status: int) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(status)


def head(path: str, headers: dict[str, str]) -> bytes:
    """A POST of JSON, ready for its length and body."""
    told = {"Host": "127.0.0.1", "Content-Type": "application/json", **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST {path} HTTP/1.1\r\n{lines}".encode()
