"""HTTP to a wholesaler: what may be asked again is asked again, what spends money never is."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import httpx

from services.providers import ProviderError, Rejected, Unknown

T = TypeVar("T")

CONNECT_TIMEOUT = 10.0
WRITE_TIMEOUT = 30.0
#: Seconds before the second and the third try of a read.
AGAIN_AFTER = (0.5, 2.0)
#: A read waits no longer than this because the provider says so, in seconds.
LONGEST_RETRY_AFTER = 30.0
#: A whole catalogue is two to three megabytes.
LARGEST_ANSWER = 32 * 1024 * 1024
#: Longer answers are parsed beside the loop, in bytes.
PARSED_BESIDE = 256 * 1024

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
# A status that says nothing about whether the request was carried out.
_TIMED_OUT = 408


@dataclass(frozen=True)
class Done:
    """The provider says that it did it."""

    answer: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Reply:
    """What came back. `retry_after` in seconds."""

    status: int
    raw: bytes = field(repr=False)
    retry_after: float | None = None

    @property
    def silent(self) -> bool:
        """Whether its status says nothing about what became of the request."""
        return self.status == _TIMED_OUT or not (200 <= self.status < 300 or 400 <= self.status < 500)


Judged = Done | Rejected | Unknown


class Wire:
    """Two pools of connections: reads share theirs, a write gets a fresh one.

    A kept connection that the other side has just closed fails after the request was written, which for a
    purchase would mean twenty minutes of not knowing. `patience` in real seconds; `judge` says what a reply means.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        patience: float,
        judge: Callable[[Reply], Awaitable[Judged]],
        *,
        largest: int = LARGEST_ANSWER,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        # httpx logs every address at INFO, and ours hold ICCIDs.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self._url = url.rstrip("/")
        self._judge = judge
        self._largest = largest
        self._pause = pause
        reads = httpx.Limits(max_connections=20, max_keepalive_connections=5)
        writes = httpx.Limits(max_connections=20, max_keepalive_connections=0)
        self._reads = _pool(headers, patience, reads)
        self._writes = _pool(headers, patience, writes)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._reads.aclose()
        await self._writes.aclose()

    async def write(self, method: str, path: str, **more: Any) -> Judged:
        """Carry out a POST or PUT, once. `more` is what httpx takes: json, data, headers."""
        try:
            return await self._judge(await self._ask(self._writes, method, path, **more))
        except _NOT_SENT:
            return Rejected("unreachable", retryable=True)
        except (httpx.HTTPError, httpx.StreamError, _TooLarge) as error:
            return Unknown(_cause(error))

    async def read(self, path: str, **more: Any) -> Mapping[str, Any]:
        """The answer to a GET, tried at most three times. Raises ProviderError."""
        for wait in AGAIN_AFTER:
            try:
                return await self._read_once(path, more)
            except ProviderError as error:
                if error.again is None or error.reason == "timeout":
                    raise
                await self._pause(min(max(wait, error.again), LONGEST_RETRY_AFTER))
        return await self._read_once(path, more)

    async def _read_once(self, path: str, more: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            judged = await self._judge(await self._ask(self._reads, "GET", path, **more))
        except httpx.ReadTimeout as error:
            raise ProviderError("timeout", again=60) from error
        except (httpx.HTTPError, httpx.StreamError, _TooLarge) as error:
            reason = "unreachable" if isinstance(error, _NOT_SENT) else _cause(error)
            raise ProviderError(reason, again=0) from error
        return answered(judged)

    async def _ask(self, pool: httpx.AsyncClient, method: str, path: str, **more: Any) -> Reply:
        async with pool.stream(method, self._url + path, **more) as response:
            raw = bytearray()
            async for piece in response.aiter_bytes():
                raw += piece
                if len(raw) > self._largest:
                    raise _TooLarge
            return Reply(response.status_code, bytes(raw), _seconds(response.headers.get("retry-after")))


class _TooLarge(Exception):
    """The answer is longer than any real one."""


def answered(judged: Judged) -> Mapping[str, Any]:
    """The answer, of something that only had to be heard. Raises ProviderError."""
    match judged:
        case Done(answer):
            return answer
        case Unknown(cause):
            raise ProviderError(cause, again=0)
        case Rejected(reason, after=after, retryable=retryable):
            raise ProviderError(reason, again=(after or 0) if retryable else None)


async def parsed(raw: bytes) -> Mapping[str, Any] | None:
    """The JSON object of a reply, its fractions exact; None for what is none."""
    try:
        if len(raw) > PARSED_BESIDE:
            answer = await asyncio.to_thread(_loads, raw)
        else:
            answer = _loads(raw)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def without_numbers(said: str) -> str:
    """A provider's sentence with long numbers left out: they may be ICCIDs."""
    return " ".join("…" if sum(c.isdigit() for c in word) > 6 else word for word in said[:200].split())


def _loads(raw: bytes) -> Any:
    return json.loads(raw, parse_float=Decimal)


def _cause(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    return "too-large" if isinstance(error, _TooLarge) else "broken-off"


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdecimal() and len(text) < 6 else None


def _pool(headers: Mapping[str, str], patience: float, limits: httpx.Limits) -> httpx.AsyncClient:
    timeout = httpx.Timeout(patience, connect=CONNECT_TIMEOUT, pool=CONNECT_TIMEOUT, write=WRITE_TIMEOUT)
    accepting = {**headers, "accept": "application/json"}
    return httpx.AsyncClient(headers=accepting, timeout=timeout, limits=limits, follow_redirects=False)
