"""What a bot tells Telegram when it opens: where updates go, which commands the menu shows, what it says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from bot.channels import Patience, patiently, shortened
from bot.channels.telegram.kinds import UPDATES
from bot.channels.telegram.outbound import Call
from bot.channels.telegram.send import Line
from bot.conversation.channel import ChannelError

T = TypeVar("T")

#: What everybody sees whose language has no commands of its own.
DEFAULT_LANGUAGE = "en"
#: https://core.telegram.org/bots/api#botcommand
MOST_SUMMARY = 256
#: In an empty chat, and in the bot's profile: https://core.telegram.org/bots/api#setmydescription
_DESCRIPTIONS = (("Description", "description", 512), ("ShortDescription", "short_description", 120))


class LastSaid(Protocol):
    """What was said last, remembered from start to start; it may hold secrets, so it is told from other words only."""

    async def was(self, words: str) -> bool:
        """Whether these words were the last."""

    async def note(self, words: str) -> None:
        """From now on these are; "" while nobody knows."""


class Opening:
    """Says it call by call; each call is tried for a while, and all of them bear repetition."""

    def __init__(self, line: Line, patience: Patience, *, looks_only: bool = False) -> None:
        """`looks_only`: nothing is changed, and what would be is in `differs`."""
        self._line = line
        self._patience = patience
        self._looks_only = looks_only
        self.differs: list[str] = []

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
            await self._change("menu button", "setChatMenuButton", {"menu_button": {"type": "commands"}})
        return str(me.get("username", ""))

    async def describe(self, words: Mapping[str, str]) -> None:
        """What the bot says of itself (language → words), in an empty chat and in its profile."""
        await self._set_descriptions(words.get(DEFAULT_LANGUAGE, ""), {})
        for code, said in _by_code(words).items():
            await self._set_descriptions(said, {"language_code": code})

    async def look_at_door(self, url: str, connections: int) -> None:
        """Whether updates come to that address, all kinds that we ask for; "" where they are polled."""
        self.differs += _other_door(await self._ask("getWebhookInfo"), url, connections)

    async def listen_at(self, url: str, secret: str, connections: int, last: LastSaid | None) -> None:
        """Updates come to that address.

        Said where Telegram holds something else, where something else was said last (it does not show the secret),
        and where updates wait, because saying it brings them at once. Whoever remembers nothing says it always.
        """
        hook = {
            "url": url,
            "secret_token": secret,
            "allowed_updates": list(UPDATES),
            "max_connections": connections,
        }
        words = json.dumps(hook, sort_keys=True)
        if last is None:
            await self._ask("setWebhook", hook)
            return
        there = await self._ask("getWebhookInfo")
        stands = not _other_door(there, url, connections) and await last.was(words)
        if stands and not there.get("pending_update_count"):
            return
        if not stands:
            await last.note("")  # should we die in between, nobody knows which secret counts
        await self._ask("setWebhook", hook)
        await last.note(words)

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
            await self._change(f"commands {_named(scope)}", "setMyCommands", {"commands": wanted, **scope})

    async def _set_descriptions(self, words: str, scope: Mapping[str, str]) -> None:
        for method, field, longest in _DESCRIPTIONS:
            wanted = shortened(words, longest)
            if (await self._ask(f"getMy{method}", scope)).get(field, "") != wanted:
                what = f"{field.replace('_', ' ')} {_named(scope)}"
                await self._change(what, f"setMy{method}", {field: wanted, **scope})

    async def _change(self, what: str, method: str, fields: Mapping[str, Any]) -> None:
        self.differs.append(what)
        if not self._looks_only:
            await self._ask(method, fields)

    async def _ask(self, method: str, fields: Mapping[str, Any] | None = None) -> Any:
        result = await patiently(lambda: self._line.once(Call(method, dict(fields or {}))), self._patience)
        if result is None:
            raise ChannelError("undecodable")
        return result


def _other_door(there: Mapping[str, Any], url: str, connections: int) -> list[str]:
    """What Telegram holds of the webhook otherwise; where updates are polled only the address counts."""
    found = ["webhook address"] if there.get("url", "") != url else []
    if url and sorted(there.get("allowed_updates") or ()) != sorted(UPDATES):
        found.append("kinds of updates")
    if url and there.get("max_connections", connections) != connections:
        found.append("connections at once")
    return found


def _named(scope: Mapping[str, str]) -> str:
    return f"({scope.get('language_code', 'all')})"


def _by_code(commands: Mapping[str, T]) -> dict[str, T]:
    """Telegram knows languages by two letters: the first of "pt-BR" and "pt-PT" speaks for "pt"."""
    found: dict[str, T] = {}
    for language, summaries in commands.items():
        code = language.replace("_", "-").split("-")[0].lower()
        if len(code) == 2:
            found.setdefault(code, summaries)
    return found
