"""What a refusal means that is not as Telegram documents it, by aiogram's reading.

Imported beside the loop when it is first needed: aiogram takes seconds to import.
"""

from __future__ import annotations

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import (
    AiogramError,
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
from aiogram.methods import GetMe

from bot.channels.telegram.refused import MIGRATED, Refused, bad_request, unexplained
from bot.conversation.channel import Cause, ChannelError

#: aiogram reads answers through a session of some bot; this one never calls.
_SESSION = AiohttpSession()
_NOBODY = Bot("1:nobody", session=_SESSION)


def refusal(status: int, content: str, pause: float) -> ChannelError:
    """The error of an answer with this HTTP status and body; `pause`: seconds before another try."""
    try:
        _SESSION.check_response(_NOBODY, GetMe(), status, content)
    except AiogramError as error:
        return _failure(error, status, pause)
    except TypeError:
        pass  # a refusal without a description
    return unexplained(status, pause)


def _failure(error: Exception, status: int | None, pause: float) -> ChannelError:
    """What aiogram's error means for whoever wanted to say something."""
    match error:
        case TelegramRetryAfter():
            return ChannelError("429", again=error.retry_after, cause=Cause.TOO_FAST)
        case TelegramForbiddenError():
            return Refused("403", error.message, gone=True)
        case TelegramBadRequest():
            return bad_request(error.message)
        case TelegramMigrateToChat():
            return ChannelError(MIGRATED)
        case TelegramUnauthorizedError():
            return ChannelError("401", cause=Cause.ACCOUNT)
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
    return unexplained(status or 0, pause)
