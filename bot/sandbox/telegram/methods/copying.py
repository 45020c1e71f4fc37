"""Sending again what is already in a chat: copied without a trace, or forwarded with its author."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram import outgoing
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad

_TEXT = ("text", "entities", "link_preview_options")
_MEDIA = ("photo", "document", "voice", "sticker", "location", "contact", "venue", "poll", "dice")
#: https://core.telegram.org/bots/api#copymessages
MOST = 100
_CAPTION = ("caption", "caption_entities")


async def copy_message(cloud: Cloud, call: Call) -> Json:
    original = _original(cloud, call, "message to copy not found", "message can't be copied")
    content = _content(original)
    if call.has("caption") and not any(name in content for name in _TEXT):
        content = {name: value for name, value in content.items() if name not in _CAPTION}
        content |= outgoing.caption(cloud, call).as_json(*_CAPTION)
    return {"message_id": outgoing.send(cloud, call, content)["message_id"]}


async def forward_message(cloud: Cloud, call: Call) -> Json:
    original = _original(cloud, call, "message to forward not found", "message can't be forwarded")
    origin = original.get("forward_origin") or _origin(original)
    return outgoing.send(cloud, _plain(call), _content(original) | {"forward_origin": origin})


async def copy_messages(cloud: Cloud, call: Call) -> list[Json]:
    captions = ("caption", "caption_entities") if call.flag("remove_caption") else ()
    there = _listed(cloud, call, "copy")
    return [
        {"message_id": outgoing.send(cloud, _plain(call), _content(one, captions))["message_id"]}
        for one in there
    ]


async def forward_messages(cloud: Cloud, call: Call) -> list[Json]:
    there = _listed(cloud, call, "forward")
    sent = [
        outgoing.send(
            cloud, _plain(call), _content(one) | {"forward_origin": one.get("forward_origin") or _origin(one)}
        )
        for one in there
    ]
    return [{"message_id": message["message_id"]} for message in sent]


def _listed(cloud: Cloud, call: Call, doing: str) -> list[Json]:
    """The messages that a call lists; those that are not there, or must stay, are left out."""
    cloud.open_chat(call)
    chat, ids = cloud.chat(call, "from_chat_id"), call.structure("message_ids", "message identifiers")
    if not isinstance(ids, list) or not ids:
        raise bad("message identifiers are not specified")
    if len(ids) > MOST:
        raise bad(f"too many messages to {doing}")
    if ids != sorted(set(ids)):
        raise bad("message identifiers must be in a strictly increasing order")
    found = [
        chat.messages[number] for number in ids if number in chat.messages and _movable(chat.messages[number])
    ]
    if not found:
        raise bad(f"there are no messages to {doing}")
    return found


def _plain(call: Call) -> Call:
    """Where the call wants it, without what it says of the content."""
    where = ("chat_id", "message_thread_id", "protect_content")
    return Call({name: call.text(name) for name in where if call.has(name)})


def _content(original: Json, without: tuple[str, ...] = ()) -> Json:
    kept = (*_TEXT, *_MEDIA, *_CAPTION)
    return {name: original[name] for name in kept if name in original and name not in without}


def _origin(original: Json) -> Json:
    if "sender_chat" in original:
        where = {"chat": original["chat"], "message_id": original["message_id"]}
        return {"type": "channel", **where, "date": original["date"]}
    return {"type": "user", "sender_user": original["from"], "date": original["date"]}


def _movable(original: Json) -> bool:
    return not original.get("has_protected_content") and any(name in original for name in ("text", *_MEDIA))


def _original(cloud: Cloud, call: Call, missing: str, unfit: str) -> Json:
    cloud.open_chat(call)
    original = cloud.message(cloud.chat(call, "from_chat_id"), call, "message_id", missing)
    if not _movable(original):
        raise bad(unfit)
    return original


METHODS: dict[str, Any] = {
    "copyMessage": copy_message,
    "copyMessages": copy_messages,
    "forwardMessage": forward_message,
    "forwardMessages": forward_messages,
}
