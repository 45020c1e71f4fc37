"""What accounts have: pictures, sounds, gifts, Stars, and the rights that a bot asks for."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.members import IN_CHANNELS, IN_GROUPS, RIGHTS
from bot.sandbox.telegram.methods.sending import uploaded

#: https://core.telegram.org/bots/api#getuserprofilephotos
MOST_PHOTOS = 100
#: How long a prepared message can be sent.
PREPARED_LIVE = timedelta(days=1)


async def get_user_profile_photos(cloud: Cloud, call: Call) -> Json:
    """People in the sandbox have no picture; the bot has at most one."""
    mine = [cloud.profile.photo] if cloud.profile.photo and _account(cloud, call) == cloud.bot.id else []
    offset = call.whole("offset", 0, 0)
    limit = call.whole("limit", MOST_PHOTOS, 1, MOST_PHOTOS)
    return {"total_count": len(mine), "photos": mine[offset : offset + limit]}


async def get_user_profile_audios(cloud: Cloud, call: Call) -> Json:
    _account(cloud, call)
    return {"total_count": 0, "audios": []}


async def set_my_profile_photo(cloud: Cloud, call: Call) -> bool:
    described = call.structure("photo", "input profile photo")
    if not isinstance(described, dict) or described.get("type") != "static":
        raise bad("can't parse InputProfilePhoto: type must be static here")
    upload = uploaded(call, str(described.get("photo", "")), "photo")
    if upload is None:
        raise bad("profile photo must be uploaded as a new file")
    cloud.profile.photo = await cloud.files.photo(upload)
    return True


async def remove_my_profile_photo(cloud: Cloud, _call: Call) -> bool:
    cloud.profile.photo = []
    return True


async def get_user_gifts(cloud: Cloud, call: Call) -> Json:
    _account(cloud, call)
    return {"total_count": 0, "gifts": []}


async def get_chat_gifts(cloud: Cloud, call: Call) -> Json:
    cloud.chat(call)
    return {"total_count": 0, "gifts": []}


async def get_my_star_balance(cloud: Cloud, _call: Call) -> Json:
    return {"amount": cloud.stars.balance()}


async def save_prepared_inline_message(cloud: Cloud, call: Call) -> Json:
    _account(cloud, call)
    result = call.structure("result", "inline query result")
    if not isinstance(result, dict) or not result.get("type") or not result.get("id"):
        raise bad("can't parse inline query result")
    until = cloud.now() + int(PREPARED_LIVE.total_seconds())
    return {"id": token_urlsafe(12), "expiration_date": until}


async def set_my_default_administrator_rights(cloud: Cloud, call: Call) -> bool:
    rights = call.structure("rights", "chat administrator rights") or {}
    if not isinstance(rights, dict):
        raise bad("can't parse chat administrator rights: expected an Object")
    cloud.profile.rights[call.flag("for_channels")] = frozenset(
        name for name, value in rights.items() if value is True
    )
    return True


async def get_my_default_administrator_rights(cloud: Cloud, call: Call) -> Json:
    """Anonymity is nothing that a channel knows."""
    channels = call.flag("for_channels")
    asked = cloud.profile.rights.get(channels, frozenset())
    names = (*RIGHTS, *(IN_CHANNELS if channels else IN_GROUPS))
    told = {name: name in asked for name in names}
    return {"is_anonymous": "is_anonymous" in asked and not channels} | told


def _account(cloud: Cloud, call: Call) -> int:
    user_id = call.whole("user_id")
    if cloud.person(user_id) is None:
        raise bad("user not found" if user_id > 0 else "invalid user_id specified")
    return user_id


METHODS: dict[str, Any] = {
    "getUserProfilePhotos": get_user_profile_photos,
    "getUserProfileAudios": get_user_profile_audios,
    "setMyProfilePhoto": set_my_profile_photo,
    "removeMyProfilePhoto": remove_my_profile_photo,
    "getUserGifts": get_user_gifts,
    "getChatGifts": get_chat_gifts,
    "getMyStarBalance": get_my_star_balance,
    "savePreparedInlineMessage": save_prepared_inline_message,
    "setMyDefaultAdministratorRights": set_my_default_administrator_rights,
    "getMyDefaultAdministratorRights": get_my_default_administrator_rights,
}
