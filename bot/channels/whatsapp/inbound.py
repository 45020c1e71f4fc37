"""Webhook bodies → what happened: every entry, every change, every message and status of it.

The shapes: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot.channels.whatsapp import addresses
from bot.channels.whatsapp.fields import Fields, part, parts, word
from bot.channels.whatsapp.happenings import event
from bot.conversation.channel import Unreadable
from bot.conversation.events import Address, Inbound, Incoming, Metered, Moved, Receipt, Wished

_STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}


def events(raw: bytes, phone_id: str) -> list[Inbound]:
    """All that a body tells about the number `phone_id`, in its order.

    Raises Unreadable for what is not a webhook of a WhatsApp business account, and when the body holds
    messages but not one whose sender can be told.
    """
    found: list[Inbound] = []
    nameless = False
    for field, value in _changes(raw):
        if word(part(value, "metadata"), "phone_number_id") not in {"", phone_id}:
            continue
        people = parts(value, "contacts")
        match field:
            case "messages":
                for message in parts(value, "messages"):
                    if word(message, "type") == "system":
                        found += _moved(message)
                        continue
                    who = _address(message, people)
                    if who is None or not word(message, "id"):
                        nameless = True
                    else:
                        found += _incoming(message, who)
                found += _receipts(value)
            case "user_preferences":
                found += _wishes(value, people)
            case _:
                pass  # templates, the account, calls: for the operator at Meta, not for a chat
    if nameless and not found:
        raise Unreadable("sender")
    # What a body says twice is told once.
    return list(dict.fromkeys(found))


def _changes(raw: bytes) -> Iterator[tuple[str, Fields]]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Unreadable("json") from None
    if not isinstance(body, dict) or body.get("object") != "whatsapp_business_account":
        raise Unreadable("object")
    if not isinstance(body.get("entry"), list):
        raise Unreadable("entry")
    for entry in parts(body, "entry"):
        for change in parts(entry, "changes"):
            yield word(change, "field"), part(change, "value")


def _incoming(message: Fields, who: Address) -> Iterator[Incoming]:
    what = event(message)
    if what is not None:
        yield Incoming(
            f"{addresses.CHANNEL}:{word(message, 'id')}", who, what, country=addresses.country(who)
        )


#: A new number, or a new scoped id of somebody who hides theirs; these come without cards:
#: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/messages/system
_CHANGES = frozenset({"user_changed_number", "user_changed_user_id"})


def _moved(message: Fields) -> Iterator[Moved]:
    told = part(message, "system")
    was = addresses.address(word(told, "previous_user_id"), word(message, "from"))
    now = addresses.address(word(told, "user_id"), word(told, "wa_id"))
    if word(told, "type") in _CHANGES and was is not None and now is not None:
        yield Moved(was, now)


def _receipts(value: Fields) -> Iterator[Receipt]:
    for status in parts(value, "statuses"):
        state: Any = _STATES.get(word(status, "status"))
        if state and word(status, "id"):
            code = _code(status) if state == "failed" else ""
            yield Receipt(word(status, "id"), state, code, _metered(status))


def _metered(status: Fields) -> Metered | None:
    """https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/messages/status"""
    pricing = part(status, "pricing")
    who = addresses.address(word(status, "recipient_user_id"), word(status, "recipient_id"))
    if who is None or not word(pricing, "category"):
        return None
    return Metered(who, word(pricing, "category")[:16], billable=pricing.get("billable") is not False)


def _code(status: Fields) -> str:
    codes = (error.get("code") for error in parts(status, "errors"))
    return next((str(code) for code in codes if isinstance(code, int)), "")


#: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/user_preferences
_WISHES = {"stop": False, "resume": True}


def _wishes(wish: Fields, people: list[Fields]) -> Iterator[Incoming]:
    """Who stops our news in WhatsApp's own settings, or allows them again, has said so."""
    for preference in parts(wish, "user_preferences"):
        who = _address(preference, people)
        value = word(preference, "value")
        if who is not None and value in _WISHES:
            told = f"{addresses.CHANNEL}:{value}:{who.id}:{preference.get('timestamp')}"
            yield Incoming(told, who, Wished(offers=_WISHES[value]), country=addresses.country(who))


def _address(of: Fields, people: list[Fields]) -> Address | None:
    """The chat of who sent it. Cards are matched by id: there may be one, none, or others' as well."""
    number = word(of, "from") or word(of, "wa_id")
    user_id = word(of, "from_user_id") or word(of, "user_id")
    if addresses.scoped(number):
        number, user_id = "", number
    card = _card(people, user_id, number)
    return addresses.address(user_id or word(card, "user_id"), number or word(card, "wa_id"))


def _card(people: list[Fields], user_id: str, number: str) -> Fields:
    if not user_id and not number:
        return people[0] if len(people) == 1 else {}
    for card in people:
        if user_id and word(card, "user_id") == user_id:
            return card
        if number and word(card, "wa_id").lstrip("+") == number.lstrip("+"):
            return card
    return {}
