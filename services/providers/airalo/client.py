"""Airalo's API: a token on every call, its limits respected, and three shapes of no."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.providers import ProviderError, Rejected, Unknown
from services.providers.airalo.rates import Rates
from services.providers.airalo.token import Keep, Nowhere, Token
from services.providers.values import text, whole
from services.providers.wire import Done, Judged, Reply, Wire, parsed, without_numbers

__all__ = ["Client", "Done", "Settings"]

#: An order may take minutes.
READ_TIMEOUT = 120.0
SHORTEST_READ_TIMEOUT = 10.0

#: https://developers.partners.airalo.com/error-handling-780831m0
_CODES = {
    11: Rejected("out-of-credit", out_of_credit=True),
    13: Rejected("maintenance"),
    14: Rejected("checksum"),
    23: Rejected("topup-disabled"),
    33: Rejected("no-stock"),
    34: Rejected("no-stock"),
    43: Rejected("bad-request"),
    73: Rejected("recycled"),
    89: Rejected("ip-not-allowed"),
}
#: "Something unexpected happened": whether before or after the purchase, it does not say.
_UNEXPECTED = 53
_EXPIRED = "token-expired"


@dataclass(frozen=True)
class Settings:
    """The account. `read_timeout` in seconds, scaled by `factor` like every other wait of the shop."""

    client_id: str
    client_secret: str = field(repr=False)
    url: str = "https://partners-api.airalo.com/v2"
    #: What webhooks are signed with; the client's secret unless told otherwise.
    webhook_secret: str = field(default="", repr=False)
    #: Where webhooks are to arrive; without it there are none, and no orders that are only accepted.
    webhook_url: str = ""
    #: Orders are accepted first and carried out a little later.
    later: bool = False
    read_timeout: float = READ_TIMEOUT
    factor: float = 1.0

    @property
    def patience(self) -> float:
        """How long an answer is waited for, in real seconds."""
        return max(max(self.read_timeout, READ_TIMEOUT) * self.factor, SHORTEST_READ_TIMEOUT)


class Client:
    """The account's wire. Everything but the token's own call carries the token."""

    def __init__(
        self,
        settings: Settings,
        keep: Keep | None = None,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rates = Rates()
        self._wire = Wire(settings.url, {}, settings.patience, _judged, pause=pause)
        who = {"client_id": settings.client_id, "client_secret": settings.client_secret}
        self._token = Token(self._wire, who, self._rates, keep or Nowhere())

    async def close(self) -> None:
        """Let go of the connections."""
        await self._wire.close()

    def ask(self, kind: str, name: str = "") -> None:
        """Before a question that Airalo counts. Raises ProviderError when it would be one too many."""
        self._rates.take(kind, name)

    async def read(self, path: str, query: Mapping[str, str | int] | None = None) -> Mapping[str, Any]:
        """The answer to a GET. Raises ProviderError."""
        headers = await self._token.headers()
        try:
            return await self._wire.read(path, params=query or {}, headers=headers)
        except ProviderError as error:
            if error.reason != _EXPIRED:
                raise
        self._token.drop(headers)
        return await self._wire.read(path, params=query or {}, headers=await self._token.headers())

    async def write(self, path: str, body: Mapping[str, Any]) -> Judged:
        """Carry out a POST, once. What is refused for its token was not carried out, and may be tried again."""
        try:
            headers = await self._token.headers()
        except ProviderError as error:
            return Rejected(error.reason, retryable=error.again is not None, after=error.again)
        judged = await self._wire.write("POST", path, json=dict(body), headers=headers)
        if isinstance(judged, Rejected) and judged.reason == _EXPIRED:
            self._token.drop(headers)
            return replace(judged, retryable=True)
        return judged


async def _judged(reply: Reply) -> Judged:
    """What a reply says about the request. Anything that does not clearly say no is not a no."""
    if reply.status == 429:
        return Rejected("rate-limited", retryable=True, after=reply.retry_after)
    if reply.silent:
        return Unknown(f"http-{reply.status}")
    answer = await parsed(reply.raw)
    if reply.status == 401:
        return Rejected(_EXPIRED)
    if reply.status >= 400:
        return _refusal(answer or {}, reply.status)
    # A success that says nothing, or says it in HTML, may have been one.
    return Unknown("garbled") if answer is None or "data" not in answer else Done(answer)


def _refusal(answer: Mapping[str, Any], status: int) -> Judged:
    """A code with a reason; fields that are wrong; or a bare message."""
    code, detail = whole(answer.get("code")), without_numbers(_said(answer))
    if code == _UNEXPECTED:
        return Unknown("unexpected")
    if code in _CODES:
        return replace(_CODES[code], detail=detail)
    if status in {403, 404}:
        return Rejected("unauthorized" if status == 403 else "not-found", detail=detail)
    fields = answer.get("data")
    if isinstance(fields, Mapping) and "not available" in text(fields.get("quantity")):
        return Rejected("no-stock", detail=detail)
    return Rejected("invalid" if isinstance(fields, Mapping) else "refused", detail=detail)


def _said(answer: Mapping[str, Any]) -> str:
    fields, meta = answer.get("data"), answer.get("meta")
    if isinstance(fields, Mapping) and fields:
        return " ".join(text(value) for value in fields.values())
    said = answer.get("reason") or answer.get("message") or answer.get("error")
    return text(said or (meta.get("message") if isinstance(meta, Mapping) else ""))
