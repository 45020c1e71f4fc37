"""The calls that send: checked, within the rates, accepted; then shown on a phone, or failed afterwards."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, Response

from bot.sandbox.whatsapp import rates
from bot.sandbox.whatsapp.addressing import Address, addressee
from bot.sandbox.whatsapp.attachments import Attachments, CannotFetch
from bot.sandbox.whatsapp.book import ADVERTS_A_DAY, OPEN_FOR, Book, Phone
from bot.sandbox.whatsapp.content import Content, Reaction
from bot.sandbox.whatsapp.errors import (
    ECOSYSTEM,
    INVALID,
    PAIR,
    RATE,
    SPENT,
    STOPPED,
    UNDELIVERABLE,
    UPLOAD,
    VALUE,
    WINDOW,
    Refused,
)
from bot.sandbox.whatsapp.faulty import Faulty
from bot.sandbox.whatsapp.fields import Fields, part, text
from bot.sandbox.whatsapp.kinds import checked
from bot.sandbox.whatsapp.reach import Reach
from bot.sandbox.whatsapp.screens import Attached, Screens
from bot.sandbox.whatsapp.statuses import Sent, Statuses
from bot.sandbox.whatsapp.templates import Templates

if TYPE_CHECKING:
    from bot.sandbox.world import World

TRACKER = 512


class Calls:
    """POST /{phone number id}/messages."""

    def __init__(
        self, world: World, book: Book, templates: Templates, attachments: Attachments, statuses: Statuses
    ) -> None:
        self._world = world
        self._book = book
        self._templates = templates
        self._attachments = attachments
        self._statuses = statuses
        self._faulty = Faulty(world)
        self._screens = Screens(world)
        self._throughput = rates.throughput()
        #: Whether the rates are kept.
        self.rates_kept = True
        #: How many people may be written to unasked.
        self.reach = Reach()

    async def post(self, body: Fields) -> Response:
        """Send a message, or mark one as read."""
        if body.get("messaging_product") != "whatsapp":
            raise Refused(INVALID, "messaging_product must be whatsapp")
        if body.get("status") is not None:
            return self._read(body)
        self._world.calls["whatsapp messages"] += 1
        kind = str(body.get("type") or "text")
        fault = self._faulty.at_message(template=kind == "template")
        if fault and (answer := await self._faulty.answer(fault)):
            return answer
        content = self._checked(kind, body)
        address = addressee(self._book, body)
        self._within_rates(address.phone)
        attached, failure = None, self._unreached(address.phone, content, fault.name if fault else "")
        if isinstance(content, Content) and content.file and not failure:
            try:
                attached = await self._attachments.find(content.file)
            except CannotFetch:
                failure = UPLOAD
        sent = _sent(body, address, content)
        if not failure:
            self._arrive(sent, content, attached, body)
        told = self._statuses
        tell = partial(told.failed, sent, failure) if failure else partial(told.delivered, sent)
        # The statuses set out once the answer is under way, as they mostly do.
        receipt = address.receipt(sent.id, template=kind == "template")
        return JSONResponse(receipt, background=BackgroundTask(_soon, tell))

    def _checked(self, kind: str, body: Fields) -> Content | Reaction:
        content = checked(kind, body, self._templates)
        if isinstance(content, Content) and content.file:
            self._attachments.check(content.file)
        return content

    def _within_rates(self, phone: Phone) -> None:
        if self._statuses.full or (self.rates_kept and not self._throughput.holds_one()):
            raise Refused(RATE)
        if not self.rates_kept:
            return
        if not phone.pair.holds_one():
            raise Refused(PAIR)
        self._throughput.take()
        phone.pair.take()

    def _unreached(self, phone: Phone, content: Content | Reaction, fault: str) -> int:
        """As `_failure`; Refused when this would be one person too many to be written to unasked."""
        now = self._world.clock.now()
        unasked = isinstance(content, Content) and content.category != "service" and not phone.open_at(now)
        if unasked and self.rates_kept and not self.reach.admits(phone.user_id, now):
            raise Refused(SPENT)
        failure = self._failure(phone, content, fault)
        if unasked and not failure:
            self.reach.take(phone.user_id, now)
        return failure

    def _failure(self, phone: Phone, content: Content | Reaction, fault: str) -> int:
        """Why this accepted message will fail, as a code; 0 when it will not."""
        category = content.category if isinstance(content, Content) else "service"
        if phone.blocked or fault == "blocked":
            return UNDELIVERABLE
        if category == "marketing":
            return self._unwanted(phone)
        is_open = phone.open_at(self._world.clock.now()) and fault != "window-closed"
        if category == "service" and not is_open:
            return WINDOW
        return 0

    def _unwanted(self, phone: Phone) -> int:
        """Advertising that somebody has stopped, or had enough of today."""
        if not phone.news:
            return STOPPED
        now = self._world.clock.now()
        if len(phone.advertised) == ADVERTS_A_DAY and now - phone.advertised[0] < OPEN_FOR:
            return ECOSYSTEM
        phone.advertised.append(now)
        return 0

    def _arrive(
        self, sent: Sent, content: Content | Reaction, attached: Attached | None, body: Fields
    ) -> None:
        if isinstance(content, Content):
            quoted = str(part(body, "context").get("message_id", "")) if body.get("context") else ""
            self._screens.show(sent.phone, sent.id, content, attached, quoted)
        elif not self._screens.react(sent.phone, content):
            raise Refused(VALUE, "Reaction message_id is not of this chat")

    def _read(self, body: Fields) -> Response:
        self._world.calls["whatsapp read"] += 1
        message_id = text(body, "message_id", 512, "message_id")
        if body["status"] != "read":
            raise Refused(VALUE, "status must be read")
        typing = body.get("typing_indicator")
        if typing is not None and part(body, "typing_indicator").get("type") != "text":
            raise Refused(VALUE, "typing_indicator.type must be text")
        phone = self._book.who_said(message_id)
        if phone is None:
            raise Refused(VALUE, "message_id is not of a message received by this number")
        self._screens.mark_read(phone, message_id)
        return JSONResponse({"success": True})


def _sent(body: Fields, address: Address, content: Content | Reaction) -> Sent:
    category = content.category if isinstance(content, Content) else "service"
    tracker = body.get("biz_opaque_callback_data")
    return Sent(
        address.new_message_id(),
        address.phone,
        category,
        address.by_number,
        str(tracker)[:TRACKER] if tracker else None,
        isinstance(content, Reaction),
    )


async def _soon(tell: partial[None]) -> None:
    tell()
