"""What a traveller holds in the hand: a screen with messages, and the buttons on them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

#: Older messages scroll off, so that a world under test for hours stays small.
MOST_MESSAGES = 500

Kind = Literal["photo", "voice", "location", "contact", "sticker"]


@dataclass
class Button:
    """A button as seen: pressed when `url` is None, read otherwise. `data` is the service's own."""

    label: str
    url: str | None = None
    data: str = ""
    kind: str = ""


@dataclass
class ScreenMessage:
    """One message as the phone shows it."""

    id: str
    who: Literal["bot", "me"]
    text: str = ""
    buttons: list[Button] = field(default_factory=list)
    image: str | None = None
    document: str | None = None
    name: str | None = None
    edited: bool = False
    toast: str | None = None
    at: str = ""
    changed: int = 0
    extra: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The shape of the control interface."""
        return {
            "id": self.id,
            "who": self.who,
            "text": self.text,
            "buttons": [{"label": b.label, "url": b.url} for b in self.buttons],
            "image": self.image,
            "document": self.document,
            "name": self.name,
            "edited": self.edited,
            "toast": self.toast,
            "at": self.at,
            **self.extra,
        }


class NoSuchButton(LookupError):
    """No message on the screen has a button with that label."""


class Screen:
    """The messages of one chat, oldest first; every change moves the cursor on."""

    def __init__(self) -> None:
        self.cursor = 0
        self.messages: list[ScreenMessage] = []
        self._news = asyncio.Event()

    def show(self, message: ScreenMessage) -> ScreenMessage:
        """A new message arrives."""
        self.messages.append(message)
        del self.messages[:-MOST_MESSAGES]
        self.touch(message)
        return message

    def touch(self, message: ScreenMessage) -> None:
        """A message is new, was edited, or carries a toast."""
        self.cursor += 1
        message.changed = self.cursor
        news, self._news = self._news, asyncio.Event()
        news.set()

    def find(self, message_id: str) -> ScreenMessage | None:
        """The message with that id, or None."""
        return next((m for m in self.messages if m.id == message_id), None)

    def remove(self, message_id: str) -> bool:
        """Take a message off the screen; False when it is not there."""
        message = self.find(message_id)
        if message is None:
            return False
        self.messages.remove(message)
        self.touch(message)  # who waits for news learns that it is gone
        return True

    def button(self, label: str) -> tuple[ScreenMessage, Button]:
        """The button with that label on the newest message that shows it. Link buttons do not count."""
        for message in reversed(self.messages):
            for button in message.buttons:
                if button.label == label and button.url is None:
                    return message, button
        raise NoSuchButton(label)

    def since(self, after: int) -> list[ScreenMessage]:
        """What is new, edited or toasted since a cursor, oldest first."""
        return [m for m in self.messages if m.changed > after]

    async def wait_beyond(self, after: int, seconds: float) -> None:
        """Return as soon as there is something after that cursor, or when the time is up."""
        try:
            async with asyncio.timeout(seconds):
                while self.cursor <= after:
                    await self._news.wait()
        except TimeoutError:
            return


class Phones(Protocol):
    """A chat service seen from its users' side; travellers are made on first use."""

    async def say(self, traveller: str, text: str, language: str | None = None) -> None: ...
    async def press(self, traveller: str, label: str) -> None:
        """Press the newest button with that label; NoSuchButton when there is none."""

    async def send(self, traveller: str, kind: Kind) -> None: ...
    async def edit(self, traveller: str, text: str) -> None:
        """Edit the newest message that the traveller wrote."""

    async def open(self, traveller: str, link: str) -> None:
        """Follow a deep link of the service; ValueError when it is none."""

    def block(self, traveller: str, blocked: bool) -> None: ...
    async def change_identity(self, traveller: str, change: str) -> None:
        """ "number", "username" or "recycled"; ValueError where the service has no such thing."""

    def screen(self, traveller: str) -> Screen: ...
    def travellers(self) -> list[str]: ...
    async def redeliver(self, last: int, times: int) -> int:
        """Send the last updates again: the same body, signed anew. Returns how many were sent."""
