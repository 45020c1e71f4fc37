"""What a bot says of itself: its commands, descriptions, names and menu button, per language and scope."""

from __future__ import annotations

from bot.sandbox.telegram.calls import Json

#: A command menu belongs to a scope (its kind, a chat, a user) and a language.
Menu = tuple[str, int, int, str]

MOST_GAMES = 100
#: Menus, and menu buttons of single chats, that can be set; the oldest goes when there are more.
MOST_MENUS = 10_000


class Profile:
    """Everything that setMy… has set. Languages are two letters, or empty for everybody else."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.descriptions: dict[str, str] = {}
        self.short_descriptions: dict[str, str] = {}
        self.commands: dict[Menu, list[Json]] = {}
        #: By private chat; 0 is the default of all.
        self.buttons: dict[int, Json] = {}
        #: The bot's picture, smallest size first; empty for none.
        self.photo: list[Json] = []
        #: What it has at BotFather, by short name.
        self.games: dict[str, Json] = {}
        #: What the bot asks for when it is made an administrator: in channels (True), in groups (False).
        self.rights: dict[bool, frozenset[str]] = {}

    def set_commands(self, menu: Menu, commands: list[Json]) -> None:
        """No commands remove the menu."""
        self.commands.pop(menu, None)
        if commands:
            self.commands[menu] = commands
        if len(self.commands) > MOST_MENUS:
            del self.commands[next(iter(self.commands))]

    def set_button(self, chat_id: int, button: Json) -> None:
        """The button beside the input field of one chat, or of all."""
        self.buttons.pop(chat_id, None)
        self.buttons[chat_id] = button
        if len(self.buttons) > MOST_MENUS:
            del self.buttons[next(iter(self.buttons))]

    def add_game(self, short_name: str, game: Json) -> None:
        """A game; ValueError when there are too many."""
        if len(self.games) >= MOST_GAMES:
            raise ValueError(f"a bot of the sandbox has no more than {MOST_GAMES} games")
        self.games[short_name] = game

    def seen_by(self, chat_id: int, language: str) -> list[Json]:
        """The commands that a private chat's menu shows: the narrowest scope that has any."""
        scopes = (("chat", chat_id, 0), ("all_private_chats", 0, 0), ("default", 0, 0))
        for scope in scopes:
            for spoken in (language, ""):
                if found := self.commands.get((*scope, spoken)):
                    return found
        return []
