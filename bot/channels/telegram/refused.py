"""A refused call, as the rest of the channel sees it."""

from __future__ import annotations

from http import HTTPStatus

from bot.conversation.channel import Cause, ChannelError

#: The reason of a refusal because a group has another number now.
MIGRATED = "migrated"


class Refused(ChannelError):
    """Telegram's own refusal of a call. `description` is for decisions, never for logs."""

    def __init__(self, reason: str, description: str, *, gone: bool = False) -> None:
        super().__init__(reason, cause=Cause.GONE if gone else Cause.REFUSED)
        self.description = description.casefold()


def unexplained(status: int, pause: float) -> ChannelError:
    """A refusal in words that are not Telegram's: a proxy's page, an empty body."""
    passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in {408, HTTPStatus.TOO_MANY_REQUESTS}
    hasty = Cause.TOO_FAST if status == HTTPStatus.TOO_MANY_REQUESTS else None
    return ChannelError(str(status), again=pause if passing else None, cause=hasty)
