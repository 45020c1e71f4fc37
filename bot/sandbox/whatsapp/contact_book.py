"""Meta's contact book: who has written to the shop's number, so that a hidden number goes on being shown.

An entry comes with a message and goes on request; the next message brings a new one.
https://docs.360dialog.com/docs/messaging-api/api-reference/contact-book
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.whatsapp.book import Book
from bot.sandbox.whatsapp.errors import INVALID, MISSING, VALUE, Refused
from bot.sandbox.whatsapp.faulty import Faulty
from bot.sandbox.whatsapp.uploads import json_body

if TYPE_CHECKING:
    from bot.sandbox.world import World

#: Parent ids, which have a part of their own in the middle, are not supported there.
_SCOPED = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")


class ContactBook:
    """DELETE /{phone number id}/contact_book."""

    def __init__(self, world: World, book: Book) -> None:
        self._world = world
        self._book = book
        self._faulty = Faulty(world)
        #: Scoped id → the last word that the deleted entry knew of.
        self._deleted: dict[str, datetime] = {}

    async def delete(self, request: Request) -> Response:
        """Forget the pair of a number and a scoped id; without one, nothing is deleted."""
        body = await json_body(request)
        self._world.calls["whatsapp contact_book"] += 1
        fault = self._faulty.at_contact_book()
        if fault and (answer := await self._faulty.answer(fault)):
            return answer
        if body.get("messaging_product") != "whatsapp":
            raise Refused(INVALID, "messaging_product must be whatsapp")
        scoped = body.get("bsuid")
        if not scoped:
            raise Refused(MISSING, "bsuid is required")
        if not isinstance(scoped, str) or not _SCOPED.fullmatch(scoped):
            raise Refused(VALUE, "bsuid is not a business-scoped user id of this portfolio")
        deleted = self._is_there(scoped)
        return JSONResponse({"messaging_product": "whatsapp", "success": True, "deleted": deleted})

    def _is_there(self, scoped: str) -> bool:
        phone = self._book.by_user_id(scoped)
        if phone is None or phone.heard is None or self._deleted.get(scoped) == phone.heard:
            return False
        self._deleted[scoped] = phone.heard
        return True
