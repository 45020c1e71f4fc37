"""How services are heard: their news is worded by handlers and goes out through the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.conversation.channel import Channel, ChannelError, Urgency, Way
from bot.conversation.engine import Engine
from bot.conversation.events import Address
from bot.conversation.i18n import SOURCE
from bot.conversation.messages import Message
from bot.sessions import UnknownChat
from services.alarms import Alarms, Raised
from services.locks import Busy
from services.news import Alarm, Letter, Offer, Told

log = structlog.get_logger()

STAFF_CHANNEL = "telegram"


class Spoken:
    """The Voice of the services. The engine is given once both exist."""

    def __init__(self, alarms: Alarms, channels: Mapping[str, Channel], staff_chat: int | None) -> None:
        self._alarms = alarms
        self._channels = channels
        self._staff_chat = staff_chat
        self._engine: Engine | None = None

    def through(self, engine: Engine) -> None:
        """Speak through this engine from now on."""
        self._engine = engine

    async def tell(
        self, chat: str, item: Any, key: str, also: Callable[[Connection, str, bool], None] | None = None
    ) -> Told:
        return await self._tell(chat, item, key, also, Urgency.NEWS)

    def carries(self, channel: str) -> bool:
        """Whether offers can go that way."""
        return channel in self._channels

    async def quiet(self, channel: str) -> None:
        """Wait until an offer on that channel would delay nobody."""
        await self._channels[channel].pace.quiet()

    async def advertise(
        self, chat: str, item: Offer, key: str, also: Callable[[Connection, str, bool], None] | None = None
    ) -> Told:
        """For campaigns alone: once, behind everything else."""
        return await self._tell(chat, item, key, also, Urgency.CAMPAIGN)

    async def write(self, locale: str, item: Any) -> Letter:
        letter = await self._need().compose(locale, "letter", item)
        assert isinstance(letter, Letter)
        return letter

    async def sheet(self, locale: str, facts: Any) -> Mapping[str, Any]:
        sheet = await self._need().compose(locale, "sheet", facts)
        assert isinstance(sheet, dict)
        return sheet

    async def alarm(self, alarm: Alarm) -> None:
        if await self._alarms.note(alarm):
            log.error("alarm", cause=alarm.cause, facts=alarm.facts)

    async def tell_alarms(self) -> None:
        """What is over is forgotten; what is new goes to the staff."""
        await self._alarms.settle()
        if self._staff_chat is not None:
            await self._alarms.tell(self._tell_one)

    async def tell_staff(self, item: Any) -> str | None:
        message = await self._need().compose(SOURCE, "staff", item)
        return await self.say_to_staff(message)

    async def say_to_staff(self, message: Message, urgency: Urgency = Urgency.REPLY) -> str | None:
        """Write to the staff chat; the message's id, or None when there is no such chat or it is closed."""
        channel = self._channels.get(STAFF_CHANNEL)
        if channel is None or self._staff_chat is None:
            return None
        way = Way(
            Address(STAFF_CHANNEL, str(self._staff_chat)), seal=_no_buttons, locale=SOURCE, urgency=urgency
        )
        try:
            return (await channel.send(message, way)).id
        except ChannelError as error:
            log.error("staff chat", reason=error.reason)
            return None

    async def _tell(
        self,
        chat: str,
        item: Any,
        key: str,
        also: Callable[[Connection, str, bool], None] | None,
        urgency: Urgency,
    ) -> Told:
        try:
            outcome = await self._need().tell(chat, item, key, also, urgency)
        except Busy:
            return Told("again", after=1.0)
        except UnknownChat:
            return Told("unreachable")
        match outcome.state:
            case "told" | "announced" | "unwanted" as state:
                return Told(state)
            case "again":
                return Told("again", outcome.after, outcome.why)
            case _:
                return Told("unreachable")

    async def _tell_one(self, raised: Raised) -> bool:
        words = await self._need().compose(SOURCE, "staff", raised)
        return await self.say_to_staff(words, Urgency.NEWS) is not None

    def _need(self) -> Engine:
        if self._engine is None:
            raise RuntimeError("nobody speaks yet")
        return self._engine


def _no_buttons(_action: Any) -> str:
    raise TypeError("the staff chat has no buttons")
