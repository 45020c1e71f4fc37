"""What is asked of the platforms beside a conversation: a file that somebody sent, words to be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from bot.channels import telegram
from bot.conversation.channel import Channel, ChannelError
from bot.conversation.events import Attachment

log = structlog.get_logger()


class Errands:
    """`staff_chat` None: the shop has none."""

    def __init__(self, channels: Mapping[str, Channel], staff_chat: int | None) -> None:
        self._channels = channels
        self._staff_chat = staff_chat

    async def fetch(self, channel: str, reference: str, kind: str, mime: str) -> bytes | None:
        """A file that somebody sent, or None when the platform does not give it."""
        try:
            return await self._channels[channel].fetch(Attachment(kind, reference, mime))  # type: ignore[arg-type]
        except ChannelError as error:
            log.warning("file not fetched", channel=channel, reason=error.reason)
            return None

    async def forget_staff_messages(self, messages: Sequence[str]) -> bool:
        """Take a traveller's words out of the staff chat; where Telegram refuses, they become "erased".

        False when some are still there and another try makes sense.
        """
        channel = self._channels.get("telegram")
        if not isinstance(channel, telegram.Telegram) or self._staff_chat is None:
            return True
        try:
            return not await channel.forget(self._staff_chat, list(messages))
        except ChannelError:
            return False
