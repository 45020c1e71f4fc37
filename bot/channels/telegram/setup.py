"""What a bot tells Telegram when it opens: where updates go, and which commands the menu shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from aiogram.enums import MenuButtonType
from aiogram.methods import (
    DeleteWebhook,
    GetChatMenuButton,
    GetMe,
    GetMyCommands,
    GetWebhookInfo,
    SetChatMenuButton,
    SetMyCommands,
    SetWebhook,
    TelegramMethod,
)
from aiogram.types import BotCommand, MenuButtonCommands

from bot.channels import Patience, shortened
from bot.channels.telegram.inbound import UPDATES
from bot.channels.telegram.send import Line
from bot.conversation.channel import ChannelError

#: What everybody sees whose language has no commands of its own.
DEFAULT_LANGUAGE = "en"
#: https://core.telegram.org/bots/api#botcommand
MOST_SUMMARY = 256
T = TypeVar("T")


class Opening:
    """Says it call by call; each call is tried for a while, and all of them bear repetition."""

    def __init__(self, line: Line, patience: Patience) -> None:
        self._line = line
        self._patience = patience

    async def introduce(self, commands: Mapping[str, Mapping[str, str]]) -> None:
        """The commands of each language (language → command → summary), written only where they differ."""
        if not (await self._ask(GetMe())).is_bot:
            raise ChannelError("the token is not a bot's")
        await self._set_commands(commands.get(DEFAULT_LANGUAGE, {}), None)
        for code, summaries in _by_code(commands).items():
            await self._set_commands(summaries, code)
        if (await self._ask(GetChatMenuButton())).type != MenuButtonType.COMMANDS:
            await self._ask(SetChatMenuButton(menu_button=MenuButtonCommands()))

    async def listen_at(self, url: str, secret: str, connections: int) -> None:
        """Updates come to that address. Said at every start: whether the secret is still ours is not shown."""
        kinds = list(UPDATES)
        await self._ask(
            SetWebhook(url=url, secret_token=secret, allowed_updates=kinds, max_connections=connections)
        )

    async def stop_listening(self) -> None:
        """Updates wait until they are asked for."""
        if (await self._ask(GetWebhookInfo())).url:
            await self._ask(DeleteWebhook())

    async def _set_commands(self, summaries: Mapping[str, str], code: str | None) -> None:
        wanted = {name: shortened(summary, MOST_SUMMARY) for name, summary in summaries.items()}
        known = await self._ask(GetMyCommands(language_code=code))
        if [(command.command, command.description) for command in known] != list(wanted.items()):
            menu = [BotCommand(command=name, description=summary) for name, summary in wanted.items()]
            await self._ask(SetMyCommands(commands=menu, language_code=code))

    async def _ask(self, method: TelegramMethod[T]) -> T:
        return await self._line.typed(method, self._patience)


def _by_code(commands: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """Telegram knows languages by two letters: the first of "pt-BR" and "pt-PT" speaks for "pt"."""
    found: dict[str, Mapping[str, str]] = {}
    for language, summaries in commands.items():
        code = language.replace("_", "-").split("-")[0].lower()
        if len(code) == 2:
            found.setdefault(code, summaries)
    return found
