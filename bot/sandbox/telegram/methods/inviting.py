"""Links into a group or a channel, and requests to come in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.invitations import Invitation

#: https://core.telegram.org/bots/api#createchatinvitelink
LONGEST_NAME = 32
MOST_JOINING = 99_999
#: The only period there is, in seconds: https://core.telegram.org/bots/api#createchatsubscriptioninvitelink
PERIOD = 2_592_000
MOST_STARS = 10_000
_RIGHT = "can_invite_users"


async def export_chat_invite_link(cloud: Cloud, call: Call) -> str:
    chat = cloud.ruled_chat(call, _RIGHT)
    return cloud.invitations.create(chat.id, cloud.bot, primary=True).link


async def create_chat_invite_link(cloud: Cloud, call: Call) -> Json:
    chat = cloud.ruled_chat(call, _RIGHT)
    conditions = _conditions(cloud, call)
    made = cloud.invitations.create(chat.id, cloud.bot)
    return cloud.invitations.keep(chat.id, replace(made, **conditions)).as_json()


async def edit_chat_invite_link(cloud: Cloud, call: Call) -> Json:
    chat = cloud.ruled_chat(call, _RIGHT)
    found = _named(cloud, chat.id, call)
    return cloud.invitations.keep(chat.id, replace(found, **_conditions(cloud, call))).as_json()


async def revoke_chat_invite_link(cloud: Cloud, call: Call) -> Json:
    chat = cloud.ruled_chat(call, _RIGHT)
    found = _named(cloud, chat.id, call)
    return cloud.invitations.keep(chat.id, replace(found, revoked=True)).as_json()


async def create_chat_subscription_invite_link(cloud: Cloud, call: Call) -> Json:
    chat = cloud.ruled_chat(call, _RIGHT)
    if chat.kind != "channel":
        raise bad("CHAT_INVALID")
    if call.whole("subscription_period") != PERIOD:
        raise bad("SUBSCRIPTION_PERIOD_INVALID")
    price = call.whole("subscription_price")
    if not 1 <= price <= MOST_STARS:
        raise bad("PRICING_CHAT_INVALID")
    made = cloud.invitations.create(chat.id, cloud.bot)
    sold = replace(made, name=_name(call), period=PERIOD, price=price)
    return cloud.invitations.keep(chat.id, sold).as_json()


async def edit_chat_subscription_invite_link(cloud: Cloud, call: Call) -> Json:
    chat = cloud.ruled_chat(call, _RIGHT)
    found = _named(cloud, chat.id, call)
    if not found.price:
        raise bad("PRICING_CHAT_INVALID")
    return cloud.invitations.keep(chat.id, replace(found, name=_name(call))).as_json()


async def answer_join_request(cloud: Cloud, call: Call) -> bool:
    """Nobody stands at the door: who is in needs no permission, and who has not asked cannot be let in."""
    chat = cloud.ruled_chat(call, _RIGHT)
    inside = chat.members.find(call.whole("user_id")) is not None
    raise bad("USER_ALREADY_PARTICIPANT" if inside else "HIDE_REQUESTER_MISSING")


def _named(cloud: Cloud, chat_id: int, call: Call) -> Invitation:
    link = call.text("invite_link")
    if not link:
        raise bad("invite link is empty")
    return cloud.invitations.find(chat_id, link)


def _name(call: Call) -> str:
    name = call.text("name").strip()
    if len(name) > LONGEST_NAME:
        raise bad("INVITE_TITLE_TOO_LONG")
    return name


def _conditions(cloud: Cloud, call: Call) -> dict[str, Any]:
    """What a call says of a link; what it does not say is not set."""
    expires, limit, asks = (
        call.whole("expire_date"),
        call.whole("member_limit"),
        call.flag("creates_join_request"),
    )
    if expires and expires <= cloud.now():
        raise bad("EXPIRE_DATE_INVALID")
    if not 0 <= limit <= MOST_JOINING:
        raise bad("USAGE_LIMIT_INVALID")
    if asks and limit:
        raise bad("member limit can't be specified for links requiring administrator approval")
    return {"name": _name(call), "expires": expires, "limit": limit, "asks": asks}


METHODS: dict[str, Any] = {
    "exportChatInviteLink": export_chat_invite_link,
    "createChatInviteLink": create_chat_invite_link,
    "editChatInviteLink": edit_chat_invite_link,
    "revokeChatInviteLink": revoke_chat_invite_link,
    "createChatSubscriptionInviteLink": create_chat_subscription_invite_link,
    "editChatSubscriptionInviteLink": edit_chat_subscription_invite_link,
    "approveChatJoinRequest": answer_join_request,
    "declineChatJoinRequest": answer_join_request,
}
