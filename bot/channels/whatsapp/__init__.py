"""WhatsApp, by Meta's Cloud API: https://developers.facebook.com/docs/whatsapp/cloud-api."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from bot.channels import in_force, knows_one
from bot.channels.pace import Pace
from bot.channels.rates import Rate, within
from bot.channels.whatsapp import inbound, outbound
from bot.channels.whatsapp.adverts import adverts
from bot.channels.whatsapp.dashboard import troubles
from bot.channels.whatsapp.files import upload
from bot.channels.whatsapp.menus import MOST_ROWS
from bot.channels.whatsapp.registration import Held, look, register
from bot.channels.whatsapp.send import Graph, Trying, Waits, message_id
from bot.conversation.channel import Sent, Urgency, Way
from bot.conversation.events import Attachment, Inbound
from bot.conversation.messages import Advert, Message

SIGNATURE = "x-hub-signature-256"
WAITS = Waits()
#: To one person one message in six seconds, and some more at once on credit; a little below what Meta counts.
PAIR = Rate(40, 1 / 6.2)


@dataclass(frozen=True)
class Settings:
    """The shop's account at Meta. Raises ValueError for what is left empty."""

    token: str = field(repr=False)
    phone_id: str
    business_id: str
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    api: str = "https://graph.facebook.com"
    version: str = "v25.0"
    #: Messages a second that Meta takes from the number, once it has raised its limit more. 0: nothing is paced.
    rate: int = 80

    def __post_init__(self) -> None:
        # An empty secret would let everybody in.
        empty = [name for name, value in vars(self).items() if value == ""]
        if empty:
            raise ValueError(f"WhatsApp needs {', '.join(empty)}")


class WhatsApp:
    """The channel; see `bot.conversation.channel.Channel`."""

    name = "whatsapp"
    waits = False
    edits = False
    #: Free text is allowed for 24 hours after the traveller's last word.
    window: float | None = 86_400.0
    metered = True
    most_choices = MOST_ROWS

    def __init__(self, settings: Settings, waiting: Waits = WAITS) -> None:
        self._settings = settings
        self._waiting = waiting
        self.pace = Pace(within(settings.rate), lambda _chat: PAIR)
        self._graph = Graph(f"{settings.api}/{settings.version}", settings.token, waiting)

    def genuine(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Whether Meta signed these bytes with our app's secret."""
        shown = next((value for name, value in headers.items() if name.lower() == SIGNATURE), "")
        return knows_one(
            shown,
            (
                f"sha256={hmac.digest(secret.encode(), raw, 'sha256').hex()}"
                for secret in in_force(self._settings.app_secret)
            ),
        )

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """What to answer, as plain text, when Meta verifies our address; None for anybody else."""
        ours = knows_one(query.get("hub.verify_token", ""), in_force(self._settings.verify_token))
        return query.get("hub.challenge") if ours and query.get("hub.mode") == "subscribe" else None

    def inbound(self, raw: bytes) -> Sequence[Inbound]:
        """All events of a body. Raises Unreadable."""
        return inbound.events(raw, self._settings.phone_id)

    async def send(self, message: Message, way: Way) -> Sent:
        """Post the message, in parts where it is long. Raises ChannelError."""
        # A campaign is tried once: while it waits, nobody can be answered in its chat.
        total = self._waiting.patience.total if way.urgency < Urgency.CAMPAIGN else 0
        until = asyncio.get_running_loop().time() + total
        phone_id, sent = self._settings.phone_id, Sent(None)
        file = upload(message, is_open=way.open)
        media_id = await self._graph.upload(phone_id, file, until) if file else ""
        for payload in outbound.payloads(message, way, media_id):
            trying: Trying = partial(self.pace.in_turn, way)
            taken = message_id(await self._graph.post(f"{phone_id}/messages", payload, until, trying))
            sent = Sent(taken, receipt_follows=taken is not None)
        return sent

    async def acknowledge(self, incoming_spinner: str) -> None:
        """There is nothing that spins."""

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file that a traveller sent, at most 20 MB. Raises ChannelError."""
        return await self._graph.download(attachment.reference)

    async def open(self, commands: Mapping[str, Mapping[str, str]]) -> None:  # noqa: ARG002
        """See that the credentials hold; Meta keeps the webhook's address, and has no menus. Raises ChannelError."""
        await self._graph.get(self._settings.phone_id, fields="id")

    async def troubles(self, address: str) -> list[str]:
        """What no start mends: webhooks that go elsewhere than to `address`, or nowhere. Raises ChannelError."""
        return await troubles(self._graph, self._settings.phone_id, self._settings.business_id, address)

    async def register_templates(self) -> int:
        """Hand in for approval what Meta does not know yet; how many those were. Raises ChannelError."""
        return await register(self._graph, self._settings.business_id)

    async def forget_contact(self, scoped_id: str) -> None:
        """Meta shall not keep this person's number with their scoped id. Raises ChannelError.

        https://docs.360dialog.com/docs/messaging-api/api-reference/contact-book
        """
        content = {"messaging_product": "whatsapp", "bsuid": scoped_id}
        await self._graph.delete(f"{self._settings.phone_id}/contact_book", content)

    async def templates(self) -> list[Held]:
        """How each of our templates stands at Meta. Raises ChannelError."""
        return await look(self._graph, self._settings.business_id)

    async def register_adverts(self, by_language: Mapping[str, Advert]) -> list[Held]:
        """Hand a campaign in for approval where Meta does not know it yet; how it stands. Raises ChannelError."""
        wanted = adverts(by_language)
        await register(self._graph, self._settings.business_id, wanted)
        return await look(self._graph, self._settings.business_id, wanted)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._graph.close()
