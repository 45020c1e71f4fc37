"""Keeping a group or a channel: its title, its picture, who leads it, what is pinned to its top."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.members import IN_CHANNELS, IN_GROUPS, RIGHTS, Member

#: https://core.telegram.org/bots/api#setchattitle and #setchatdescription
LONGEST_TITLE = 128
LONGEST_DESCRIPTION = 255
_INFO = "can_change_info"


async def set_chat_title(cloud: Cloud, call: Call) -> bool:
    chat, title = cloud.ruled_chat(call, _INFO), call.text("title").strip()
    if not title:
        raise bad("CHAT_TITLE_EMPTY")
    if len(title) > LONGEST_TITLE:
        raise bad("CHAT_TITLE_TOO_LONG")
    if title == chat.name:
        raise bad("CHAT_NOT_MODIFIED")
    chat.name = title
    _note(cloud, chat, {"new_chat_title": title})
    return True


async def set_chat_description(cloud: Cloud, call: Call) -> bool:
    chat, description = cloud.ruled_chat(call, _INFO), call.text("description").strip()
    if len(description) > LONGEST_DESCRIPTION:
        raise bad("CHAT_ABOUT_TOO_LONG")
    if description == chat.description:
        raise bad("CHAT_ABOUT_NOT_MODIFIED")
    chat.description = description
    return True


async def set_chat_photo(cloud: Cloud, call: Call) -> bool:
    chat, upload = cloud.ruled_chat(call, _INFO), call.upload("photo")
    if upload is None:
        raise bad("there is no photo in the request")
    chat.photo = await cloud.files.photo(upload)
    _note(cloud, chat, {"new_chat_photo": chat.photo})
    return True


async def delete_chat_photo(cloud: Cloud, call: Call) -> bool:
    chat = cloud.ruled_chat(call, _INFO)
    if not chat.photo:
        raise bad("CHAT_NOT_MODIFIED")
    chat.photo = []
    _note(cloud, chat, {"delete_chat_photo": True})
    return True


async def promote_chat_member(cloud: Cloud, call: Call) -> bool:
    chat = cloud.ruled_chat(call, "can_promote_members")
    member = chat.members.find(call.whole("user_id"))
    if member is None:
        raise bad("user not found")
    if member.status == "creator":
        raise bad("can't remove chat owner")
    rights = frozenset(right for right in (*RIGHTS, *IN_CHANNELS, *IN_GROUPS) if call.flag(right))
    chat.members.add(Member(member.user, "administrator" if rights else "member", rights))
    return True


async def pin_chat_message(cloud: Cloud, call: Call) -> bool:
    chat = _pinning(cloud, call)
    number: int = cloud.message(chat, call, "message_id", "message to pin not found")["message_id"]
    if number in chat.pinned:
        chat.pinned.remove(number)
    chat.pinned.append(number)
    _note(cloud, chat, {"pinned_message": _flat(chat, number)})
    return True


async def unpin_chat_message(cloud: Cloud, call: Call) -> bool:
    """Without a message in the call, the newest."""
    chat = _pinning(cloud, call)
    number = call.whole("message_id") if call.has("message_id") else max(chat.pinned, default=0)
    if number not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(number)
    return True


async def unpin_all_chat_messages(cloud: Cloud, call: Call) -> bool:
    _pinning(cloud, call).pinned.clear()
    return True


def _pinning(cloud: Cloud, call: Call) -> Chat:
    chat = cloud.open_chat(call)
    if chat.person is None:
        cloud.ruled_chat(call, "can_edit_messages" if chat.kind == "channel" else "can_pin_messages")
    return chat


def _flat(chat: Chat, number: int) -> dict[str, Any]:
    return {name: value for name, value in chat.messages[number].items() if name != "reply_to_message"}


def _note(cloud: Cloud, chat: Chat, what: dict[str, Any]) -> None:
    """A line in the chat that tells what was done."""
    message = {
        "message_id": chat.next_id(),
        **chat.author(cloud.bot),
        "chat": chat.as_json(),
        "date": cloud.now(),
        **what,
    }
    cloud.show(chat, message)


METHODS: dict[str, Any] = {
    "setChatTitle": set_chat_title,
    "setChatDescription": set_chat_description,
    "setChatPhoto": set_chat_photo,
    "deleteChatPhoto": delete_chat_photo,
    "promoteChatMember": promote_chat_member,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "unpinAllChatMessages": unpin_all_chat_messages,
}
