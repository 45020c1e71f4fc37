"""Calls of the Bot API over one pool of connections, and what a refusal means for us.

Messages go out as plain JSON: aiogram's typed methods cost five times as much and would be thrown away.
aiogram's session keeps the connections and its errors tell the refusals apart.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from io import BytesIO
from typing import Any, TypeVar

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetMe, TelegramMethod
from aiogram.utils.token import TokenValidationError
from aiohttp import ClientError, ClientSession, ClientTimeout, FormData

from bot.channels import Patience, patiently
from bot.channels.telegram.outbound import Call, as_json
from bot.conversation.channel import ChannelError

#: Connections at once; a call that finds none free waits for one within its own time limit.
MOST_CONNECTIONS = 100
_UNKNOWN_CHATS = ("chat not found", "user not found", "peer_id_invalid")
_JSON = {"Content-Type": "application/json"}
T = TypeVar("T")


class Refused(ChannelError):
    """Telegram's own refusal of a call. `description` is for decisions, never for logs."""

    def __init__(self, reason: str, description: str, *, gone: bool = False) -> None:
        super().__init__(reason, gone=gone)
        self.description = description.casefold()


class Line:
    """The line to one bot's server. Its errors never name a URL, because the token stands in it."""

    def __init__(self, token: str, api: str, patience: Patience, timeout: float) -> None:
        """`timeout`: seconds that one call may take. Raises ValueError for a malformed token."""
        self._session = AiohttpSession(
            api=TelegramAPIServer.from_base(api), limit=MOST_CONNECTIONS, timeout=timeout
        )
        try:
            self._bot = Bot(token, session=self._session)
        except TokenValidationError:
            raise ValueError("not a bot's token, which looks like 123456:ABC-DEF") from None
        self._patience = patience
        self._timeout = timeout

    async def tell(self, call: Call) -> Any:
        """Call, as often as it makes sense; the result, None if undecodable. Raises ChannelError."""
        return await patiently(lambda: self.once(call), self._patience)

    async def once(self, call: Call, timeout: float | None = None) -> Any:
        """Call once. Raises ChannelError."""
        http = await self._session.create_session()
        url = self._session.api.api_url(self._bot.token, call.method)
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
        return self._result(status, content)

    async def typed(self, method: TelegramMethod[T], patience: Patience) -> T:
        """One of aiogram's own calls, for what happens once at the start. Raises ChannelError."""

        async def attempt() -> T:
            try:
                return await self._bot(method)
            except (AiogramError, OSError) as error:
                raise _failure(error, None, patience.pause) from None

        return await patiently(attempt, patience)

    async def download(self, path: str, most: int) -> bytes:
        """A file by the path that `getFile` told, at most `most` bytes. Raises ChannelError."""
        http: ClientSession = await self._session.create_session()
        url = self._session.api.file_url(self._bot.token, path)
        content = bytearray()
        try:
            async with http.get(url, timeout=ClientTimeout(total=self._patience.total)) as answer:
                if answer.status != HTTPStatus.OK:
                    raise _unexplained(answer.status, self._patience.pause)
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
        await self._session.close()

    def _result(self, status: int, content: bytes) -> Any:
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
        try:
            self._session.check_response(self._bot, GetMe(), status, content.decode("utf-8", "replace"))
        except AiogramError as error:
            raise _failure(error, status, self._patience.pause) from None
        except TypeError:
            pass  # a refusal without a description
        raise _unexplained(status, self._patience.pause)


def _failure(error: Exception, status: int | None, pause: float) -> ChannelError:
    """What aiogram's error means for whoever wanted to say something."""
    match error:
        case TelegramRetryAfter():
            return ChannelError("429", again=error.retry_after)
        case TelegramForbiddenError():
            return Refused("403", error.message, gone=True)
        case TelegramBadRequest():
            unknown = any(words in error.message.casefold() for words in _UNKNOWN_CHATS)
            return Refused("400", error.message, gone=unknown)
        case TelegramMigrateToChat():
            return ChannelError("migrated")
        case TelegramUnauthorizedError():
            return ChannelError("401")
        case TelegramNotFound():
            return ChannelError("404")
        case TelegramConflictError():
            return ChannelError("409")
        case TelegramEntityTooLarge():
            return ChannelError("413")
        case TelegramServerError():
            return ChannelError(str(status or "5xx"), again=pause)
        case TelegramNetworkError() | OSError():
            return ChannelError("connection", again=pause)
        case ClientDecodeError() if status is None:
            return ChannelError("undecodable", again=pause)
    return _unexplained(status or 0, pause)


def _unexplained(status: int, pause: float) -> ChannelError:
    """A refusal in words that are not Telegram's: a proxy's page, an empty body."""
    passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in {408, HTTPStatus.TOO_MANY_REQUESTS}
    return ChannelError(str(status), again=pause if passing else None)


def _form(call: Call) -> FormData:
    form = FormData(quote_fields=False)  # Telegram takes names as they are
    for name, value in call.fields.items():
        text = value.encode("utf-8", "replace") if isinstance(value, str) else as_json(value)
        form.add_field(name, text.decode())
    for name, file in call.files.items():
        form.add_field(name, BytesIO(file.content), filename=file.name, content_type=file.mime)
    return form
