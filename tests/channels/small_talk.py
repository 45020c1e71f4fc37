"""One chat with the engine, and handlers of a test's own."""

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.conversation.channel import Sent
from bot.conversation.events import Address, Memory


@dataclass(frozen=True)
class State:
    address: Address
    locale: str
    memory: Memory


@dataclass(frozen=True)
class Room:
    state: State | None
    id: str = "chat"
    customer: str = "ada"
    said_at: datetime | None = None
    blocked: bool = False
    seen: bool = False


class Sessions:
    state = None

    def event_id(self, outside):
        return outside

    @asynccontextmanager
    async def visited(self, _address, _event):
        yield Room(self.state)

    async def commit(self, _room, _event, state, **_more):
        self.state = state


class Channel:
    name = "whatsapp"
    window = None
    edits = False
    most_choices = 10

    def __init__(self, metered=False):
        self.metered = metered
        self.said = []
        #: Label → data of the newest message's buttons.
        self.buttons = {}

    async def send(self, message, way):
        self.said.append(message.body)
        self.buttons = {button.label: way.seal(button.action) for button in getattr(message, "buttons", ())}
        return Sent("1")
