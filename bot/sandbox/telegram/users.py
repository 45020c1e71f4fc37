"""People and bots with an account, and how new ones are named."""

from __future__ import annotations

from dataclasses import dataclass
from random import randrange
from zlib import crc32

from bot.sandbox.telegram.calls import Json

#: Real ones no longer fit 32 bits, and never exceed 52: https://core.telegram.org/bots/api#user
USER_IDS = (2**33, 2**52)
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
    last_name: str | None = None

    def as_json(self, *, own: bool = False) -> Json:
        """The User object; `own`: in an update that this person caused, which tells the language too."""
        user: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.last_name:
            user["last_name"] = self.last_name
        if self.username:
            user["username"] = self.username
        if own and self.language:
            user["language_code"] = self.language
        return user


def new_user(name: str, language: str | None = "en") -> User:
    """Somebody new: a capitalized name when the short one is a word, else one that suits it."""
    plain = name.isalpha() and len(name) > 1
    first = name.capitalize() if plain else _FIRST_NAMES[crc32(name.encode()) % len(_FIRST_NAMES)]
    return User(randrange(*USER_IDS), first, language)
