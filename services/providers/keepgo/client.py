"""KeepGo's API over HTTP: what may be asked again is asked again, what spends money never is."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from services.providers import ProviderError, Rejected, Unknown

CONNECT_TIMEOUT = 10.0
#: The API is slow; a create may take minutes.
READ_TIMEOUT = 120.0
SHORTEST_READ_TIMEOUT = 10.0
WRITE_TIMEOUT = 30.0
#: Seconds before the second and the third try of a read.
AGAIN_AFTER = (0.5, 2.0)
#: A read waits no longer than this because the provider says so, in seconds.
LONGEST_RETRY_AFTER = 30.0
#: The whole catalogue is two to three megabytes.
LARGEST_ANSWER = 32 * 1024 * 1024
#: Longer answers are parsed beside the loop, in bytes.
PARSED_BESIDE = 256 * 1024

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
# A status that says nothing about whether the request was carried out.
_TIMED_OUT = 408
_CREDIT_WORDS = ("balance", "credit", "funds")


@dataclass(frozen=True)
class Settings:
    """The account. `read_timeout` in seconds, scaled by `factor` like every other wait of the shop."""

    api_key: str = field(repr=False)
    access_token: str = field(repr=False)
    url: str = "https://myaccount.keepgo.com/api/v2"
    read_timeout: float = READ_TIMEOUT
    factor: float = 1.0
    #: The account's balance comes without a currency.
    currency: str = "USD"
    #: Bytes of an answer that are read.
    largest_answer: int = LARGEST_ANSWER

    @property
    def patience(self) -> float:
        """How long an answer is waited for, in real seconds."""
        return max(max(self.read_timeout, READ_TIMEOUT) * self.factor, SHORTEST_READ_TIMEOUT)


@dataclass(frozen=True)
class Done:
    """KeepGo says that it did it."""

    answer: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class _Reply:
    status: int
    raw: bytes
    retry_after: float | None


class Client:
    """Two pools of connections: reads share theirs, a write gets a fresh one.

    A kept connection that the other side has just closed fails after the request was written, which for a
    purchase would mean twenty minutes of not knowing.
    """

    def __init__(
        self, settings: Settings, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        # httpx logs every address at INFO, and ours hold ICCIDs.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self._pause = pause
        self._url = settings.url.rstrip("/")
        self._largest = settings.largest_answer
        self._reads = _pool(settings, httpx.Limits(max_connections=20, max_keepalive_connections=5))
        self._writes = _pool(settings, httpx.Limits(max_connections=5, max_keepalive_connections=0))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._reads.aclose()
        await self._writes.aclose()

    async def read(self, path: str, **query: str | int) -> Mapping[str, Any]:
        """The answer to a GET, tried at most three times. Raises ProviderError."""
        for wait in AGAIN_AFTER:
            try:
                return await self._read_once(path, query)
            except ProviderError as error:
                if error.again is None or error.reason == "timeout":
                    raise
                await self._pause(min(max(wait, error.again), LONGEST_RETRY_AFTER))
        return await self._read_once(path, query)

    async def write(self, method: str, path: str, body: Mapping[str, Any]) -> Done | Rejected | Unknown:
        """Carry out a POST or PUT, once."""
        try:
            reply = await self._ask(self._writes, method, path, json=body)
        except _NOT_SENT:
            return Rejected("unreachable", retryable=True)
        except (httpx.HTTPError, httpx.StreamError, _TooLarge) as error:
            return Unknown(_cause(error))
        return await _judged(reply)

    async def _read_once(self, path: str, query: Mapping[str, str | int]) -> Mapping[str, Any]:
        try:
            reply = await self._ask(self._reads, "GET", path, params=query)
        except httpx.ReadTimeout as error:
            raise ProviderError("timeout", again=60) from error
        except (httpx.HTTPError, httpx.StreamError, _TooLarge) as error:
            reason = "unreachable" if isinstance(error, _NOT_SENT) else _cause(error)
            raise ProviderError(reason, again=0) from error
        match await _judged(reply):
            case Done(answer):
                return answer
            case Unknown(cause):
                raise ProviderError(cause, again=0)
            case Rejected(reason, after=after, retryable=retryable):
                raise ProviderError(reason, again=(after or 0) if retryable else None)

    async def _ask(self, pool: httpx.AsyncClient, method: str, path: str, **more: Any) -> _Reply:
        async with pool.stream(method, self._url + path, **more) as response:
            raw = bytearray()
            async for piece in response.aiter_bytes():
                raw += piece
                if len(raw) > self._largest:
                    raise _TooLarge
            return _Reply(response.status_code, bytes(raw), _seconds(response.headers.get("retry-after")))


class _TooLarge(Exception):
    """The answer is longer than any real one."""


async def _judged(reply: _Reply) -> Done | Rejected | Unknown:
    """What a reply says about the request. Anything that does not clearly say no is not a no."""
    status = reply.status
    if status == 429:
        return Rejected("rate-limited", retryable=True, after=reply.retry_after)
    if status in {401, 403}:
        return Rejected("unauthorized")
    if status == _TIMED_OUT or not (200 <= status < 300 or 400 <= status < 500):
        return Unknown(f"http-{status}")
    answer = await _parsed(reply.raw)
    if 400 <= status < 500:
        return _refusal(answer or {}, status)
    if answer is None or "ack" not in answer:
        return Unknown("garbled")
    return Done(answer) if answer["ack"] == "success" else _refusal(answer, status)


async def _parsed(raw: bytes) -> Mapping[str, Any] | None:
    try:
        if len(raw) > PARSED_BESIDE:
            answer = await asyncio.to_thread(_loads, raw)
        else:
            answer = _loads(raw)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _loads(raw: bytes) -> Any:
    return json.loads(raw, parse_float=Decimal)


def _refusal(answer: Mapping[str, Any], status: int) -> Rejected:
    """KeepGo's errors are not documented: a missing balance is told from its words."""
    said = str(answer.get("message") or answer.get("error") or "")[:200]
    broke = status == 402 or any(word in said.lower() for word in _CREDIT_WORDS)
    reason = "out-of-credit" if broke else "not-found" if status == 404 else "refused"
    return Rejected(reason, retryable=False, out_of_credit=broke, detail=_without_numbers(said))


def _without_numbers(said: str) -> str:
    """The sentence with long numbers left out: they may be ICCIDs."""
    return " ".join("…" if sum(c.isdigit() for c in word) > 6 else word for word in said.split())


def _cause(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    return "too-large" if isinstance(error, _TooLarge) else "broken-off"


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdecimal() and len(text) < 6 else None


def _pool(settings: Settings, limits: httpx.Limits) -> httpx.AsyncClient:
    timeout = httpx.Timeout(
        settings.patience, connect=CONNECT_TIMEOUT, pool=CONNECT_TIMEOUT, write=WRITE_TIMEOUT
    )
    headers = {"apiKey": settings.api_key, "accessToken": settings.access_token, "accept": "application/json"}
    return httpx.AsyncClient(headers=headers, timeout=timeout, limits=limits, follow_redirects=False)
