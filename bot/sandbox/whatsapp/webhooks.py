"""What a webhook body looks like: what waits for the same delivery goes together, as Meta does it."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any, Literal

from bot.sandbox.credentials import (
    WHATSAPP_APP_SECRET,
    WHATSAPP_BUSINESS_ID,
    WHATSAPP_NUMBER,
    WHATSAPP_PHONE_ID,
)

Field = Literal["messages", "statuses", "user_preferences", "message_template_status_update"]


@dataclass(frozen=True)
class Update:
    """One thing on its way to the shop. `contact` is None for what comes without a card.

    `traveller` is empty for what is about the business alone.
    """

    traveller: str
    field: Field
    content: dict[str, Any]
    contact: dict[str, Any] | None
    #: By the shop's clock.
    born: datetime


#: Statuses come as a part of the field that messages come in.
_OF = {"statuses": "messages"}


def body(updates: Sequence[Update]) -> bytes:
    """The bytes to be posted; an entry for each run of one kind, in the order given."""
    runs = groupby(updates, key=lambda update: (update.field, update.contact is None))
    entries = [_entry(field, list(run)) for (field, _), run in runs]
    text = json.dumps({"object": "whatsapp_business_account", "entry": entries}, separators=(",", ":"))
    # Meta escapes slashes and everything beyond ASCII; whoever signs a body of their own making finds out.
    return text.replace("/", "\\/").encode()


def signature(raw: bytes) -> str:
    """What stands in X-Hub-Signature-256."""
    return "sha256=" + hmac.new(WHATSAPP_APP_SECRET.encode(), raw, sha256).hexdigest()


def _entry(field: Field, updates: list[Update]) -> dict[str, Any]:
    if field == "message_template_status_update":
        changes = [{"value": update.content, "field": field} for update in updates]
        return {"id": WHATSAPP_BUSINESS_ID, "time": int(updates[0].born.timestamp()), "changes": changes}
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": WHATSAPP_NUMBER, "phone_number_id": WHATSAPP_PHONE_ID},
    }
    # One card for each person, however many of the messages are theirs: the two lists do not run in step.
    cards = {json.dumps(update.contact): update.contact for update in updates if update.contact}
    if cards:
        value["contacts"] = list(cards.values())
    value[field] = [update.content for update in updates]
    return {"id": WHATSAPP_BUSINESS_ID, "changes": [{"value": value, "field": _OF.get(field, field)}]}
