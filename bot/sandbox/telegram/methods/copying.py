"""Sending again what is already in a chat: copied without a trace, or forwarded with its author."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram import outgoing
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad

_TEXT = ("text", "entities", "link_preview_options")
_MEDIA = ("photo", "document", "voice", "sticker", "location", "contact")
_CAPTION = ("caption", "caption_entities")


async def copy_message(cloud: Cloud, call: Call) -> Json:
    original = _original(cloud, call, "message to copy not found", "message can't be copied")
    content = {name: original[name] for name in (*_TEXT, *_MEDIA, *_CAPTION) if name in original}
    if call.has("caption") and not any(name in content for name in _TEXT):
        content = {name: value for name, value in content.items() if name not in _CAPTION}
        content |= outgoing.caption(cloud, call).as_json(*_CAPTION)
    return {"message_id": outgoing.send(cloud, call, content)["message_id"]}


async def forward_message(cloud: Cloud, call: Call) -> Json:
    original = _original(cloud, call, "message to forward not found", "message can't be forwarded")
    content = {name: original[name] for name in (*_TEXT, *_MEDIA, *_CAPTION) if name in original}
    origin = original.get("forward_origin") or {
        "type": "user",
        "sender_user": original["from"],
        "date": original["date"],
    }
    where = ("chat_id", "message_thread_id", "protect_content")
    plain = Call({name: call.text(name) for name in where if call.has(name)})
    return outgoing.send(cloud, plain, content | {"forward_origin": origin})


def _original(cloud: Cloud, call: Call, missing: str, unfit: str) -> Json:
    cloud.open_chat(call)
    original = cloud.message(cloud.chat(call, "from_chat_id"), call, "message_id", missing)
    if original.get("has_protected_content") or not any(name in original for name in ("text", *_MEDIA)):
        raise bad(unfit)
    return original


METHODS: dict[str, Any] = {"copyMessage": copy_message, "forwardMessage": forward_message}
