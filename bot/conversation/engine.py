"""An event comes in, a handler answers, the messages go out, and then the event counts as seen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bot.conversation import paging
from bot.conversation.actions import Seal
from bot.conversation.budget import Budget
from bot.conversation.channel import Cause, Channel, ChannelError, Urgency
from bot.conversation.events import Address, Chat, Event, Incoming, Memory, Pressed, Said, StaffSaid
from bot.conversation.first_words import language_of_chat, with_language_button
from bot.conversation.i18n import SOURCE, _, speaking
from bot.conversation.links import is_link
from bot.conversation.messages import Forgotten, Message, Remember, Reply, Speak, Text
from bot.conversation.router import Handler, Router
from bot.conversation.saying import Heard, Room, Saying, Turn
from bot.conversation.understanding import understand

log = structlog.get_logger()

#: An event whose handler fails counts as answered after this many tries.
MOST_TRIES = 3
#: Intents that plain words may only mean when they name no country.
WEAK = frozenset({"greeting", "language"})
#: Whoever was quiet for so long may have missed something. That we cannot reach somebody can come out just after they
#: spoke, as can a platform's falling silent, and then no closed window tells of it.
AWAY = timedelta(seconds=10)


class Sessions(Protocol):
    """Where chats are remembered."""

    def event_id(self, outside: str) -> str: ...
    def message_id(self, outside: str) -> str: ...
    def visited(self, address: Address, event: str) -> AbstractAsyncContextManager[Room]: ...
    def called(self, chat: str, event: str) -> AbstractAsyncContextManager[Room]: ...
    async def commit(
        self,
        room: Any,
        event: str,
        state: Any,
        *,
        heard: bool,
        business: bool = True,
        also: Callable[[Any], None] | None = None,
    ) -> None: ...
    async def was_seen(self, event: str) -> bool: ...
    async def failed(self, event: str) -> int: ...
    async def mark_blocked(self, chat: str, blocked: bool) -> str | None: ...


class TryAgain(Exception):
    """The event was not answered; the platform, or our own inbox, shall bring it again."""


@dataclass(frozen=True)
class Outcome:
    """What became of telling news: "told", "announced" (a template), "again" (after seconds), "unreachable",
    "unwanted" (the traveller has stopped advertising at the platform)."""

    state: str
    after: float = 0.0
    #: Why "again".
    why: str = ""


class Engine:
    """The same for every channel."""

    def __init__(
        self,
        router: Router,
        shop: Any,
        sessions: Sessions,
        channels: Mapping[str, Channel],
        seal: Seal,
        now: Callable[[], datetime],
        new_state: Callable[[Address, str, Memory], Any],
        names_place: Callable[[str], bool],
        default_locale: str = SOURCE,
        most_answers: int = 0,
    ) -> None:
        self.router = router
        self.shop = shop
        self._sessions = sessions
        self._channels = channels
        self._seal = seal
        self._saying = Saying(seal)
        self._now = now
        self._new_state = new_state
        self._names_place = names_place
        self._default = default_locale
        self._budget = Budget(most_answers)
        self._returned: Callable[[str], Awaitable[None]] = _nothing

    def on_return(self, act: Callable[[str], Awaitable[None]]) -> None:
        """Do this with the customer's id when somebody speaks again who may have missed something."""
        self._returned = act

    def on_sending(self, act: Heard) -> None:
        """Do this whenever a message went out, or did not: how it stands with a channel."""
        self._saying.heard = act

    async def deal(self, incoming: Incoming, also: Callable[[Any], None] | None = None) -> None:
        """Answer one event of a platform. A repeat of an answered one does nothing.

        `also` is done in the commit. Raises Busy or TryAgain: then it was not answered.
        """
        channel = self._channels[incoming.address.channel]
        stop_spinner = None
        if incoming.spinner:
            stop_spinner = asyncio.create_task(channel.acknowledge(incoming.spinner))
        event = self._sessions.event_id(incoming.id)
        try:
            async with self._sessions.visited(incoming.address, event) as room:
                if not room.seen:
                    await self._answer(channel, room, event, incoming, also)
                elif also is not None:
                    await self._sessions.commit(room, event, None, heard=False, also=also)
        finally:
            if stop_spinner is not None:
                await stop_spinner

    async def tell(
        self,
        chat_id: str,
        item: Any,
        key: str,
        also: Callable[[Any, str, bool], None] | None = None,
        urgency: Urgency = Urgency.NEWS,
    ) -> Outcome:
        """Tell a chat some news, once for each key; and announce it once, while only a template may go out.

        `also` is done in the commit, with the hash of the message and whether it only announces, where the platform
        will send a receipt. Raises what the sessions raise.
        """
        event = self._sessions.event_id(f"news:{key}")
        async with self._sessions.called(chat_id, event) as room:
            if room.seen:
                return Outcome("told")
            if room.blocked:
                return Outcome("unreachable")
            chat = self._chat(room, room.state, event)
            channel = self._channels[room.state.address.channel]
            is_open = self._window_open(channel, room)
            if not is_open:
                # What was announced is not told yet: the same key has something to show when the traveller is back.
                event = self._sessions.event_id(f"announced:{key}")
                if await self._sessions.was_seen(event):
                    return Outcome("announced")
            with speaking(chat.locale):
                turn = await self._run(self._handler("news", type(item)), room, chat, item)
                try:
                    sent, turn = await self._saying.say(channel, room, turn, is_open=is_open, urgency=urgency)
                except ChannelError as error:
                    return await self._not_told(room, error)
            record = None
            if also is not None and sent is not None and sent.receipt_follows and sent.id:
                message = self._sessions.message_id(sent.id)
                record = lambda connection: also(connection, message, not is_open)  # noqa: E731
            await self._sessions.commit(room, event, turn.state, heard=False, also=record)
            return Outcome("told" if is_open else "announced")

    async def compose(self, locale: str, kind: str, item: Any) -> Any:
        """Words outside a chat (a mail, a message to the staff), found by the same router."""
        handler = self.router.find(kind, type(item))
        if handler is None:
            raise LookupError(f"no handler words {type(item).__name__} as {kind}")
        with speaking(locale):
            return await handler(self.shop, item)

    async def _answer(
        self,
        channel: Channel,
        room: Room,
        event: str,
        incoming: Incoming,
        also: Callable[[Any], None] | None,
    ) -> None:
        state = self._current(room, incoming)
        chat = self._chat(room, state, event)
        pressed = incoming.event.message if isinstance(incoming.event, Pressed) else None
        with speaking(chat.locale):
            try:
                turn = await self._turn(room, chat, state, incoming.event)
                _, turn = await self._saying.say(channel, room, turn, pressed)
            except ChannelError as error:
                if error.cause is Cause.GONE:
                    await self._sessions.mark_blocked(room.id, True)
                    turn = Turn((), state)  # nobody to answer; the event is done with
                elif error.again is not None or error.cause is Cause.ACCOUNT:
                    raise TryAgain(error.reason) from error
                else:
                    turn = await self._noticed(channel, room, state, event, error)
            except Exception as error:
                turn = await self._noticed(channel, room, state, event, error)
        if room.blocked or (room.state is not None and self._was_away(room)):
            # Before the commit, which takes the mark away: what is started waits for this chat to be free.
            await self._returned(room.customer)
        await self._sessions.commit(room, event, turn.state, heard=True, business=turn.business, also=also)

    async def _turn(self, room: Room, chat: Chat, state: Any, event: Event) -> Turn:
        handler, argument, asked = self._asked(chat, event)
        memory = state.memory
        if memory.asking and not isinstance(event, StaffSaid):
            # A question is open until anything is answered.
            state = replace(state, memory=replace(memory, asking="", about=""))
        channel = self._channels[chat.channel]
        stands = self._budget.stands(channel, memory, self._now())
        if stands != "left" and not self.router.is_essential(handler):
            if stands == "spent":
                return Turn((), state, business=False)
            handler = self._handler("event", "enough")
        turn = await self._run(handler, replace_state(room, state), chat, argument)
        offers_languages = chat.first and chat.channel == "whatsapp"
        turn = self._paged(turn, channel, asked, int(offers_languages))
        turn = replace(turn, business=self.router.is_business(handler))
        if turn.messages and turn.state is not None:
            counted = self._budget.charged(turn.state.memory, self._now())
            turn = replace(turn, state=replace(turn.state, memory=counted))
        if offers_languages:
            turn = replace(turn, messages=with_language_button(turn.messages))
        return turn

    def _asked(self, chat: Chat, event: Event) -> tuple[Handler, Any, paging.Asked | None]:
        """Who answers to what; and how it could be asked again for another page of the answer."""
        handler, argument = self._route(chat, event)
        if not isinstance(argument, paging.TurnTo):
            return handler, argument, paging.asked(event, argument)
        asked = paging.opened(argument, chat.memory)
        if asked is None:
            return self._handler("event", "forged"), event, None
        if isinstance(asked.what, str):
            return *self._route(chat, Said(asked.what)), asked
        found = self.router.find("press", type(asked.what))
        return found or self._handler("event", "forged"), asked.what, asked

    @staticmethod
    def _paged(turn: Turn, channel: Channel, asked: paging.Asked | None, more: int) -> Turn:
        messages, listed = paging.paged(turn.messages, channel.most_choices, asked, more)
        if not listed or turn.state is None:
            return replace(turn, messages=messages)
        memory = replace(turn.state.memory, listed=listed)
        return replace(turn, messages=messages, state=replace(turn.state, memory=memory))

    def _route(self, chat: Chat, event: Event) -> tuple[Handler, Any]:
        match event:
            case Pressed(data):
                action = self._seal.open(data, chat.id)
                if isinstance(action, paging.TurnTo):
                    return self._handler("event", "forged"), action
                handler = self.router.find("press", type(action)) if action is not None else None
                return (handler, action) if handler else (self._handler("event", "forged"), event)
            case Said(text) if text.startswith("/"):
                name, _sep, words = text[1:].partition(" ")
                command = self.router.commands.get(name.lower().strip())
                return (command.handler, words.strip()) if command else (self._handler("event", "lost"), text)
            case Said(text):
                return self._words(chat, text)
            case _:
                return self._handler("event", type(event)), event

    def _words(self, chat: Chat, text: str) -> tuple[Handler, Any]:
        intent = understand(text)
        if intent == "stop":
            return self._handler("intent", "stop"), text
        if is_link(text):
            return self.router.commands["start"].handler, text
        # Our own question comes before what a person was asked: whoever confirms an erasure has said it to us.
        if chat.memory.asking:
            handler = self.router.find("answer", chat.memory.asking)
            if handler is not None:
                return handler, text
        if chat.memory.case and chat.memory.case_until > self._now().timestamp():
            return self._handler("event", "to_person"), text
        if intent is not None and intent not in WEAK:
            return self._handler("intent", intent), text
        if self._names_place(text):
            return self._handler("event", "trip"), text
        if intent is not None:
            return self._handler("intent", intent), text
        return self._handler("event", "lost"), text

    async def _run(self, handler: Handler, room: Room, chat: Chat, argument: Any) -> Turn:
        return _turn_of(await handler(chat, self.shop, argument), room.state)

    async def _noticed(self, channel: Channel, room: Room, state: Any, event: str, error: Exception) -> Turn:
        tries = await self._sessions.failed(event)
        log.error(
            "handler failed", event_id=event, tries=tries, error=type(error).__name__, where=_where(error)
        )
        if tries < MOST_TRIES:
            raise TryAgain(type(error).__name__) from error
        turn = Turn(
            (Text(_("Something went wrong on our side. We have noticed it and are looking into it.")),), state
        )
        try:
            await self._saying.say(channel, room, turn)
        except ChannelError as again:
            log.error("could not say that we noticed", event_id=event, reason=again.reason)
        return turn

    async def _not_told(self, room: Room, error: ChannelError) -> Outcome:
        match error.cause:
            case Cause.GONE:
                await self._sessions.mark_blocked(room.id, True)
                return Outcome("unreachable")
            case Cause.CLOSED:
                return Outcome("unreachable")
            case Cause.UNWANTED:
                return Outcome("unwanted")
        after = error.again if error.again is not None else 5.0
        return Outcome("again", after, error.cause.value)

    def _current(self, room: Room, incoming: Incoming) -> Any:
        if room.state is None:
            locale = language_of_chat(incoming, self._default)
            return self._new_state(incoming.address, locale, Memory())
        return replace(room.state, address=incoming.address)

    def _chat(self, room: Room, state: Any, event: str) -> Chat:
        return Chat(
            id=room.id,
            channel=state.address.channel,
            customer=room.customer,
            locale=state.locale,
            event=event,
            memory=state.memory,
            first=room.state is None,
        )

    def _was_away(self, room: Room) -> bool:
        return room.said_at is None or self._now() - room.said_at >= AWAY

    def _window_open(self, channel: Channel, room: Room) -> bool:
        if channel.window is None:
            return True
        return room.said_at is not None and self._now() - room.said_at < timedelta(seconds=channel.window)

    def _handler(self, kind: str, key: Any) -> Handler:
        handler = self.router.find(kind, key)
        if handler is None:
            raise LookupError(f"nobody answers {kind} {key}")
        return handler


def replace_state(room: Room, state: Any) -> Any:
    """The room as it is after its memory changed."""
    return replace(room, state=state)  # type: ignore[type-var]


def _turn_of(reply: Reply, state: Any) -> Turn:
    parts: Sequence[Any] = () if reply is None else reply if isinstance(reply, Sequence) else (reply,)
    messages: list[Message] = []
    for part in parts:
        match part:
            case Remember(memory):
                state = replace(state, memory=memory)
            case Speak(locale):
                state = replace(state, locale=locale)
            case Forgotten():
                state = None
            case message:
                messages.append(message)
                asks = getattr(message, "asks", "")
                if asks and state is not None:
                    state = replace(state, memory=replace(state.memory, asking=asks, about=message.about))
    return Turn(tuple(messages), state)


def _where(error: Exception) -> str:
    """File and line of our code where it happened; never the message, which may hold somebody's words."""
    trace = error.__traceback__
    where = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        where = f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return where


async def _nothing(_customer: str) -> None:
    """Nobody asked to be told."""
