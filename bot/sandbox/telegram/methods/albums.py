"""Sending several pictures or files as one."""

from __future__ import annotations

from random import randrange
from typing import Any

from bot.sandbox.telegram import outgoing
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.methods.sending import document, picture

#: https://core.telegram.org/bots/api#sendmediagroup
FEWEST, MOST = 2, 10
_SHARED = (
    "chat_id", "message_thread_id", "protect_content", "business_connection_id", "reply_parameters",
    "reply_to_message_id", "allow_sending_without_reply",
)  # fmt: skip


async def send_media_group(cloud: Cloud, call: Call) -> list[Json]:
    media = call.structure("media", "media")
    if not isinstance(media, list) or not all(isinstance(one, dict) for one in media):
        raise bad("can't parse media JSON object")
    if not media:
        raise bad("there are no messages to send")
    if not FEWEST <= len(media) <= MOST:
        raise bad(
            "too many messages to send as an album" if len(media) > MOST else "too few messages to send"
        )
    cloud.open_chat(call)
    contents = [await read(cloud, call, one) for one in media]
    if len({next(iter(content)) for content in contents}) > 1:
        raise bad("document can't be mixed with other media types")
    group = {"media_group_id": str(randrange(10**16, 10**17))}
    plain = Call({name: call.text(name) for name in _SHARED if call.has(name)})
    return [outgoing.send(cloud, plain, content | group) for content in contents]


async def read(cloud: Cloud, call: Call, media: Json) -> Json:
    """A described picture or file with its words, as the fields of a Message."""
    words = outgoing.caption(cloud, Call(media)).as_json("caption", "caption_entities")
    source = str(media.get("media", ""))
    match media.get("type"):
        case "photo":
            content: Json = {"photo": await picture(cloud, call, source, "media")}
        case "document":
            content = {"document": await document(cloud, call, source, "media")}
        case _:
            raise bad("can't parse InputMedia: type must be photo or document here")
    return content | words


METHODS: dict[str, Any] = {"sendMediaGroup": send_media_group}
