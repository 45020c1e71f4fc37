"""How an arrived message looks on the phone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.sandbox.media import File, Media
from bot.sandbox.phones import ScreenMessage
from bot.sandbox.whatsapp.content import Content, Reaction

if TYPE_CHECKING:
    from bot.sandbox.whatsapp.book import Phone
    from bot.sandbox.world import World


@dataclass(frozen=True)
class Attached:
    """The file of a message, found: its key in the world's store, its bytes, how it is shown and named."""

    key: str
    file: File
    as_picture: bool
    name: str


class Screens:
    """Puts messages of the shop on screens, and tells the ledger."""

    def __init__(self, world: World) -> None:
        self._world = world

    def show(
        self, phone: Phone, message_id: str, content: Content, attached: Attached | None, quoted: str
    ) -> None:
        """It has arrived."""
        now = self._world.clock.now().isoformat(timespec="seconds")
        lines = filter(None, (content.header, content.text, content.footer))
        message = ScreenMessage(
            message_id,
            "bot",
            "\n".join(lines),
            [replace(button) for button in content.buttons],
            at=now,
            extra=dict(content.extra),
        )
        for name in ("header", "footer"):
            if getattr(content, name):
                message.extra[name] = getattr(content, name)
        if quoted and phone.screen.find(quoted):
            message.extra["reply_to"] = quoted
        if attached:
            address = Media.url(attached.key)
            message.name = attached.name
            message.image = address if attached.as_picture else None
            message.document = None if attached.as_picture else address
        phone.screen.show(message)
        addresses = (button.url for button in message.buttons if button.url)
        image = attached.file.content if attached and attached.file.mime.startswith("image/") else None
        self._world.ledger.reached(
            "whatsapp", phone.traveller, text="\n".join((message.text, *addresses)), image=image
        )

    def react(self, phone: Phone, reaction: Reaction) -> bool:
        """A thumb under one of the messages; False when it is not on the screen."""
        message = phone.screen.find(reaction.message_id)
        if message is None:
            return False
        message.extra["reaction"] = reaction.emoji
        return True

    def mark_read(self, phone: Phone, message_id: str) -> None:
        """Two blue ticks under what the traveller wrote."""
        message = phone.screen.find(message_id)
        if message is not None:
            message.extra["read"] = True
