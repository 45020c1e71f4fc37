"""What every message of a bot goes through: where it belongs, what it answers, which buttons it carries."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram import texts
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.formatting import Formatted
from bot.sandbox.telegram.markup import read_markup


def send(cloud: Cloud, call: Call, content: Json, *, invoice: bool = False) -> Json:
    """A new message with that content; ApiError when it cannot be sent. Returns the Message object."""
    markup = call.structure("reply_markup", "reply keyboard markup")
    keyboard = read_markup(markup, invoice=invoice)
    if call.text("business_connection_id"):
        raise bad("business connection not found")
    chat = cloud.open_chat(call)
    if chat.person is None:
        keyboard = read_markup(markup, invoice=invoice, private=False)
    answered = _answered(chat, call)
    message: Json = {
        "message_id": chat.next_id(),
        **chat.author(cloud.bot),
        "chat": chat.as_json(),
        "date": cloud.now(),
        **in_topic(chat, call.whole("message_thread_id"), answered),
        **replying(answered),
        **content,
    }
    if call.flag("protect_content"):
        message["has_protected_content"] = True
    if keyboard:
        message["reply_markup"] = keyboard
    cloud.show(chat, message)
    return message


def in_topic(chat: Chat, topic: int, answered: Json | None = None) -> Json:
    """The fields that place a message in a thread; an answer goes where the question stands."""
    topic = topic or (answered or {}).get("message_thread_id", 0)
    if not topic:
        return {}
    if topic not in chat.topics:
        raise bad("message thread not found")
    return {"message_thread_id": topic, "is_topic_message": True}


def replying(answered: Json | None) -> Json:
    """The field that shows what a message answers, one level deep."""
    if answered is None:
        return {}
    return {"reply_to_message": {key: value for key, value in answered.items() if key != "reply_to_message"}}


def caption(cloud: Cloud, call: Call) -> Formatted:
    """The words under a picture or a file."""
    return texts.caption(
        call.text("caption"),
        call.text("parse_mode"),
        call.structure("caption_entities", "caption entities"),
        cloud.known,
    )


def _answered(chat: Chat, call: Call) -> Json | None:
    """The message that this one answers, or None. ApiError when there should be one and is not."""
    reply: Any = call.structure("reply_parameters", "reply parameters")
    if reply is None and call.has("reply_to_message_id"):
        reply = {
            "message_id": call.whole("reply_to_message_id"),
            "allow_sending_without_reply": call.flag("allow_sending_without_reply"),
        }
    if reply is None:
        return None
    if not isinstance(reply, dict):
        raise bad("object expected as reply parameters")
    if "message_id" not in reply:
        raise bad('can\'t find field "message_id"')
    wanted = Call(reply)
    found = chat.messages.get(wanted.whole("message_id"))
    if found is None and not wanted.flag("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return found
