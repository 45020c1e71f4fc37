"""What Meta's dashboard must say for messages to arrive: whose webhooks these are, and where they go."""

from __future__ import annotations

from bot.channels.whatsapp.fields import Fields, part, parts, word
from bot.channels.whatsapp.send import Graph

#: What decides about an address, the nearest first:
#: https://developers.facebook.com/docs/whatsapp/embedded-signup/webhooks/override
_LEVELS = ("phone_number", "whatsapp_business_account", "application")


async def troubles(graph: Graph, phone_id: str, business_id: str, address: str) -> list[str]:
    """Why messages would not reach `address`; empty where all is well, as far as Meta tells. Raises ChannelError."""
    found = []
    number = await graph.get(phone_id, fields="id,webhook_configuration")
    callback = _callback(part(number, "webhook_configuration"))
    if callback and callback != address:
        found.append(f"webhooks go to {callback}, and not to {address}")
    subscribed = await graph.get(f"{business_id}/subscribed_apps")
    if not parts(subscribed, "data"):
        found.append("no app is subscribed to the business account, so nothing arrives")
    return found


def _callback(configured: Fields) -> str:
    return next((word(configured, level) for level in _LEVELS if word(configured, level)), "")
