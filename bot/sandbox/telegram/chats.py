"""People and chats: who is who, and what has been said where."""

from __future__ import annotations

from dataclasses import dataclass
from random import randrange
from zlib import crc32

from bot.sandbox.phones import MOST_MESSAGES, Screen
from bot.sandbox.telegram.calls import Json
from bot.sandbox.telegram.errors import bad

#: Real ones no longer fit 32 bits, and never exceed 52: https://core.telegram.org/bots/api#user
USER_IDS = (2**33, 2**52)
MOST_TOPICS = 1_000
_FIRST_NAMES = (
    "Amélie", "Bruno", "Chiara", "Dilan", "Elif", "Farid", "Greta", "Hiro", "Inès", "Jonas",
    "Karim", "Lucía", "Mei", "Noor", "Olga", "Pablo", "Quentin", "Rosa", "Selin", "Tomás",
)  # fmt: skip


@dataclass
class User:
    """Somebody with an account; `language` as their app says it."""

    id: int
    first_name: str
    language: str | None = None
    username: str | None = None
    is_bot: bool = False

    def as_json(self, *, own: bool = False) -> Json:
        """The User object; `own`: in an update that this person caused, which tells the language too."""
        user: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        if own and self.language:
            user["language_code"] = self.language
        return user


@dataclass
class Topic:
    """A thread of a forum, named by the id of the message that opened it."""

    id: int
    name: str
    color: int
    closed: bool = False


class Chat:
    """One conversation: a traveller's with the bot, or the staff's. Message ids only ever grow."""

    def __init__(self, chat_id: int, person: User | None, name: str, screen: Screen | None = None) -> None:
        self.id = chat_id
        #: The other side of a private chat; None in the staff chat.
        self.person = person
        #: What the outside calls it: the traveller's short name, or the group's title.
        self.name = name
        self.screen = screen or Screen()
        self.messages: dict[int, Json] = {}
        self.topics: dict[int, Topic] = {}
        #: The bot may write: the traveller has started it, or it is a member.
        self.started = False
        self.blocked = False
        #: The account is gone; somebody else may have the number now.
        self.gone = False
        self._last_id = randrange(1_000, 1_000_000)

    def as_json(self) -> Json:
        """The Chat object."""
        if self.person is None:
            return {"id": self.id, "title": self.name, "type": "supergroup", "is_forum": True}
        chat: Json = {"id": self.id, "first_name": self.person.first_name, "type": "private"}
        if self.person.username:
            chat["username"] = self.person.username
        return chat

    def next_id(self) -> int:
        """The id of the next message."""
        self._last_id += 1
        return self._last_id

    def keep(self, message: Json) -> Json:
        """Remember a message; the oldest is forgotten when there are too many."""
        self.messages[message["message_id"]] = message
        if len(self.messages) > MOST_MESSAGES:
            del self.messages[next(iter(self.messages))]
        return message

    def open_topic(self, topic: Topic) -> None:
        """A new thread."""
        if len(self.topics) >= MOST_TOPICS:
            raise bad("TOPICS_TOO_MUCH")
        self.topics[topic.id] = topic


def new_user(name: str, language: str | None = "en") -> User:
    """Somebody new: a capitalized name when the short one is a word, else one that suits it."""
    plain = name.isalpha() and len(name) > 1
    first = name.capitalize() if plain else _FIRST_NAMES[crc32(name.encode()) % len(_FIRST_NAMES)]
    return User(randrange(*USER_IDS), first, language)
