"""The last message of a chat that is no more: there is no session, only an address for as long as it takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.conversation.channel import Channel, ChannelError, Way
from bot.conversation.engine import Engine
from bot.conversation.events import Address
from services.clock import Clock
from services.news import Told


class LastWord:
    """Words an item and sends it to an address. What it says has no buttons: nobody would answer them."""

    def __init__(self, engine: Engine, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._engine = engine
        self._channels = channels
        self._clock = clock

    async def say(self, address: Mapping[str, Any], locale: str, said_at: datetime | None, item: Any) -> Told:
        """`said_at`: when the traveller last wrote there, for platforms that let us speak for a while after that."""
        to = Address(**address)
        channel = self._channels.get(to.channel)
        if channel is None:
            return Told("unreachable")
        message = await self._engine.compose(locale, "last", item)
        way = Way(to, seal=_no_buttons, locale=locale, open=self._is_open(channel, said_at))
        try:
            await channel.send(message, way)
        except ChannelError as error:
            if error.again is None:
                return Told("unreachable")
            return Told("again", after=error.again)
        return Told("told")

    def _is_open(self, channel: Channel, said_at: datetime | None) -> bool:
        if channel.window is None:
            return True
        return said_at is not None and self._clock.now() - said_at < timedelta(seconds=channel.window)


def _no_buttons(_action: Any) -> str:
    raise TypeError("a last message has no buttons")
