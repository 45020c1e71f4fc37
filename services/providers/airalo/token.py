"""The token that opens everything else: good for a day, asked for rarely, kept across restarts."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from services.providers import ProviderError, Rejected
from services.providers.airalo.rates import Rates
from services.providers.values import text, whole
from services.providers.wire import Wire, answered

#: Seconds that a token is used at most, whatever it says of itself: Airalo's manual says a day.
LONGEST_LIFE = 86_400
#: A token that ends within so many seconds is replaced.
SPARE = 600


class Keep(Protocol):
    """Where the token outlives the process. What is kept there is a secret."""

    def read(self) -> str | None:
        """What was kept, or None."""

    def write(self, secret: str) -> None:
        """Keep it. Never raises."""


class Nowhere:
    """Keeps nothing."""

    def read(self) -> str | None:
        return None

    def write(self, secret: str) -> None:
        """Let it go."""


class Token:
    """One for the account. Three may be asked for in a minute, so a crash must not cost one each time."""

    def __init__(
        self,
        wire: Wire,
        credentials: Mapping[str, str],
        rates: Rates,
        keep: Keep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._wire = wire
        self._form = {**credentials, "grant_type": "client_credentials"}
        self._rates = rates
        self._keep = keep
        self._now = now
        self._asking = asyncio.Lock()
        self._held: tuple[str, float] | None = None
        self._looked = False

    async def headers(self) -> dict[str, str]:
        """What a call carries. Raises ProviderError."""
        async with self._asking:
            if not self._looked:
                self._looked, self._held = True, _read(self._keep.read())
            if self._held is None or self._held[1] - SPARE <= self._now():
                self._held = await self._ask()
                self._keep.write(json.dumps(self._held))
            return {"authorization": f"Bearer {self._held[0]}"}

    def drop(self, headers: Mapping[str, str]) -> None:
        """Airalo does not take the token of these headers any more."""
        if self._held is not None and headers["authorization"] == f"Bearer {self._held[0]}":
            self._held = None

    async def _ask(self) -> tuple[str, float]:
        self._rates.take("token")
        judged = await self._wire.write("POST", "/token", data=self._form)
        if isinstance(judged, Rejected) and not judged.retryable:
            raise ProviderError("unauthorized")
        data = answered(judged).get("data")
        token = text(data.get("access_token")) if isinstance(data, Mapping) else ""
        if not token or not isinstance(data, Mapping):
            raise ProviderError("garbled", again=60)
        return token, self._now() + min(whole(data.get("expires_in")) or LONGEST_LIFE, LONGEST_LIFE)


def _read(kept: str | None) -> tuple[str, float] | None:
    try:
        token, until = json.loads(kept or "")
        return str(token), float(until)
    except (ValueError, TypeError):
        return None
