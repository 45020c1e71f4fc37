"""Asking about chats and files, and leaving."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad, forbidden
from bot.sandbox.telegram.files import LARGEST_DOWNLOAD
from bot.sandbox.telegram.gatherings import part
from bot.sandbox.telegram.members import Member

_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
_ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
        "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    }
)  # fmt: skip


async def get_chat(cloud: Cloud, call: Call) -> Json:
    chat = cloud.chat(call)
    told: Json = chat.as_json() | {
        "accent_color_id": chat.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }
    if chat.kind in ("supergroup", "forum"):
        told |= {
            "permissions": {"can_send_messages": True, "can_manage_topics": True},
            "join_to_send_messages": True,
        }
    if username := told.get("username"):
        told["active_usernames"] = [username]
    if chat.description:
        told["description"] = chat.description
    if chat.photo:
        told["photo"] = chat_photo(chat.photo)
    if chat.pinned:
        told["pinned_message"] = chat.messages[max(chat.pinned)]
    return told


def chat_photo(sizes: list[Json]) -> Json:
    """The ChatPhoto object of a picture's sizes."""
    small, big = sizes[0], sizes[-1]
    return {
        "small_file_id": small["file_id"],
        "small_file_unique_id": small["file_unique_id"],
        "big_file_id": big["file_id"],
        "big_file_unique_id": big["file_unique_id"],
    }


async def get_chat_member(cloud: Cloud, call: Call) -> Json:
    chat, user_id = cloud.chat(call), call.whole("user_id")
    person = cloud.person(user_id)
    if person is None:
        raise bad("user not found" if user_id > 0 else "invalid user_id specified")
    if chat.person is not None:
        if user_id not in (chat.id, cloud.bot.id):
            raise bad("PARTICIPANT_ID_INVALID")
        return Member(person).as_json(channel=False)
    member = chat.members.find(user_id)
    if member is None:
        raise bad("PARTICIPANT_ID_INVALID")
    return member.as_json(channel=chat.kind == "channel")


async def get_chat_administrators(cloud: Cloud, call: Call) -> list[Json]:
    chat = cloud.open_chat(call)
    if chat.person is not None:
        raise bad("there are no administrators in the private chat")
    others = call.flag("return_bots")
    return [
        member.as_json(channel=chat.kind == "channel")
        for member in chat.members.leading()
        if others or not member.user.is_bot or member.user is cloud.bot
    ]


async def get_chat_member_count(cloud: Cloud, call: Call) -> int:
    chat = cloud.open_chat(call)
    return 2 if chat.person is not None else len(chat.members)


async def leave_chat(cloud: Cloud, call: Call) -> bool:
    chat = cloud.chat(call)
    if chat.person is not None:
        raise bad("chat member status can't be changed in private chats")
    if not chat.started:
        raise forbidden(f"bot is not a member of the {chat.as_json()['type']} chat")
    part(cloud, chat)
    return True


async def send_chat_action(cloud: Cloud, call: Call) -> bool:
    if call.text("action").lower() not in _ACTIONS:
        raise bad("wrong parameter action in request")
    cloud.open_chat(call)
    return True


async def get_file(cloud: Cloud, call: Call) -> Json:
    file_id = call.text("file_id")
    file = cloud.files.find(file_id)
    if file is None:
        raise bad("invalid file_id")
    if file.length > LARGEST_DOWNLOAD:
        raise bad("file is too big")
    if await cloud.files.content(file) is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    shown = (
        file.shown if isinstance(file.shown, dict) else next(s for s in file.shown if s["file_id"] == file_id)
    )
    known = {name: shown[name] for name in ("file_id", "file_unique_id", "file_size") if name in shown}
    return known | {"file_path": file.path}


METHODS: dict[str, Any] = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "sendChatAction": send_chat_action,
    "getFile": get_file,
}
