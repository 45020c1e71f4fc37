"""Answering a tap on a button."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.formatting import units

#: https://core.telegram.org/bots/api#answercallbackquery
LONGEST_TOAST = 200


async def answer_callback_query(cloud: Cloud, call: Call) -> bool:
    toast, url = call.text("text"), call.text("url")
    if units(toast) > LONGEST_TOAST:
        raise bad("MESSAGE_TOO_LONG")
    if url and not url.removeprefix("https://").startswith(f"t.me/{cloud.bot.username}?start="):
        raise bad("URL_INVALID")
    query = cloud.queries.answered(call.text("callback_query_id"), "tap")
    if toast and query.seen is not None:
        query.seen.toast = toast
        query.chat.screen.touch(query.seen)
    return True


METHODS: dict[str, Any] = {"answerCallbackQuery": answer_callback_query}
