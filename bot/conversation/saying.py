"""Saying what a turn leads to: message by message, in the chat's language, and what the chat remembers of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from bot.conversation.actions import Seal
from bot.conversation.channel import Channel, ChannelError, Sent, Urgency, Way
from bot.conversation.i18n import speaking
from bot.conversation.messages import Message, Notice, Progress

#: What is remembered of something under way where its message cannot be changed, and when it is over.
UNCHANGEABLE, OVER = "-", ""
#: Things under way in one chat whose messages are remembered.
MOST_UNDER_WAY = 5

#: Hears of a channel how urgent a message was, and why it did not go out.
Heard = Callable[[str, Urgency, ChannelError | None], None]


class Room(Protocol):
    """A chat while one event of it is dealt with."""

    @property
    def id(self) -> str: ...
    @property
    def customer(self) -> str: ...
    @property
    def state(self) -> Any: ...
    @property
    def said_at(self) -> datetime | None: ...
    @property
    def blocked(self) -> bool: ...
    @property
    def seen(self) -> bool: ...


@dataclass(frozen=True)
class Turn:
    """What one event leads to."""

    messages: tuple[Message, ...]
    state: Any
    #: The traveller did business with us, and did not only exercise a right.
    business: bool = True


class Saying:
    """The same for every channel."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal
        self.heard: Heard = _nobody

    async def say(
        self,
        channel: Channel,
        room: Room,
        turn: Turn,
        pressed: str | None = None,
        *,
        is_open: bool = True,
        urgency: Urgency = Urgency.REPLY,
    ) -> tuple[Sent | None, Turn]:
        """What went out about the news, and the turn with what the chat remembers of it."""
        sent: Sent | None = None
        state = turn.state or room.state
        for number, message in enumerate(turn.messages):
            progress = _progress(message)
            if progress is not None and not self._is_said(channel, state, progress):
                state = _under_way(state, progress.about, OVER)
                continue
            way = Way(
                address=state.address,
                seal=lambda action: self._seal.close(action, room.id),
                locale=state.locale,
                open=is_open,
                pressed=pressed if number == 0 else None,
                changes=state.memory.progress.get(progress.about) if progress else None,
                urgency=urgency,
            )
            with speaking(state.locale):
                last = await self._send(channel, message, way)
            if sent is None or isinstance(message, Notice):
                sent = last
            if progress is not None and is_open:
                state = _under_way(state, progress.about, (channel.edits and last.id) or UNCHANGEABLE)
        return sent, replace(turn, state=state if turn.state is not None else None)

    async def _send(self, channel: Channel, message: Message, way: Way) -> Sent:
        try:
            sent = await channel.send(message, way)
        except ChannelError as error:
            self.heard(channel.name, way.urgency, error)
            raise
        self.heard(channel.name, way.urgency, None)
        return sent

    def _is_said(self, channel: Channel, state: Any, progress: Progress) -> bool:
        return progress.begins or (channel.edits and bool(state.memory.progress.get(progress.about)))


def _progress(message: Message) -> Progress | None:
    inner = message.message if isinstance(message, Notice) else message
    return inner if isinstance(inner, Progress) else None


def _under_way(state: Any, about: str, message: str) -> Any:
    """The chat remembers which message tells of it; the oldest are forgotten."""
    others = [(key, value) for key, value in state.memory.progress.items() if key != about]
    kept = dict([*others[1 - MOST_UNDER_WAY :], (about, message)])
    return replace(state, memory=replace(state.memory, progress=kept))


def _nobody(_channel: str, _urgency: Urgency, _error: ChannelError | None) -> None:
    """Nobody wants to hear of it."""
