"""A connection on which nobody finishes asking is hung up."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes of a request's head.
LARGEST_HEAD = 65_536


class Connection(HttpToolsProtocol):
    """Uvicorn's protocol, for its `http` setting: patient, but not for ever.

    Two things it would wait for without end: the head of a request, and the rest of a body that is answered already.
    """

    #: Seconds for either.
    slowest = 10.0
    _waiting: asyncio.TimerHandle | None = None
    #: Bytes of the head that is arriving; None while a body does.
    _head: int | None = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            self._head += len(data)
            self._wait()
        elif self.cycle is not None and self.cycle.response_complete:
            self._wait()
        super().data_received(data)
        if self._head is not None and self._head > LARGEST_HEAD:
            self.transport.abort()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self._head = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop_waiting()
        self._head = 0
        super().on_message_complete()

    def _wait(self) -> None:
        """From now on, unless it is waited already."""
        self._waiting = self._waiting or self.loop.call_later(self.slowest, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
