"""The line to the shop's webhook address: Meta's handshake, and signed posts."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.credentials import WHATSAPP_VERIFY_TOKEN
from bot.sandbox.whatsapp.webhooks import signature

if TYPE_CHECKING:
    from bot.sandbox.world import World

MOST_CONNECTIONS = 32
PATIENCE = aiohttp.ClientTimeout(total=20)
HANDSHAKE = aiohttp.ClientTimeout(total=2)


class Line:
    """Asks and posts; whatever goes wrong with the connection is an answer, too: none."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Connections can be made from now on."""
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=MOST_CONNECTIONS))

    async def stop(self) -> None:
        """All connections are closed."""
        if self._http:
            await self._http.close()

    async def handshake(self) -> bool:
        """Meta's verification of a webhook address, now; whether the challenge came back."""
        challenge = token_urlsafe(12)
        query = {
            "hub.mode": "subscribe",
            "hub.verify_token": WHATSAPP_VERIFY_TOKEN,
            "hub.challenge": challenge,
        }
        if self._http is None:
            return False
        try:
            async with self._http.get(self.address, params=query, timeout=HANDSHAKE) as answer:
                return answer.status == 200 and await answer.content.read(256) == challenge.encode()
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def post(self, raw: bytes) -> int | None:
        """The HTTP status of the answer to a webhook, or None when there was none."""
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature(raw)}
        if self._http is None:
            return None
        try:
            async with self._http.post(
                self.address, data=raw, headers=headers, timeout=PATIENCE, allow_redirects=False
            ) as answer:
                await answer.content.read(4096)
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return None

    @property
    def address(self) -> str:
        """Where the shop's webhooks go."""
        return f"{self._world.bot}/whatsapp"
