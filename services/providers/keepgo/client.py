"""KeepGo's API: two keys in the headers, and an `ack` in every answer that says whether it was done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.providers import Rejected, Unknown
from services.providers.wire import LARGEST_ANSWER, Done, Judged, Reply, Wire, parsed, without_numbers

__all__ = ["READ_TIMEOUT", "SHORTEST_READ_TIMEOUT", "Client", "Done", "Settings"]

#: The API is slow; a create may take minutes.
READ_TIMEOUT = 120.0
SHORTEST_READ_TIMEOUT = 10.0

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


class Client:
    """The account's wire."""

    def __init__(
        self, settings: Settings, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        keys = {"apiKey": settings.api_key, "accessToken": settings.access_token}
        self._wire = Wire(
            settings.url, keys, settings.patience, _judged, largest=settings.largest_answer, pause=pause
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._wire.close()

    async def read(self, path: str, **query: str | int) -> Mapping[str, Any]:
        """The answer to a GET, tried at most three times. Raises ProviderError."""
        return await self._wire.read(path, params=query)

    async def write(self, method: str, path: str, body: Mapping[str, Any]) -> Judged:
        """Carry out a POST or PUT, once."""
        return await self._wire.write(method, path, json=body)


async def _judged(reply: Reply) -> Judged:
    """What a reply says about the request. Anything that does not clearly say no is not a no."""
    status = reply.status
    if status == 429:
        return Rejected("rate-limited", retryable=True, after=reply.retry_after)
    if status in {401, 403}:
        return Rejected("unauthorized")
    if reply.silent:
        return Unknown(f"http-{status}")
    answer = await parsed(reply.raw)
    if 400 <= status < 500:
        return _refusal(answer or {}, status)
    if answer is None or "ack" not in answer:
        return Unknown("garbled")
    return Done(answer) if answer["ack"] == "success" else _refusal(answer, status)


def _refusal(answer: Mapping[str, Any], status: int) -> Rejected:
    """KeepGo's errors are not documented: a missing balance is told from its words."""
    said = str(answer.get("message") or answer.get("error") or "")
    broke = status == 402 or any(word in said.lower() for word in _CREDIT_WORDS)
    reason = "out-of-credit" if broke else "not-found" if status == 404 else "refused"
    return Rejected(reason, retryable=False, out_of_credit=broke, detail=without_numbers(said))
