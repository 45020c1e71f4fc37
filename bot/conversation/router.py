"""Which handler answers what: looked up by key, never by order, and a key belongs to one handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.conversation.messages import Reply

Handler = Callable[..., Awaitable[Reply]]
#: Words a mail or a message to the staff.
Writer = Callable[..., Awaitable[Any]]
W = TypeVar("W", bound=Writer)
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True)
class Command:
    """A command as menus show it. `summary` is English source text; None hides the command."""

    name: str
    summary: str | None
    handler: Handler


#: What would happen, in words; or a refusal.
Preview = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class StaffCommand:
    """A command of the staff chat, in the operator's language.

    `act(shop, words, key)` carries it out and says what came of it; what it does under one key happens once.
    `preview(shop, words)` says what would happen: such a command waits for its author's "/yes". None: nothing that
    would have to be confirmed.
    """

    name: str
    summary: str
    act: Callable[..., Awaitable[str]]
    preview: Preview | None = None


class Taken(ValueError):
    """Two handlers want the same key."""


class Router:
    """Collects handlers; several routers make one."""

    def __init__(self, *, business: bool = True, always: bool = False) -> None:
        """`always`: heard even by a chat that has had its answers for today; rights are, by themselves."""
        self.commands: dict[str, Command] = {}
        self.staff_commands: dict[str, StaffCommand] = {}
        self.keys: dict[tuple[str, Any], Handler] = {}
        self._business = business
        self._always = always or not business
        self.aside: set[Handler] = set()
        self.essential: set[Handler] = set()

    def is_business(self, handler: Handler) -> bool:
        """Whether whoever is answered by it does business with us. Exercising a right does not prolong what is kept."""
        return handler not in self.aside

    def is_essential(self, handler: Handler) -> bool:
        """Whether it answers however much was asked already: about orders and rights, and on the way to a person."""
        return handler in self.essential

    def command(self, name: str, summary: str | None = None) -> Callable[[H], H]:
        """Answers "/name words"; the handler gets the words."""

        def register(handler: H) -> H:
            self._claim(self.commands, name, Command(name, summary, handler))
            self._note(handler)
            return handler

        return register

    def press(self, action: type[Any]) -> Callable[[H], H]:
        """Answers a button; the handler gets the action."""
        return self._on("press", action)

    def answer(self, asks: str) -> Callable[[H], H]:
        """Answers the words that follow a `Question(asks=…)`; the handler gets the words."""
        return self._on("answer", asks)

    def intent(self, name: str) -> Callable[[H], H]:
        """Answers free text that was understood as `name`; the handler gets the words."""
        return self._on("intent", name)

    def news(self, item: type[Any]) -> Callable[[H], H]:
        """Words an item of news; the handler gets the item."""
        return self._on("news", item)

    def letter(self, item: type[Any]) -> Callable[[W], W]:
        """Words an item as a mail; the handler gets the shop and the item."""
        return self._on("letter", item)

    def last_word(self, item: type[Any]) -> Callable[[W], W]:
        """Words the last message of a chat that is no more; the handler gets the shop and the item."""
        return self._on("last", item)

    def sheet(self, item: type[Any]) -> Callable[[W], W]:
        """Words a paper; the handler gets the shop and the facts, and gives the press its finished words."""
        return self._on("sheet", item)

    def toast(self, item: type[Any]) -> Callable[[W], W]:
        """Words an item in one line that a platform shows by itself; the handler gets the shop and the item."""
        return self._on("toast", item)

    def words_for_staff(self, item: type[Any]) -> Callable[[W], W]:
        """Words an item for the staff chat; the handler gets the shop and the item."""
        return self._on("staff", item)

    def staff(self, name: str, summary: str, preview: Preview | None = None) -> Callable[[W], W]:
        """Answers "/name words" of a member of staff; with a `preview` only after that member's "/yes"."""

        def register(act: W) -> W:
            self._claim(self.staff_commands, name, StaffCommand(name, summary, act, preview))
            return act

        return register

    def hears(self, event: type[Any] | str) -> Callable[[H], H]:
        """Answers a whole kind of event, such as `Sent`; the handler gets the event."""
        return self._on("event", event)

    def find(self, kind: str, key: Any) -> Handler | None:
        """The handler of that key, or None."""
        return self.keys.get((kind, key))

    def include(self, others: Iterable[Router]) -> Router:
        """Take in other routers; Taken when a key is claimed twice."""
        for other in others:
            for name, command in other.commands.items():
                self._claim(self.commands, name, command)
            for name, order in other.staff_commands.items():
                self._claim(self.staff_commands, name, order)
            for key, handler in other.keys.items():
                self._claim(self.keys, key, handler)
            self.aside |= other.aside
            self.essential |= other.essential
        return self

    def _on(self, kind: str, key: Any) -> Callable[[W], W]:
        def register(handler: W) -> W:
            self._claim(self.keys, (kind, key), handler)
            self._note(handler)
            return handler

        return register

    def _note(self, handler: Handler) -> None:
        if not self._business:
            self.aside.add(handler)
        if self._always:
            self.essential.add(handler)

    @staticmethod
    def _claim(table: dict[Any, Any], key: Any, value: Any) -> None:
        if key in table:
            raise Taken(str(key))
        table[key] = value
