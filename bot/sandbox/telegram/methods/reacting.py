"""Reacting to a message with an emoji."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad

#: https://core.telegram.org/bots/api#reactiontypeemoji
EMOJI = frozenset(
    [
        "❤",
        "👍",
        "👎",
        "🔥",
        "🥰",
        "👏",
        "😁",
        "🤔",
        "🤯",
        "😱",
        "🤬",
        "😢",
        "🎉",
        "🤩",
        "🤮",
        "💩",
        "🙏",
        "👌",
        "🕊",
        "🤡",
        "🥱",
        "🥴",
        "😍",
        "🐳",
        "❤\u200d🔥",
        "🌚",
        "🌭",
        "💯",
        "🤣",
        "⚡",
        "🍌",
        "🏆",
        "💔",
        "🤨",
        "😐",
        "🍓",
        "🍾",
        "💋",
        "🖕",
        "😈",
        "😴",
        "😭",
        "🤓",
        "👻",
        "👨\u200d💻",
        "👀",
        "🎃",
        "🙈",
        "😇",
        "😨",
        "🤝",
        "✍",
        "🤗",
        "🫡",
        "🎅",
        "🎄",
        "☃",
        "💅",
        "🤪",
        "🗿",
        "🆒",
        "💘",
        "🙉",
        "🦄",
        "😘",
        "💊",
        "🙊",
        "😎",
        "👾",
        "🤷\u200d♂",
        "🤷",
        "🤷\u200d♀",
        "😡",
    ]
)
#: How many a bot may set.
MOST = 1


async def set_message_reaction(cloud: Cloud, call: Call) -> bool:
    chat = cloud.open_chat(call)
    message = cloud.message(chat, call, "message_id", "message to react not found")
    reactions = call.structure("reaction", "reaction types") or []
    if not isinstance(reactions, list) or not all(isinstance(one, dict) for one in reactions):
        raise bad("can't parse reaction types JSON object")
    if len(reactions) > MOST:
        raise bad("REACTIONS_TOO_MANY")
    emoji = [str(one.get("emoji", "")).rstrip("\ufe0f") for one in reactions]
    if not all(one.get("type") == "emoji" for one in reactions) or not EMOJI.issuperset(emoji):
        raise bad("REACTION_INVALID")
    seen = chat.screen.find(str(message["message_id"]))
    if seen is not None:
        seen.extra = {name: value for name, value in seen.extra.items() if name != "reaction"}
        seen.extra |= {"reaction": emoji[0]} if emoji else {}
        chat.screen.touch(seen)
    return True


METHODS: dict[str, Any] = {"setMessageReaction": set_message_reaction}
