"""People and chats: who is who, and what has been said where."""

from __future__ import annotations

from dataclasses import dataclass
from random import randrange
from typing import Literal

from bot.sandbox.phones import MOST_MESSAGES, Screen
from bot.sandbox.rates import Bucket
from bot.sandbox.telegram.calls import Json
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.members import Members
from bot.sandbox.telegram.users import User

MOST_TOPICS = 1_000
Kind = Literal["private", "supergroup", "forum", "channel"]


@dataclass
class Topic:
    """A thread of a forum, named by the id of the message that opened it."""

    id: int
    name: str
    color: int
    closed: bool = False


class Chat:
    """One conversation: a traveller's with the bot, a group's, a channel's. Message ids only ever grow."""

    def __init__(
        self,
        chat_id: int,
        person: User | None,
        name: str,
        screen: Screen | None = None,
        kind: Kind = "private",
        username: str | None = None,
    ) -> None:
        self.id = chat_id
        #: The other side of a private chat; None in groups and channels.
        self.person = person
        #: What the outside calls it: the traveller's short name, or the title.
        self.name = name
        self.kind = kind
        self.username = username
        self.description = ""
        #: Who is in it, and what each may do; in private chats nobody needs to ask.
        self.members = Members()
        #: Ids of the messages pinned to its top, in the order of pinning.
        self.pinned: list[int] = []
        #: A picture of the chat, smallest size first.
        self.photo: list[Json] = []
        self.screen = screen or Screen()
        self.messages: dict[int, Json] = {}
        self.topics: dict[int, Topic] = {}
        #: The bot may write: the traveller has started it, or it is a member.
        self.started = False
        self.blocked = False
        #: The account is gone; somebody else may have the number now.
        self.gone = False
        #: How fast the bot may still write here; None until it has.
        self.pace: Bucket | None = None
        self._last_id = randrange(1_000, 1_000_000)

    def as_json(self) -> Json:
        """The Chat object."""
        if self.person is None:
            chat: Json = {"id": self.id, "title": self.name, "type": self.kind}
            if self.kind == "forum":
                chat |= {"type": "supergroup", "is_forum": True}
        else:
            chat = {"id": self.id, "first_name": self.person.first_name, "type": "private"}
            if self.person.last_name:
                chat["last_name"] = self.person.last_name
        if username := self.username or (self.person and self.person.username):
            chat["username"] = username
        return chat

    def author(self, writer: User) -> Json:
        """Who a message in it is by: whoever writes, but in a channel the channel itself."""
        if self.kind == "channel":
            return {"sender_chat": self.as_json()}
        return {"from": writer.as_json()}

    def forget(self, message_id: int) -> None:
        """A message is gone, from the top of the chat too."""
        self.messages.pop(message_id, None)
        if message_id in self.pinned:
            self.pinned.remove(message_id)

    def next_id(self) -> int:
        """The id of the next message."""
        self._last_id += 1
        return self._last_id

    def keep(self, message: Json) -> Json:
        """Remember a message; the oldest is forgotten when there are too many."""
        self.messages[message["message_id"]] = message
        if len(self.messages) > MOST_MESSAGES:
            self.forget(next(iter(self.messages)))
        return message

    def open_topic(self, topic: Topic) -> None:
        """A new thread."""
        if len(self.topics) >= MOST_TOPICS:
            raise bad("TOPICS_TOO_MUCH")
        self.topics[topic.id] = topic
