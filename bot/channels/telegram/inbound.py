"""What Telegram tells us, in our words; nothing that a traveller does is lost to what stands beside it.

Only the fields that we use are looked at, so a malformed forward, an unknown kind of entity or a new field
cannot hide the words they come with. Of a kind that was asked for, whatever this table does not take is no update;
any other kind does not concern us.
"""

from __future__ import annotations

import json
import re
from typing import Any

from bot.channels.telegram import payments
from bot.channels.telegram.kinds import FILES, HEARD, PLACES, SERVICE
from bot.conversation.channel import Unreadable
from bot.conversation.events import (
    Address,
    Attachment,
    Blocked,
    Brought,
    Inbound,
    Incoming,
    Pressed,
    Said,
    Sent,
    StaffSaid,
)

CHANNEL = "telegram"
_ADDRESSED = re.compile(r"^(/\w+)@\w+", re.ASCII)


def inbound(raw: bytes, staff_chat: int | None = None) -> list[Inbound]:
    """The events of one update; none where it does not concern us. Raises Unreadable."""
    try:
        update = json.loads(raw)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None
    match update:
        # To Python, yes and no are numbers.
        case (
            {"callback_query": {"from": {"id": bool()}}}
            | {"callback_query": {"message": {"chat": {"id": bool()}}}}
            | {"message": {"chat": {"id": bool()}}}
            | {"edited_message": {"chat": {"id": bool()}}}
            | {"my_chat_member": {"chat": {"id": bool()}}}
        ):
            raise Unreadable("no id")
        case {"update_id": int(number), "callback_query": {"id": str(), "from": {"id": int()}} as press}:
            return _pressed(f"{CHANNEL}:{number}", press)
        case {"edited_message": {"location": _}}:
            return []  # a live location is edited every few seconds
        case {
            "update_id": int(number),
            "message": {"chat": {"id": int(chat), "type": str(kind)}} as message,
        } | {
            "update_id": int(number),
            "edited_message": {"chat": {"id": int(chat), "type": str(kind)}} as message,
        }:
            return _message(f"{CHANNEL}:{number}", message, chat, kind, staff_chat)
        case {
            "my_chat_member": {
                "chat": {"id": int(chat), "type": "private"},
                "new_chat_member": {"status": "kicked" | "member" as status},
            }
        }:
            return [Blocked(Address(CHANNEL, str(chat)), status == "kicked")]
        case {
            "my_chat_member": {
                "chat": {"id": int(chat), "type": "group" | "supergroup" | "channel" as kind},
                "new_chat_member": {"status": "member" | "administrator" | "restricted"},
            } as change
        } if chat != staff_chat:
            return [Brought(chat, kind != "channel", _language(change.get("from")))]
        case {"my_chat_member": {"chat": {"id": int()}, "new_chat_member": {"status": str()}}}:
            return []  # out of a group, or into the staff's
        case {"pre_checkout_query": dict(query)}:
            return [payments.may_pay(query)]
        case {"update_id": int()} if HEARD.keys().isdisjoint(update):
            return []
    raise Unreadable("no update")


def _pressed(event_id: str, press: dict[str, Any]) -> list[Inbound]:
    """A button of a chat with one traveller. Of an old message hardly more than its chat is known."""
    chat, message = press["from"]["id"], None
    match press.get("message"):
        case {"chat": {"type": str(kind)}} if kind != "private":
            return []
        case {"chat": {"id": int(chat)}, "date": 0}:
            pass  # too old to be changed
        case {"chat": {"id": int(chat)}, "message_id": int(number)}:
            message = str(number)
    match press:
        case {"data": str(data)}:
            return [
                Incoming(
                    event_id,
                    Address(CHANNEL, str(chat)),
                    Pressed(_clean(data), message),
                    language=_language(press["from"]),
                    spinner=_clean(press["id"]),
                )
            ]
    return []


def _message(
    event_id: str, message: dict[str, Any], chat: int, kind: str, staff_chat: int | None
) -> list[Inbound]:
    """Words or files of a traveller or of the staff. Other groups and channels are not listened to."""
    event: Said | Sent | StaffSaid | None = None
    if kind == "private" and (payment := payments.in_message(message, chat)) is not None:
        return [payment]
    if chat == staff_chat:
        event = _staff(message)
    elif kind == "private":
        event = _traveller(message)
    if event is None:
        return []
    return [Incoming(event_id, Address(CHANNEL, str(chat)), event, language=_language(message.get("from")))]


def _traveller(message: dict[str, Any]) -> Said | Sent | None:
    match message:
        case {"text": str(text)}:
            return Said(_words(text))
    if not SERVICE.isdisjoint(message):
        return None
    kind, attachment = _attachment(message)
    return Sent(kind, attachment, _words(message.get("caption")))


def _staff(message: dict[str, Any]) -> StaffSaid | None:
    member_id = ""
    match message:
        # Staff that remain anonymous speak as the chat itself.
        case {"chat": {"id": chat}, "sender_chat": {"id": speaker}} if chat == speaker:
            member = _clean(message.get("author_signature"))
        case {"from": {"is_bot": True}}:
            return None
        case _:
            sender = _fields(message.get("from"))
            member, member_id = _clean(sender.get("first_name")), str(sender.get("id", ""))
    _, attachment = _attachment(message)
    text = _words(message.get("text") or message.get("caption"))
    if not text and attachment is None:
        return None
    return StaffSaid(text, member, _reply(message), attachment, member_id)


def _reply(message: dict[str, Any]) -> str | None:
    match message.get("reply_to_message"):
        case {"forum_topic_created": _}:
            return None  # whatever is said in a topic refers to its beginning
        case {"message_id": int(number)}:
            return str(number)
    return None


def _attachment(message: dict[str, Any]) -> tuple[str, Attachment | None]:
    """What kind of thing it is, and the file, where it is one that can be fetched."""
    for name, (kind, mime) in FILES.items():
        if name in message:
            content = message[name]
            # A photo comes in several sizes, the largest last.
            file = _fields(content[-1] if isinstance(content, list) and content else content)
            reference = _clean(file.get("file_id"))
            if not reference:
                return kind, None
            told = _clean(file.get("mime_type")) or mime
            return kind, Attachment(kind, reference, told, _clean(file.get("file_name")))
    return next((kind for name, kind in PLACES.items() if name in message), "other"), None


def _language(sender: Any) -> str | None:
    return _clean(_fields(sender).get("language_code")) or None


def _words(text: Any) -> str:
    """The words; a command that names its bot ("/help@our_bot") without the name."""
    return _ADDRESSED.sub(r"\1", _clean(text))


def _clean(text: Any) -> str:
    """A text that any store can keep: without halves of characters (JSON can write them) and without NUL."""
    if not isinstance(text, str):
        return ""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _fields(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
