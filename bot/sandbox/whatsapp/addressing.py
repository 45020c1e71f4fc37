"""Whom a message is for: a phone number, or the business-scoped id of somebody who hides theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox.whatsapp import ids
from bot.sandbox.whatsapp.book import Book, Phone
from bot.sandbox.whatsapp.errors import MISSING, UNDELIVERABLE, VALUE, Refused
from bot.sandbox.whatsapp.fields import Fields, text


@dataclass(frozen=True)
class Address:
    """A phone, and how the shop named it: `given` as written, by number or by id."""

    phone: Phone
    given: str
    by_number: bool

    def receipt(self, message_id: str, *, template: bool) -> dict[str, Any]:
        """The answer to an accepted message; only a template's tells its state."""
        known = {"wa_id": self.phone.number} if self.by_number else {"user_id": self.phone.user_id}
        state = {"message_status": "accepted"} if template else {}
        return {
            "messaging_product": "whatsapp",
            "contacts": [{"input": self.given} | known],
            "messages": [{"id": message_id} | state],
        }

    def new_message_id(self) -> str:
        """Holds the number, unless that is hidden."""
        return ids.outbound_message_id(self.phone.user_id if self.phone.username else self.phone.number)


def addressee(book: Book, body: Fields) -> Address:
    """When both are given the number counts. Refused when nobody is there."""
    if body.get("to") is None and body.get("recipient") is None:
        raise Refused(MISSING, "to or recipient is required")
    if body.get("recipient_type", "individual") != "individual":
        raise Refused(VALUE, "recipient_type must be individual")
    by_number = body.get("to") is not None
    if by_number:
        given = str(body["to"])
        number = "".join(sign for sign in given if sign not in "+-() ")
        if not (number.isascii() and number.isdigit()):
            raise Refused(VALUE, "to must be a phone number")
        phone = book.by_number(number)
    else:
        given = text(body, "recipient", 150, "recipient")
        phone = book.by_user_id(given)
    if phone is None:
        raise Refused(UNDELIVERABLE)
    return Address(phone, given, by_number)
