"""Groups and channels that people make, and into which they bring the bot."""

from __future__ import annotations

from random import randrange

from bot.sandbox.telegram import texts
from bot.sandbox.telegram.calls import Json
from bot.sandbox.telegram.chats import Chat, Kind
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.members import IN_CHANNELS, IN_GROUPS, RIGHTS, Member
from bot.sandbox.telegram.users import User, new_user

MOST_CHATS = 1_000
#: Supergroups and channels count down from here: https://core.telegram.org/api/bots/ids
_IDS = (-1_003_000_000_000, -1_002_000_000_000)


class Gatherings:
    """Makes them, with the people and bots that are there from the beginning."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def make(
        self,
        kind: Kind,
        title: str,
        owner: str,
        username: str | None,
        members: tuple[str, ...],
        bots: tuple[str, ...],
        rights: frozenset[str],
    ) -> Chat:
        """A chat of the traveller `owner`, with our bot in it: an administrator if it has rights or it is a channel.

        `bots` are other people's, and administrators too. ValueError for a right that does not exist there.
        """
        there = {*RIGHTS, *(IN_CHANNELS if kind == "channel" else IN_GROUPS)}
        if rights - {*RIGHTS, *IN_CHANNELS, *IN_GROUPS}:
            raise ValueError(f"there is no such right as {', '.join(sorted(rights - there))}")
        if sum(chat.person is None for chat in self._cloud.chats.values()) >= MOST_CHATS:
            raise ValueError(f"the world holds no more than {MOST_CHATS} groups and channels")
        chat = Chat(randrange(*_IDS), None, title, kind=kind, username=username)
        creator = self._cloud.traveller(owner).person
        assert creator is not None, "a traveller is a person"
        chat.members.add(Member(creator, "creator"))
        for name in members:
            person = self._cloud.traveller(name).person
            assert person is not None, "a traveller is a person"
            chat.members.add(Member(person))
        for name in bots:
            other = new_user(name)
            other.is_bot, other.username = True, name
            chat.members.add(Member(other, "administrator", frozenset({"can_manage_chat"})))
        self._cloud.chats[chat.id] = chat
        self._bring(chat, creator, frozenset(rights & there))
        return chat

    def find(self, chat_id: int) -> Chat:
        """A group or channel that was made here. LookupError when there is none."""
        chat = self._cloud.chats.get(chat_id)
        if chat is None or chat.person is not None:
            raise LookupError(chat_id)
        return chat

    def say(self, chat: Chat, member: str, text: str) -> None:
        """Somebody writes there, and joins for it. A bot hears of it as far as its privacy mode lets it.

        ValueError for a channel, in which only the channel speaks.
        """
        if chat.kind == "channel":
            raise ValueError("in a channel its members do not write")
        person = self._cloud.traveller(member).person
        assert person is not None, "a traveller is a person"
        if chat.members.find(person.id) is None:
            chat.members.add(Member(person))
        message: Json = {
            "message_id": chat.next_id(),
            "from": person.as_json(own=True),
            "chat": chat.as_json(),
            "date": self._cloud.now(),
            **texts.written(text[: texts.LONGEST_TEXT]).as_json(),
        }
        self._cloud.show(chat, message, "me")
        ours = chat.members.find(self._cloud.bot.id)
        if ours is not None and (ours.status == "administrator" or self._is_meant(text)):
            self._cloud.tell("message", message, chat)

    def _is_meant(self, text: str) -> bool:
        """In privacy mode: commands that name nobody else, and mentions."""
        named = f"@{self._cloud.bot.username}".lower()
        first = text.lower().split(maxsplit=1)[0] if text.split() else ""
        return named in text.lower() or (first.startswith("/") and "@" not in first)

    def _bring(self, chat: Chat, creator: User, rights: frozenset[str]) -> None:
        """The bot comes in, and hears of it."""
        leads = bool(rights) or chat.kind == "channel"
        ours = Member(
            self._cloud.bot,
            "administrator" if leads else "member",
            rights | {"can_manage_chat"} if leads else frozenset(),
        )
        chat.members.add(ours)
        chat.started = True
        told = ours.as_json(channel=chat.kind == "channel")
        _tell(self._cloud, chat, creator, _absent(self._cloud), told)


def part(cloud: Cloud, chat: Chat) -> None:
    """The bot leaves a group or channel, and hears of that as well."""
    ours = chat.members.find(cloud.bot.id)
    chat.started = False
    chat.members.remove(cloud.bot.id)
    if ours is not None:
        _tell(cloud, chat, cloud.bot, ours.as_json(channel=chat.kind == "channel"), _absent(cloud))


def _absent(cloud: Cloud) -> Json:
    return {"status": "left", "user": cloud.bot.as_json()}


def _tell(cloud: Cloud, chat: Chat, who: User, before: Json, after: Json) -> None:
    change: Json = {
        "chat": chat.as_json(),
        "from": who.as_json(own=True),
        "date": cloud.now(),
        "old_chat_member": before,
        "new_chat_member": after,
    }
    cloud.tell("my_chat_member", change, chat)
