"""What a bot tells Telegram when it opens: where updates go, and which commands the menu shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels import Patience, patiently, shortened
from bot.channels.telegram.inbound import UPDATES
from bot.channels.telegram.outbound import Call
from bot.channels.telegram.send import Line
from bot.conversation.channel import ChannelError

#: What everybody sees whose language has no commands of its own.
DEFAULT_LANGUAGE = "en"
#: https://core.telegram.org/bots/api#botcommand
MOST_SUMMARY = 256


class Opening:
    """Says it call by call; each call is tried for a while, and all of them bear repetition."""

    def __init__(self, line: Line, patience: Patience) -> None:
        self._line = line
        self._patience = patience

    async def introduce(self, commands: Mapping[str, Mapping[str, str]]) -> str:
        """The commands of each language (language → command → summary), written only where they differ.

        Returns the bot's own name, under which travellers find it.
        """
        me = await self._ask("getMe")
        if not me.get("is_bot"):
            raise ChannelError("the token is not a bot's")
        await self._set_commands(commands.get(DEFAULT_LANGUAGE, {}), {})
        for code, summaries in _by_code(commands).items():
            await self._set_commands(summaries, {"language_code": code})
        if (await self._ask("getChatMenuButton")).get("type") != "commands":
            await self._ask("setChatMenuButton", {"menu_button": {"type": "commands"}})
        return str(me.get("username", ""))

    async def listen_at(self, url: str, secret: str, connections: int) -> None:
        """Updates come to that address. Said at every start: whether the secret is still ours is not shown."""
        hook = {
            "url": url,
            "secret_token": secret,
            "allowed_updates": list(UPDATES),
            "max_connections": connections,
        }
        await self._ask("setWebhook", hook)

    async def stop_listening(self) -> None:
        """Updates wait until they are asked for."""
        if (await self._ask("getWebhookInfo")).get("url"):
            await self._ask("deleteWebhook")

    async def _set_commands(self, summaries: Mapping[str, str], scope: Mapping[str, str]) -> None:
        wanted = [
            {"command": name, "description": shortened(summary, MOST_SUMMARY)}
            for name, summary in summaries.items()
        ]
        if await self._ask("getMyCommands", scope) != wanted:
            await self._ask("setMyCommands", {"commands": wanted, **scope})

    async def _ask(self, method: str, fields: Mapping[str, Any] | None = None) -> Any:
        result = await patiently(lambda: self._line.once(Call(method, dict(fields or {}))), self._patience)
        if result is None:
            raise ChannelError("undecodable")
        return result


def _by_code(commands: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """Telegram knows languages by two letters: the first of "pt-BR" and "pt-PT" speaks for "pt"."""
    found: dict[str, Mapping[str, str]] = {}
    for language, summaries in commands.items():
        code = language.replace("_", "-").split("-")[0].lower()
        if len(code) == 2:
            found.setdefault(code, summaries)
    return found
