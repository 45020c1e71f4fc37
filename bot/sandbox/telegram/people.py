"""What travellers do with Telegram on their phones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from random import randrange
from urllib.parse import parse_qs, urlsplit

from bot.sandbox.phones import Button, Kind, NoSuchButton, Screen, ScreenMessage
from bot.sandbox.telegram import texts
from bot.sandbox.telegram.calls import Json
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.enclosures import enclosed
from bot.sandbox.telegram.queries import TAPS_WAIT
from bot.sandbox.telegram.stars import NotPaidError
from bot.sandbox.telegram.updates import QUERIES_LIVE
from bot.sandbox.telegram.users import User, new_user

#: https://core.telegram.org/bots/features#deep-linking
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
_HOSTS = ("t.me", "telegram.me", "telegram.dog")


class People:
    """Every traveller's hands. Languages are codes such as "fr"."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    async def say(self, traveller: str, text: str, language: str | None = None) -> None:
        """Write a text; a very long one leaves the phone as several messages."""
        chat = self._ready(self._cloud.traveller(traveller, language))
        for piece in _pieces(text):
            self.write(chat, _person(chat), texts.written(piece).as_json())

    async def forward(self, traveller: str, text: str, channel: str) -> None:
        """Pass on what a public channel has posted."""
        chat = self._ready(self._cloud.traveller(traveller))
        origin = {
            "type": "channel",
            "date": self._cloud.now(),
            "chat": {"id": -1_001_000_000_001, "type": "channel", "title": channel},
            "message_id": 1,
        }
        said = texts.written(text[: texts.LONGEST_TEXT]).as_json()
        self.write(chat, _person(chat), {"forward_origin": origin} | said)

    async def press(self, traveller: str, label: str) -> None:
        chat = self._cloud.traveller(traveller)
        seen, button = chat.screen.button(label)
        await self.tap(chat, _person(chat), seen, button)

    async def send(self, traveller: str, kind: Kind) -> None:
        chat = self._ready(self._cloud.traveller(traveller))
        self.write(chat, _person(chat), await enclosed(kind, _person(chat), self._cloud.files))

    async def edit(self, traveller: str, text: str) -> None:
        """LookupError when nothing has been written yet."""
        chat = self._ready(self._cloud.traveller(traveller))
        mine = (m for m in reversed(chat.messages.values()) if m["from"]["id"] == chat.id and "text" in m)
        message = next(mine, None)
        if message is None:
            raise LookupError("nothing has been written yet")
        kept = {name: value for name, value in message.items() if name not in ("text", "entities")}
        changed = (
            kept | texts.written(text[: texts.LONGEST_TEXT]).as_json() | {"edit_date": self._cloud.now()}
        )
        self._cloud.change(chat, changed)
        self._cloud.tell("edited_message", changed, chat)

    async def open(self, traveller: str, link: str) -> None:
        """A link with a payload starts the bot with it; ValueError when it leads elsewhere."""
        payload = _payload(link, self._cloud.bot.username or "")
        await self.say(traveller, f"/start {payload}".strip())

    def block(self, traveller: str, blocked: bool) -> None:
        """Stop the bot, or let it back in; it hears of either once."""
        chat = self._cloud.traveller(traveller)
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        chat.started = True
        bot = self._cloud.bot.as_json()
        member, kicked = {"status": "member", "user": bot}, {"status": "kicked", "user": bot, "until_date": 0}
        change = {
            "chat": chat.as_json(),
            "from": _person(chat).as_json(own=True),
            "date": self._cloud.now(),
            "old_chat_member": member if blocked else kicked,
            "new_chat_member": kicked if blocked else member,
        }
        self._cloud.tell("my_chat_member", change, chat)

    async def change_identity(self, traveller: str, change: str) -> None:
        """A new username, or a new owner of the phone: another account, the old screen. Else ValueError."""
        chat = self._cloud.traveller(traveller)
        match change:
            case "username":
                _person(chat).username = f"sandbox_{randrange(10**9, 10**10)}"
            case "recycled":
                chat.gone = True
                self._cloud.adopt(
                    Chat(0, new_user(traveller, _person(chat).language), traveller, chat.screen)
                )
            case _:
                raise ValueError(f"Telegram has no {change!r} to change")

    async def rename(self, traveller: str, first_name: str, last_name: str | None) -> None:
        """Another name from now on; what was sent before keeps the old one."""
        person = _person(self._cloud.traveller(traveller))
        person.first_name, person.last_name = first_name, last_name

    def screen(self, traveller: str) -> Screen:
        return self._cloud.traveller(traveller).screen

    async def pay_stars(self, traveller: str) -> None:
        """Pay the newest invoice. NoSuchButton when there is none, NotPaidError when the bot refuses."""
        chat = self._cloud.traveller(traveller)
        await self._cloud.stars.pay(chat, self._cloud.stars.newest(chat))

    def write(self, chat: Chat, author: User, content: Json) -> Json:
        """A message of a person: it shows on the screen, and the bot hears of it."""
        chat.started = chat.started or chat.person is not None
        message = {
            "message_id": chat.next_id(),
            "from": author.as_json(own=True),
            "chat": chat.as_json(),
            "date": self._cloud.now(),
            **content,
        }
        self._cloud.show(chat, message, "me")
        self._cloud.tell("message", message, chat)
        return message

    async def tap(self, chat: Chat, person: User, seen: ScreenMessage, button: Button) -> None:
        """Press a button under a message of the bot; NoSuchButton when the message is no longer there."""
        message = chat.messages.get(int(seen.id))
        if message is None:
            raise NoSuchButton(button.label)
        if button.kind == "pay":
            with suppress(NotPaidError):  # the phone shows why
                await self._cloud.stars.pay(chat, seen)
        if button.kind != "callback_data":
            return
        query = self._cloud.queries.ask("tap", chat, seen, TAPS_WAIT)
        asked = {
            "id": query.id,
            "from": person.as_json(own=True),
            "message": message,
            "chat_instance": str(-chat.id * 7),
            "data": button.data,
        }
        update = self._cloud.updates.add("callback_query", asked, ("taps", person.id), QUERIES_LIVE)
        if update is not None:
            self._cloud.wake(update.line)

    def _ready(self, chat: Chat) -> Chat:
        """A phone on which the bot is blocked shows "Unblock" where one would write."""
        if chat.blocked:
            raise ValueError("the traveller has blocked the bot; unblock it first")
        return chat


def _person(chat: Chat) -> User:
    assert chat.person is not None, "a traveller's chat is private"
    return chat.person


def _pieces(text: str) -> Iterator[str]:
    """A text in parts that fit a message each, counted in UTF-16 units."""
    piece, length = list[str](), 0
    for char in text:
        width = 1 + (char > "\uffff")
        if length + width > texts.LONGEST_TEXT:
            yield "".join(piece)
            piece, length = [], 0
        piece.append(char)
        length += width
    yield "".join(piece)


def _payload(link: str, username: str) -> str:
    parts = urlsplit(link if "://" in link else f"https://{link}")
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if parts.scheme == "tg" and parts.netloc == "resolve":
        named = query.get("domain", "")
    elif parts.scheme in ("http", "https") and parts.hostname in _HOSTS:
        named = parts.path.strip("/")
    else:
        raise ValueError("that is no link into Telegram")
    if named.lower() != username.lower():
        raise ValueError("that link leads to somebody else")
    payload = query.get("start", "")
    if not _PAYLOAD.fullmatch(payload):
        raise ValueError("that link's payload is none")
    return payload
