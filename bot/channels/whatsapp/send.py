"""Calls to the Cloud API: one session, every answer read up to a bound, tried again where that makes sense."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp

from bot.channels import Patience, patiently
from bot.channels.whatsapp.fields import Fields, parsed, part, parts, word
from bot.channels.whatsapp.files import Upload
from bot.channels.whatsapp.refusals import refusal
from bot.conversation.channel import ChannelError

MOST_CONNECTIONS = 64
#: Bytes that are read of an answer, and of a file.
MOST_ANSWER, MOST_FILE = 1024 * 1024, 20 * 1024 * 1024
MOST_REDIRECTS = 3

Sending = Callable[[], Mapping[str, Any]]
#: How one try is made: at once, or when its turn comes.
Trying = Callable[[Callable[[], Awaitable[bytes]]], Awaitable[bytes]]


@dataclass(frozen=True)
class Waits:
    """How long the platform is waited for."""

    #: Seconds for one call, from connecting to the last byte.
    call: float = 10
    #: How often and how long a message, an upload or a download is tried.
    patience: Patience = field(default_factory=Patience)
    #: What the platform's seconds are multiplied by; tests make them shorter.
    unit: float = 1


class Graph:
    """Meta's Graph, as one business sees it. `base` is the address with its version."""

    def __init__(self, base: str, token: str, waits: Waits) -> None:
        self._base = base.rstrip("/")
        self._token = token
        self._waits = waits
        self._session: aiohttp.ClientSession | None = None

    async def get(self, path: str, **query: str) -> Fields:
        """What is known of an object. Raises ChannelError."""
        return parsed(await self._patiently("GET", f"{self._base}/{path}", lambda: {"params": query}))

    async def post(
        self, path: str, content: Mapping[str, Any], until: float | None = None, trying: Trying | None = None
    ) -> Fields:
        """The answer, empty when it is a 2xx that cannot be read. No try begins later than `until`,
        in seconds of the loop's clock; `trying` is how each is made. Raises ChannelError.
        """
        address = f"{self._base}/{path}"
        return parsed(await self._patiently("POST", address, lambda: {"json": content}, until, trying=trying))

    async def delete(self, path: str, content: Mapping[str, Any]) -> Fields:
        """What became of it. Raises ChannelError."""
        return parsed(await self._patiently("DELETE", f"{self._base}/{path}", lambda: {"json": content}))

    async def upload(self, phone_id: str, file: Upload, until: float) -> str:
        """The id of the stored file. Raises ChannelError."""
        address = f"{self._base}/{phone_id}/media"
        answer = parsed(await self._patiently("POST", address, lambda: {"data": _form(file)}, until))
        if not word(answer, "id"):
            raise ChannelError("media", again=0)
        return word(answer, "id")

    async def download(self, media_id: str) -> bytes:
        """The bytes of a traveller's file. Raises ChannelError, also when it is larger than 20 MB."""
        known = await self.get(quote(media_id, safe=""))
        address, size = word(known, "url"), known.get("file_size")
        if not self._trusted(address):
            raise ChannelError("media")
        if isinstance(size, int) and size > MOST_FILE:
            raise ChannelError("too-large")
        content = await self._patiently("GET", address, dict, most=MOST_FILE + 1)
        if len(content) > MOST_FILE:
            raise ChannelError("too-large")
        return content

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _patiently(
        self,
        method: str,
        address: str,
        sending: Sending,
        until: float | None = None,
        most: int = MOST_ANSWER,
        trying: Trying | None = None,
    ) -> bytes:
        failures = count()

        async def attempt() -> bytes:
            return await self._call(method, address, sending(), most, next(failures))

        patience = self._waits.patience
        if until is not None:
            left = max(0.0, until - asyncio.get_running_loop().time())
            patience = replace(patience, total=min(left, patience.total))
        return await patiently(partial(trying, attempt) if trying else attempt, patience)

    async def _call(
        self, method: str, address: str, sending: Mapping[str, Any], most: int, failures: int
    ) -> bytes:
        bearer = {"Authorization": f"Bearer {self._token}"}
        try:
            async with self._http().request(
                method,
                address,
                headers=bearer,
                allow_redirects=method == "GET",
                max_redirects=MOST_REDIRECTS,
                **sending,
            ) as answer:
                taken = 200 <= answer.status < 300
                body = await _read(answer, most, forgiving=taken and method == "POST")
        except (aiohttp.ClientError, TimeoutError, OSError) as err:
            raise ChannelError("unreachable", again=0) from err
        if not taken:
            raise refusal(answer.status, answer.headers, body, failures, self._waits.unit)
        return body

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=MOST_CONNECTIONS),
                timeout=aiohttp.ClientTimeout(total=self._waits.call),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _trusted(self, address: str) -> bool:
        """Whether our token may go there: over TLS, or to the very host that we are told to talk to."""
        try:
            there, here = urlsplit(address), urlsplit(self._base)
        except ValueError:
            return False
        return there.scheme == "https" or (there.scheme, there.netloc) == (here.scheme, here.netloc)


def message_id(answer: Fields) -> str | None:
    """The id of a message that was taken, or None when the answer does not tell."""
    return next((word(message, "id") for message in parts(answer, "messages")), "") or None


def next_page(answer: Fields) -> str:
    """The cursor of what follows in a listing, empty at its end."""
    paging = part(answer, "paging")
    return word(part(paging, "cursors"), "after") if word(paging, "next") else ""


async def _read(answer: aiohttp.ClientResponse, most: int, *, forgiving: bool) -> bytes:
    """Up to `most` bytes. What was taken stays taken, even if its receipt breaks off: `forgiving`."""
    body = bytearray()
    try:
        while len(body) < most and (more := await answer.content.read(most - len(body))):
            body += more
    except (aiohttp.ClientError, TimeoutError):
        if not forgiving:
            raise
    return bytes(body)


def _form(file: Upload) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("messaging_product", "whatsapp")
    form.add_field("type", file.mime)
    form.add_field("file", file.content, content_type=file.mime, filename=file.name)
    return form
