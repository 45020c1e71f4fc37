"""Who is who on WhatsApp: a business-scoped id where there is one, a phone number where it is shown.

Since 2026 people with a username may show no number; ids look like `FR.13491208655302741918`:
https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids
"""

from __future__ import annotations

import re

from bot.channels.whatsapp.calling_codes import country_of
from bot.conversation.events import Address

CHANNEL = "whatsapp"
_SCOPED = re.compile(r"[A-Z]{2}\.")
_NUMBER = re.compile(r"\+?([0-9]{5,20})")


def address(user_id: str, number: str) -> Address | None:
    """The chat of a person named by either or both; None when neither says anything."""
    digits = _NUMBER.fullmatch(number)
    if not user_id and digits is None:
        # Whatever else stands in the place of the number is all that we have to answer to.
        return Address(CHANNEL, number) if number else None
    phone = digits[1] if digits else None
    return Address(CHANNEL, user_id or str(phone), phone)


def recipient(to: Address) -> dict[str, str]:
    """How a message names the one it is for."""
    return {"recipient": to.id} if scoped(to.id) else {"to": to.phone or to.id}


def country(of: Address) -> str | None:
    """ISO 3166 alpha-2: of the number, or else the one that the business-scoped id begins with."""
    if of.phone:
        return country_of(of.phone)
    return of.id[:2] if scoped(of.id) else None


def scoped(user_id: str) -> bool:
    """Whether this is a business-scoped id."""
    return _SCOPED.match(user_id) is not None
