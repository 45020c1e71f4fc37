"""A refused call, as the rest of the channel sees it: https://core.telegram.org/bots/api#making-requests."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from bot.conversation.channel import Cause, ChannelError

#: The reason of a refusal because a group has another number now.
MIGRATED = "migrated"
#: Refusals that blame neither the traveller nor the account: no such call, two of us polling, a file too large.
_OUR_OWN = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_UNKNOWN_CHATS = ("chat not found", "user not found", "peer_id_invalid")


class Refused(ChannelError):
    """Telegram's own refusal of a call. `description` is for decisions, never for logs."""

    def __init__(self, reason: str, description: str, *, gone: bool = False) -> None:
        super().__init__(reason, cause=Cause.GONE if gone else Cause.REFUSED)
        self.description = description.casefold()


def documented(status: int, answer: Any, pause: float) -> ChannelError | None:
    """The error of an answer with this HTTP status and JSON (None: not JSON), or None for a kind that is not known.

    `pause`: seconds before another try, where Telegram names none.
    """
    match answer:
        case {"ok": False, "error_code": int(), "description": str(description), **more}:
            pass
        case dict():
            return None
        case _:
            return unexplained(status, pause)
    match more:
        case {"parameters": {"retry_after": int(seconds)}} if seconds:
            return ChannelError("429", again=seconds, cause=Cause.TOO_FAST)
        case {"parameters": {"migrate_to_chat_id": int(number)}} if number:
            return ChannelError(MIGRATED)
        case {"parameters": parameters} if parameters:
            return None
    return _by_status(status, description, pause)


def _by_status(status: int, description: str, pause: float) -> ChannelError | None:
    match status:
        case HTTPStatus.BAD_REQUEST:
            return bad_request(description)
        case HTTPStatus.UNAUTHORIZED:
            return ChannelError("401", cause=Cause.ACCOUNT)
        case HTTPStatus.FORBIDDEN:
            return Refused("403", description, gone=True)
        case _ if status in _OUR_OWN:
            return ChannelError(str(status))
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return ChannelError(str(status), again=pause)
    return None


def bad_request(description: str) -> Refused:
    """What we asked for is refused for what it is, unless it is the traveller who is not there."""
    unknown = any(words in description.casefold() for words in _UNKNOWN_CHATS)
    return Refused("400", description, gone=unknown)


def unexplained(status: int, pause: float) -> ChannelError:
    """A refusal in words that are not Telegram's: a proxy's page, an empty body."""
    passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in {408, HTTPStatus.TOO_MANY_REQUESTS}
    hasty = Cause.TOO_FAST if status == HTTPStatus.TOO_MANY_REQUESTS else None
    return ChannelError(str(status), again=pause if passing else None, cause=hasty)
