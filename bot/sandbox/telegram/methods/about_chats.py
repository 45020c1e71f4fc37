"""Asking about chats and files, and leaving."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.chats import User
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad, forbidden
from bot.sandbox.telegram.files import LARGEST_DOWNLOAD

_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
_ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
        "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    }
)  # fmt: skip
_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
    "can_delete_stories", "can_pin_messages", "can_manage_topics", "can_send_welcome_messages",
)  # fmt: skip


async def get_chat(cloud: Cloud, call: Call) -> Json:
    chat = cloud.chat(call)
    told: Json = chat.as_json() | {
        "accent_color_id": chat.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }
    if chat.person is None:
        told |= {
            "permissions": {"can_send_messages": True, "can_manage_topics": True},
            "join_to_send_messages": True,
        }
    elif chat.person.username:
        told["active_usernames"] = [chat.person.username]
    return told


async def get_chat_member(cloud: Cloud, call: Call) -> Json:
    chat, user_id = cloud.chat(call), call.whole("user_id")
    person = cloud.person(user_id)
    if person is None:
        raise bad("user not found" if user_id > 0 else "invalid user_id specified")
    if chat.person is not None:
        inside = user_id in (chat.id, cloud.bot.id)
    else:
        inside = person in cloud.members.values() or (person.is_bot and chat.started)
    if not inside:
        raise bad("PARTICIPANT_ID_INVALID")
    if person.is_bot and chat.person is None:
        return administrator(person)
    return {"status": "member", "user": person.as_json()}


def administrator(person: User) -> Json:
    """The bot in the staff chat: it may read everything and keep topics."""
    return {
        "status": "administrator",
        "user": person.as_json(),
        "can_be_edited": False,
        "is_anonymous": False,
        **dict.fromkeys(_RIGHTS, True),
    }


async def leave_chat(cloud: Cloud, call: Call) -> bool:
    chat = cloud.chat(call)
    if chat.person is not None:
        raise bad("chat member status can't be changed in private chats")
    if not chat.started:
        raise forbidden("bot is not a member of the supergroup chat")
    chat.started = False
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
    "leaveChat": leave_chat,
    "sendChatAction": send_chat_action,
    "getFile": get_file,
}
