"""Writing to the shop: every deed of a traveller becomes a webhook, and mostly a line on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.phones import ScreenMessage
from bot.sandbox.whatsapp import ids
from bot.sandbox.whatsapp.book import Book, Phone
from bot.sandbox.whatsapp.delivery import Deliveries
from bot.sandbox.whatsapp.webhooks import Update

if TYPE_CHECKING:
    from bot.sandbox.world import World


class Pen:
    """Puts a deed into Meta's words and hands it to the deliveries."""

    def __init__(self, world: World, book: Book, deliveries: Deliveries) -> None:
        self._world = world
        self._book = book
        self._deliveries = deliveries

    def write(
        self,
        phone: Phone,
        kind: str,
        content: Any,
        shown: ScreenMessage,
        quoted: dict[str, str] | None = None,
    ) -> str:
        """Send it and show it; returns its message id."""
        shown.id = self.tell(phone, kind, content, quoted)
        shown.at = self._world.clock.now().isoformat(timespec="seconds")
        phone.screen.show(shown)
        return shown.id

    def tell(self, phone: Phone, kind: str, content: Any, quoted: dict[str, str] | None = None) -> str:
        """Send it, unseen. Who writes to a blocked number is asked to unblock it first, and does."""
        message = self._envelope(phone, kind, content)
        context = {"context": quoted} if quoted else {}
        self._deliver(phone, context | phone.sender | message, phone.contact())
        phone.blocked = False
        phone.heard = self._world.clock.now()
        message_id = str(message["id"])
        self._book.said(phone, message_id)
        return message_id

    def announce(self, phone: Phone, sender: dict[str, str], system: dict[str, Any]) -> None:
        """What WhatsApp itself has to say about somebody; comes without a card, and opens no window."""
        self._deliver(phone, sender | self._envelope(phone, "system", system), None)

    def prefer(self, phone: Phone, value: str) -> None:
        """What somebody has chosen in WhatsApp's settings about the shop's advertising."""
        shown = {} if phone.username else {"wa_id": phone.number}
        content = {
            **shown,
            "user_id": phone.user_id,
            "detail": f"User requested to {value} marketing messages",
            "category": "marketing_messages",
            "value": value,
            "timestamp": self._world.clock.timestamp(),
        }
        born = self._world.clock.now()
        self._deliveries.put(Update(phone.traveller, "user_preferences", content, phone.contact(), born))

    def _envelope(self, phone: Phone, kind: str, content: Any) -> dict[str, Any]:
        return {
            "id": ids.inbound_message_id(phone.user_id if phone.username else phone.number),
            "timestamp": str(self._world.clock.timestamp()),
            "type": kind,
            kind: content,
        }

    def _deliver(self, phone: Phone, message: dict[str, Any], contact: dict[str, Any] | None) -> None:
        born = self._world.clock.now()
        self._deliveries.put(Update(phone.traveller, "messages", message, contact, born))
