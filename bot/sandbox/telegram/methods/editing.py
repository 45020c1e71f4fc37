"""Changing and removing what the bot has sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.sandbox.telegram import outgoing, texts
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import ApiError, bad
from bot.sandbox.telegram.formatting import units
from bot.sandbox.telegram.markup import read_markup
from bot.sandbox.telegram.methods.sending import document, picture, preview
from bot.sandbox.telegram.polls import settled

#: https://core.telegram.org/bots/api#deletemessage
DELETABLE = timedelta(hours=48)
MOST_DELETED = 100
_MEDIA = ("photo", "document", "voice")
_UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


async def edit_message_text(cloud: Cloud, call: Call) -> Json:
    if not call.text("text"):
        raise bad("message text is empty")
    text = texts.read(
        call.text("text"), call.text("parse_mode"), call.structure("entities", "entities"), cloud.known
    )
    chat, message = own(cloud, call)
    if "text" not in message:
        raise bad("there is no text in the message to edit")
    if not text.text:
        raise bad("MESSAGE_EMPTY")
    if units(text.text) > texts.LONGEST_TEXT:
        raise bad("MESSAGE_TOO_LONG")
    return _changed(
        cloud,
        chat,
        message,
        call,
        ("text", "entities", "link_preview_options"),
        text.as_json() | preview(call, text),
    )


async def edit_message_caption(cloud: Cloud, call: Call) -> Json:
    words = texts.read(
        call.text("caption"),
        call.text("parse_mode"),
        call.structure("caption_entities", "caption entities"),
        cloud.known,
    )
    chat, message = own(cloud, call)
    if not any(kind in message for kind in _MEDIA):
        raise bad("there is no caption in the message to edit")
    if units(words.text) > texts.LONGEST_CAPTION:
        raise bad("MEDIA_CAPTION_TOO_LONG")
    new = words.as_json("caption", "caption_entities")
    return _changed(cloud, chat, message, call, ("caption", "caption_entities"), new)


async def edit_message_media(cloud: Cloud, call: Call) -> Json:
    media = call.structure("media", "media")
    if not isinstance(media, dict):
        raise bad("can't parse media: expected an Object")
    described, source = Call(media), str(media.get("media", ""))
    words = outgoing.caption(cloud, described)
    chat, message = own(cloud, call)
    if not any(kind in message for kind in ("text", *_MEDIA)):
        raise bad("there is no media in the message to edit")
    match media.get("type"):
        case "photo":
            content: Json = {"photo": await picture(cloud, call, source, "media")}
        case "document":
            content = {"document": await document(cloud, call, source, "media")}
        case _:
            raise bad("can't parse media: type must be photo or document here")
    gone = ("text", "entities", "link_preview_options", *_MEDIA, "caption", "caption_entities")
    return _changed(cloud, chat, message, call, gone, content | words.as_json("caption", "caption_entities"))


async def edit_message_reply_markup(cloud: Cloud, call: Call) -> Json:
    chat, message = own(cloud, call)
    return _changed(cloud, chat, message, call, (), {})


async def delete_message(cloud: Cloud, call: Call) -> bool:
    chat = cloud.chat(call)
    message = cloud.message(chat, call, "message_id", "message to delete not found")
    if not _deletable(cloud, message):
        raise bad("message can't be deleted for everyone")
    _delete(chat, message)
    return True


async def delete_messages(cloud: Cloud, call: Call) -> bool:
    chat, ids = cloud.chat(call), call.structure("message_ids", "message identifiers")
    if not isinstance(ids, list) or not ids:
        raise bad("message identifiers are not specified")
    if len(ids) > MOST_DELETED:
        raise bad("too many message identifiers specified")
    found = [chat.messages[number] for number in ids if isinstance(number, int) and number in chat.messages]
    for message in found:
        if _deletable(cloud, message):
            _delete(chat, message)
    return True


def own(cloud: Cloud, call: Call) -> tuple[Chat, Json]:
    """The bot's own message that a call names."""
    if call.text("inline_message_id"):
        raise bad("MESSAGE_ID_INVALID")
    chat = cloud.open_chat(call)
    message = cloud.message(chat, call, "message_id", "message to edit not found")
    if not cloud.wrote(message) or "forward_origin" in message:
        raise bad("message can't be edited")
    return chat, settled(message, cloud.now())


def _changed(cloud: Cloud, chat: Chat, message: Json, call: Call, gone: tuple[str, ...], new: Json) -> Json:
    """The message with other content and other buttons; without buttons in the call, it has none."""
    markup = call.structure("reply_markup", "reply keyboard markup")
    keyboard = read_markup(markup, invoice="invoice" in message, edit=True, private=chat.person is not None)
    kept = {
        name: value for name, value in message.items() if name not in (*gone, "reply_markup", "edit_date")
    }
    changed = kept | new | ({"reply_markup": keyboard} if keyboard else {})
    if changed == {name: value for name, value in message.items() if name != "edit_date"}:
        raise _unchanged()
    changed["edit_date"] = cloud.now()
    cloud.change(chat, changed)
    return changed


def _unchanged() -> ApiError:
    return bad(_UNCHANGED)


def _deletable(cloud: Cloud, message: Json) -> bool:
    sent: int = message["date"]
    return cloud.now() - sent <= DELETABLE.total_seconds()


def _delete(chat: Chat, message: Json) -> None:
    chat.forget(message["message_id"])
    chat.screen.remove(str(message["message_id"]))


METHODS: dict[str, Any] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}
