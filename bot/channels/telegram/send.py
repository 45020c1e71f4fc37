"""Calls of the Bot API over one pool of connections, and what a refusal means for us.

Messages go out as plain JSON: aiogram's typed methods cost five times as much and would be thrown away.
A refusal that is not as Telegram documents it is left to aiogram, which takes seconds to import, beside the loop.
"""

from __future__ import annotations

import asyncio
import json
import re
from http import HTTPStatus
from importlib import import_module
from io import BytesIO
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, FormData, TCPConnector

from bot.channels import Patience, patiently
from bot.channels.telegram.outbound import Call, as_json
from bot.channels.telegram.refused import documented, unexplained
from bot.conversation.channel import ChannelError

#: Connections at once; a call that finds none free waits for one within its own time limit.
MOST_CONNECTIONS = 100
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_REFUSALS = "bot.channels.telegram.refusals"
_JSON = {"Content-Type": "application/json"}


class Line:
    """The line to one bot's server. Its errors never name a URL, because the token stands in it."""

    def __init__(self, token: str, api: str, patience: Patience, timeout: float) -> None:
        """`timeout`: seconds that one call may take. Raises ValueError for a malformed token."""
        if not _TOKEN.fullmatch(token):
            raise ValueError("not a bot's token, which looks like 123456:ABC-DEF")
        self._api = api.rstrip("/")
        self._token = token
        self._session: ClientSession | None = None
        self._patience = patience
        self._timeout = timeout

    async def tell(self, call: Call) -> Any:
        """Call, as often as it makes sense; the result, None if undecodable. Raises ChannelError."""
        return await patiently(lambda: self.once(call), self._patience)

    async def once(self, call: Call, timeout: float | None = None) -> Any:
        """Call once. Raises ChannelError."""
        http = self._connections()
        url = f"{self._api}/bot{self._token}/{call.method}"
        limit = ClientTimeout(total=timeout or self._timeout)
        data, headers = (_form(call), None) if call.files else (as_json(call.fields), _JSON)
        try:
            async with http.post(
                url, data=data, headers=headers, timeout=limit, allow_redirects=False
            ) as answer:
                status, content = answer.status, await answer.read()
        except TimeoutError:
            raise ChannelError("timeout", again=self._patience.pause) from None
        except (ClientError, OSError):
            raise ChannelError("connection", again=self._patience.pause) from None
        return await self._result(status, content)

    async def download(self, path: str, most: int) -> bytes:
        """A file by the path that `getFile` told, at most `most` bytes. Raises ChannelError."""
        http = self._connections()
        url = f"{self._api}/file/bot{self._token}/{path}"
        content = bytearray()
        try:
            async with http.get(url, timeout=ClientTimeout(total=self._patience.total)) as answer:
                if answer.status != HTTPStatus.OK:
                    raise unexplained(answer.status, self._patience.pause)
                async for chunk in answer.content.iter_chunked(65_536):
                    content += chunk
                    if len(content) > most:
                        raise ChannelError("too large")
        except TimeoutError:
            raise ChannelError("timeout", again=self._patience.pause) from None
        except (ClientError, OSError):
            raise ChannelError("connection", again=self._patience.pause) from None
        return bytes(content)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _connections(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(connector=TCPConnector(limit=MOST_CONNECTIONS))
        return self._session

    async def _result(self, status: int, content: bytes) -> Any:
        accepted = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            answer = None
        if accepted and not (isinstance(answer, dict) and answer.get("ok") is False):
            # What Telegram took has gone out, even if its answer was mangled on the way.
            return answer.get("result") if isinstance(answer, dict) else None
        if accepted and isinstance(answer, dict) and isinstance(answer.get("error_code"), int):
            status = answer["error_code"]
        raise documented(status, answer, self._patience.pause) or await self._judged(status, content)

    async def _judged(self, status: int, content: bytes) -> ChannelError:
        """By aiogram, which few processes ever meet."""
        await asyncio.to_thread(import_module, _REFUSALS)
        from bot.channels.telegram.refusals import refusal

        return refusal(status, content.decode("utf-8", "replace"), self._patience.pause)


def _form(call: Call) -> FormData:
    form = FormData(quote_fields=False)  # Telegram takes names as they are
    for name, value in call.fields.items():
        text = value.encode("utf-8", "replace") if isinstance(value, str) else as_json(value)
        form.add_field(name, text.decode())
    for name, file in call.files.items():
        form.add_field(name, BytesIO(file.content), filename=file.name, content_type=file.mime)
    return form
