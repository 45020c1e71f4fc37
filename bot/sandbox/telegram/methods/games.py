"""Sending a game that the bot has at BotFather."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram import outgoing
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad


async def send_game(cloud: Cloud, call: Call) -> Json:
    game = cloud.profile.games.get(call.text("game_short_name"))
    if game is None:
        raise bad("wrong game short name specified")
    return outgoing.send(cloud, call, {"game": game})


METHODS: dict[str, Any] = {"sendGame": send_game}
