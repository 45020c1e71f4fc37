"""What staff write in their chat: carried to the traveller whose message they answer, once."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.conversation.engine import Engine
from bot.conversation.events import Incoming, StaffSaid
from bot.conversation.i18n import SOURCE, speaking
from bot.conversation.messages import Text
from bot.sessions import Sessions
from bot.voice import Spoken
from services.clock import Clock
from services.storage import Storage
from services.storage.app import seen_events
from services.storage.upsert import insert_new


class Desk:
    """The staff chat. It is nobody's customer, so it has no session."""

    def __init__(self, app: Storage, clock: Clock, sessions: Sessions, engine: Engine, voice: Spoken) -> None:
        self._app = app
        self._clock = clock
        self._sessions = sessions
        self._engine = engine
        self._voice = voice

    async def deal(self, incoming: Incoming) -> None:
        """Act on a member's words and say what came of it."""
        event = self._sessions.event_id(incoming.id)
        if await self._sessions.was_seen(event):
            return
        handler = self._engine.router.find("event", StaffSaid)
        if handler is None:
            raise LookupError("nobody hears the staff")
        with speaking(SOURCE):
            commands = self._engine.router.staff_commands
            reply = await handler(self._engine.shop, incoming.event, event, commands)
        if isinstance(reply, Text):
            await self._voice.say_to_staff(reply)
        await self._app.transaction(lambda connection: self._seen(connection, event))

    def _seen(self, connection: Connection, event: str) -> None:
        insert_new(connection, seen_events, id=event, at=self._clock.now())
