"""What we can say. The core asks for what it wants; each channel renders it in its platform's best way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.conversation.events import Memory


@dataclass(frozen=True)
class Button:
    """A choice. `detail` stands beside the label where the platform has room for it."""

    label: str
    action: Any
    detail: str = ""
    #: What says the same where the platform has no room for the label: some are given by law, and long.
    short: str = ""


@dataclass(frozen=True)
class Text:
    """Plain words of any length."""

    body: str


@dataclass(frozen=True)
class Menu:
    """Words with choices, any number of them: the core pages what a platform cannot show at once."""

    body: str
    buttons: tuple[Button, ...]
    #: Take the place of the message whose button was pressed, where the platform can.
    in_place: bool = False


@dataclass(frozen=True)
class Link:
    """Words with one link that opens outside the chat, and what else may be chosen."""

    body: str
    label: str
    url: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Invoice:
    """Asks for a payment within the chat, in Telegram Stars. Only for channels that take payments."""

    title: str
    description: str
    #: Comes back with the payment: an order's number, nothing personal. 1–128 bytes.
    payload: str
    stars: int


@dataclass(frozen=True)
class Photo:
    """A picture (PNG) with words below it, and at most three choices."""

    png: bytes
    body: str
    name: str = "esim.png"
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class File:
    """A document to keep."""

    content: bytes
    name: str
    mime: str
    body: str = ""


@dataclass(frozen=True)
class Question:
    """Words that the traveller's next plain words answer; `asks` names who hears the answer."""

    body: str
    asks: str
    about: str = ""
    #: Ways to answer without typing, or to leave.
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Progress:
    """Words that take the place of earlier ones about the same thing, where the platform can change what was said.

    `begins` False: said only there where it changes something; elsewhere there is news enough without it.
    """

    about: str
    body: str
    begins: bool = True


@dataclass(frozen=True)
class Notice:
    """News that may have to go out as an approved template, where free text is not allowed now."""

    template: str
    values: tuple[str, ...]
    message: Text | Menu | Link | Photo | Progress
    #: The action behind the template's button, where the template has one: it brings what could not be said.
    opens: Any = None


@dataclass(frozen=True)
class Advert:
    """An offer that nobody asked for just now. `template`: its approved form where a platform wants one."""

    template: str
    #: The language that the words are in, which need not be the chat's.
    language: str
    body: str
    #: How to stop them: said below the words, and done by the button.
    footer: str
    stop: Button


@dataclass(frozen=True)
class Relay:
    """Somebody else's words or picture, passed on; `attachment` is of another chat, maybe another channel."""

    body: str
    content: bytes | None = None
    mime: str = ""
    name: str = ""


Message = Text | Menu | Link | Invoice | Photo | File | Question | Progress | Notice | Advert | Relay


@dataclass(frozen=True)
class Remember:
    """The chat's memory from now on. Part of a reply, not shown."""

    memory: Memory


@dataclass(frozen=True)
class Speak:
    """The chat's language from now on. Part of a reply, not shown."""

    locale: str


@dataclass(frozen=True)
class Forgotten:
    """The chat itself was erased while it was answered: nothing of it may be stored. Not shown."""


Reply = Message | Sequence[Message | Remember | Speak | Forgotten] | None
