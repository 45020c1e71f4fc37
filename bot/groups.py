"""Groups and channels that somebody brought the bot into: it says where it is to be found, and leaves.

In a group everybody would read what one traveller buys. The staff's own group is the exception.
"""

from __future__ import annotations

import structlog

from bot.channels.telegram import Telegram
from bot.conversation.channel import Channel, ChannelError
from bot.conversation.engine import Engine, TryAgain
from bot.conversation.events import Brought, Farewell
from bot.conversation.i18n import best

log = structlog.get_logger()


class Groups:
    """Leaves them. `staff_chat` None: the shop has none yet, so its operator may be looking for the number of one."""

    def __init__(
        self, channel: Channel | None, engine: Engine, staff_chat: int | None, default_locale: str
    ) -> None:
        self._channel = channel if isinstance(channel, Telegram) else None
        self._engine = engine
        self._staff_chat = staff_chat
        self._default = default_locale
        #: Those that are being left now: two updates about one of them are one farewell.
        self._leaving: set[int] = set()

    async def deal(self, brought: Brought) -> None:
        """Say goodbye and leave. Raises TryAgain."""
        channel = self._channel
        if channel is None or brought.chat in self._leaving:
            return
        self._leaving.add(brought.chat)
        try:
            if self._staff_chat is not None and await channel.has_moved(self._staff_chat):
                # This may be what the staff's group has become: it gets a new number when it grows.
                log.error("the staff's group has a new number", setting="STAFF_CHAT")
                return
            await channel.leave(brought.chat, await self._farewell(channel, brought))
            log.info("left a group or channel")
        except ChannelError as error:
            if error.again is not None:
                raise TryAgain(error.reason) from error
            log.warning("could not leave a group", reason=error.reason)
        finally:
            self._leaving.discard(brought.chat)

    async def _farewell(self, channel: Telegram, brought: Brought) -> str | None:
        if not brought.speaks:
            return None
        locale = best(brought.language) or self._default
        words = str(await self._engine.compose(locale, "toast", Farewell(channel.link)))
        return words if self._staff_chat is not None else f"{words}\n\nSTAFF_CHAT={brought.chat}"
