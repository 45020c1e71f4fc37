"""What Telegram knows: the bot, the chats and who is in them, the files, and what waits for the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import credentials
from bot.sandbox.outside import Outside
from bot.sandbox.phones import ScreenMessage
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.drawing import Who, drawn, picture_id, redraw, words
from bot.sandbox.telegram.errors import BLOCKED, bad, forbidden
from bot.sandbox.telegram.files import Files
from bot.sandbox.telegram.invitations import Invitations
from bot.sandbox.telegram.members import IN_GROUPS, RIGHTS, Member
from bot.sandbox.telegram.polling import Polling
from bot.sandbox.telegram.posting import Answered
from bot.sandbox.telegram.profile import Profile
from bot.sandbox.telegram.queries import Queries
from bot.sandbox.telegram.rates import Rates
from bot.sandbox.telegram.stars import Stars
from bot.sandbox.telegram.updates import MESSAGES_LIVE, Updates
from bot.sandbox.telegram.users import User, new_user
from bot.sandbox.telegram.webhook import Deliveries

if TYPE_CHECKING:
    from bot.sandbox.world import World

#: Phones that a world can hold; one more is refused.
MOST_TRAVELLERS = 20_000
STAFF_TITLE = "Sandbox support desk"


class Cloud:
    """Shared by the methods of the Bot API and by the phones."""

    def __init__(self, world: World, answered: Answered) -> None:
        self.world = world
        self.bot = User(
            credentials.TELEGRAM_BOT_ID,
            "Sandbox eSIM",
            username=credentials.TELEGRAM_BOT_USERNAME,
            is_bot=True,
        )
        self.outside: Outside = world.outside
        self.profile = Profile()
        self.files = Files(world.media)
        self.updates = Updates(world.clock)
        self.polling = Polling(self.updates, world.faults)
        self.deliveries = Deliveries(world, self.updates, answered)
        self.rates = Rates()
        self.queries = Queries(world.clock)
        self.stars = Stars(self)
        self.invitations = Invitations()
        self.chats: dict[int, Chat] = {}
        self.travellers: dict[str, Chat] = {}
        self.staff = Chat(credentials.STAFF_CHAT, None, STAFF_TITLE, kind="forum")
        self.staff.started = True
        self.staff.members.add(Member(self.bot, "administrator", frozenset((*RIGHTS, *IN_GROUPS))))
        self.chats[self.staff.id] = self.staff
        self._staff: dict[str, User] = {}

    def now(self) -> int:
        """Whole Unix seconds, by the shop's clock."""
        return self.world.clock.timestamp()

    def traveller(self, name: str, language: str | None = None) -> Chat:
        """The private chat of a traveller, made on first use. ValueError when the world is full."""
        if name not in self.travellers:
            if len(self.travellers) >= MOST_TRAVELLERS:
                raise ValueError(f"the world holds no more than {MOST_TRAVELLERS} phones")
            self.adopt(Chat(0, new_user(name), name))
        chat = self.travellers[name]
        if language and chat.person is not None:
            chat.person.language = language
        return chat

    def adopt(self, chat: Chat) -> None:
        """That chat is the traveller's from now on; its id is the person's."""
        assert chat.person is not None, "only people have phones"
        chat.id = chat.person.id
        self.chats[chat.id] = self.travellers[chat.name] = chat

    def member(self, name: str) -> User:
        """A member of the staff chat, made on first use. ValueError when there are too many."""
        if name not in self._staff:
            newcomer = new_user(name)
            self.staff.members.add(Member(newcomer))
            self._staff[name] = newcomer
        return self._staff[name]

    def person(self, user_id: int) -> User | None:
        """Anybody whom the bot has met."""
        if user_id == self.bot.id:
            return self.bot
        chat = self.chats.get(user_id)
        if chat is not None and chat.person is not None and chat.started:
            return chat.person
        groups = (chat.members.find(user_id) for chat in self.chats.values() if chat.person is None)
        return next((member.user for member in groups if member is not None), None)

    def known(self, user_id: int) -> Json | None:
        """The same person as a User object."""
        person = self.person(user_id)
        return person.as_json() if person else None

    def chat(self, call: Call, name: str = "chat_id") -> Chat:
        """The chat that a call names. ApiError when the bot cannot know it."""
        if not call.text(name).strip():
            raise bad(f"{name} is empty")
        found = self.named(call, name)
        if found is None or not (found.started or found.person is None):
            raise bad("chat not found")
        return found

    def named(self, call: Call, name: str = "chat_id") -> Chat | None:
        """The same whether the bot may know it or not; None where there is none."""
        spelled = call.text(name).strip()
        try:
            return self.chats.get(int(spelled))
        except ValueError:
            return self._public(spelled)

    def open_chat(self, call: Call) -> Chat:
        """The same, when the bot may write there."""
        chat = self.chat(call)
        if chat.gone:
            raise forbidden("user is deactivated")
        if chat.blocked:
            raise forbidden(BLOCKED)
        if not chat.started:
            raise forbidden(f"bot is not a member of the {chat.as_json()['type']} chat")
        return chat

    def ruled_chat(self, call: Call, right: str) -> Chat:
        """The group or channel that a call names, when the bot has that right in it."""
        chat = self.open_chat(call)
        bot = chat.members.find(self.bot.id)
        if chat.person is not None:
            raise bad("method is available for supergroup and channel chats only")
        if bot is None or not bot.may(right):
            raise bad("not enough rights")
        return chat

    def message(self, chat: Chat, call: Call, name: str, missing: str) -> Json:
        """The message of that chat that a call names. ApiError when there is none."""
        number = call.whole(name)
        if number <= 0:
            raise bad("message identifier is not specified")
        if number not in chat.messages:
            raise bad(missing)
        return chat.messages[number]

    def show(self, chat: Chat, message: Json, who: Who = "bot") -> ScreenMessage:
        """A message appears on the phone, and in the chat's memory."""
        chat.keep(message)
        seen = chat.screen.show(drawn(message, who, self.files))
        if who == "bot":
            self._reached(chat, message)
        return seen

    def change(self, chat: Chat, message: Json) -> None:
        """A message was edited: it changes in place."""
        before = chat.messages[message["message_id"]]
        chat.messages[message["message_id"]] = message
        seen = chat.screen.find(str(message["message_id"]))
        if seen is not None:
            redraw(seen, message, self.files)
            seen.edited = True
            chat.screen.touch(seen)
        news = (words(message), picture_id(message)) != (words(before), picture_id(before))
        if news and self.wrote(message):
            self._reached(chat, message)

    def wrote(self, message: Json) -> bool:
        """Whether the message is the bot's own; in a channel, all are the channel's."""
        return "sender_chat" in message or bool(message["from"]["id"] == self.bot.id)

    def tell(self, kind: str, payload: Json, chat: Chat) -> None:
        """An update about a chat: it waits in the chat's own line."""
        update = self.updates.add(kind, payload, ("chat", chat.id), MESSAGES_LIVE)
        if update is not None:
            self.wake(update.line)

    def wake(self, line: tuple[str, int]) -> None:
        """Something waits: for the webhook's worker, or for whoever polls."""
        self.deliveries.wake(line)
        self.polling.wake()

    def _public(self, name: str) -> Chat | None:
        """The group or channel that is known by that name."""
        wanted = name.removeprefix("@").lower() if name.startswith("@") else None
        return next((c for c in self.chats.values() if c.username and c.username.lower() == wanted), None)

    def _reached(self, chat: Chat, message: Json) -> None:
        if chat.person is None:
            return
        file = self.files.find(picture_id(message) or "")
        picture = self.world.media.get(file.key) if file else None
        self.world.ledger.reached(
            "telegram", chat.name, text=words(message), image=picture.content if picture else None
        )
