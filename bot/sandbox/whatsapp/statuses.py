"""What becomes of a message of the shop, told by webhook; and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from bot.sandbox.whatsapp.book import OPEN_FOR, Phone
from bot.sandbox.whatsapp.errors import in_status
from bot.sandbox.whatsapp.metering import Metering
from bot.sandbox.whatsapp.webhooks import Update

if TYPE_CHECKING:
    from bot.sandbox.whatsapp.delivery import Deliveries
    from bot.sandbox.world import World


@dataclass(frozen=True)
class Sent:
    """A message of the shop that was accepted. `category`: service, utility, marketing or authentication."""

    id: str
    phone: Phone
    category: str
    by_number: bool
    tracker: str | None
    #: A reaction is sent, but never told to be delivered or read.
    reaction: bool = False


class Statuses:
    """Sends sent, delivered, read and failed."""

    def __init__(self, world: World, deliveries: Deliveries) -> None:
        self._world = world
        self._deliveries = deliveries
        self.metering = Metering(world.clock)

    @property
    def full(self) -> bool:
        """No room for more of them, because the shop has not taken any for long."""
        return self._deliveries.full

    def delivered(self, sent: Sent) -> None:
        """It reached the phone: two statuses that often travel together."""
        pricing, conversation = self.metering.pricing(sent.category), self._conversation(sent)
        ends = str(self._world.clock.timestamp() + int(OPEN_FOR.total_seconds()))
        opened = conversation | {"expiration_timestamp": ends}
        self._tell(sent, "sent", {"conversation": opened, "pricing": pricing})
        if sent.reaction:
            return
        self._tell(sent, "delivered", {"conversation": conversation, "pricing": pricing})
        sent.phone.unread.append(sent)

    def failed(self, sent: Sent, code: int) -> None:
        """It will never reach the phone, and costs nothing."""
        self._tell(sent, "failed", {"errors": [in_status(code)]})

    def looked_at(self, phone: Phone) -> None:
        """Somebody looks at the screen: two blue ticks on everything new."""
        while phone.unread:
            self._tell(phone.unread.popleft(), "read", {})

    def _tell(self, sent: Sent, status: str, more: dict[str, Any]) -> None:
        phone = sent.phone
        shown = {"recipient_id": phone.number} if sent.by_number or not phone.username else {}
        content = {
            "id": sent.id,
            "status": status,
            "timestamp": str(self._world.clock.timestamp()),
            **shown,
            "recipient_user_id": phone.user_id,
            **more,
            **({"biz_opaque_callback_data": sent.tracker} if sent.tracker else {}),
        }
        contact = phone.contact(by_number=sent.by_number)
        born = self._world.clock.now()
        self._deliveries.put(Update(phone.traveller, "statuses", content, contact, born))

    def _conversation(self, sent: Sent) -> dict[str, Any]:
        heard = sent.phone.heard.isoformat() if sent.phone.heard else ""
        about = f"{sent.phone.user_id} {sent.category} {heard}"
        return {"id": sha256(about.encode()).hexdigest()[:32], "origin": {"type": sent.category}}
