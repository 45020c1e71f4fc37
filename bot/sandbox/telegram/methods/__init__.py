"""The methods of the Bot API that a bot of this kind calls, by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.methods import (
    about_accounts,
    about_bot,
    about_chats,
    albums,
    copying,
    editing,
    facts,
    games,
    inviting,
    keeping,
    paying,
    polls,
    queries,
    reacting,
    receiving,
    sending,
    topics,
)

Method = Callable[[Cloud, Call], Awaitable[Any]]

#: By the name that Telegram's pages give it.
METHODS: dict[str, Method] = {
    **receiving.METHODS,
    **about_bot.METHODS,
    **about_chats.METHODS,
    **sending.METHODS,
    **copying.METHODS,
    **editing.METHODS,
    **queries.METHODS,
    **paying.METHODS,
    **topics.METHODS,
    **facts.METHODS,
    **games.METHODS,
    **albums.METHODS,
    **polls.METHODS,
    **reacting.METHODS,
    **keeping.METHODS,
    **inviting.METHODS,
    **about_accounts.METHODS,
}
#: Clients may spell a method in any case.
SPELLINGS = {name.lower(): name for name in METHODS}
