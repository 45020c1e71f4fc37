"""How a bot gets its updates: by webhook, or by asking."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.telegram.calls import Call, Described, Json
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad, conflict
from bot.sandbox.telegram.posting import Hook

#: https://core.telegram.org/bots/api#setwebhook
PORTS = (443, 80, 88, 8443)
CONNECTIONS = 40
MOST_CONNECTIONS = 100
LONGEST_SECRET = 256
MOST_KINDS = 100
_SECRET = re.compile(r"[A-Za-z0-9_-]*")
#: Only sent to bots that ask for them by name.
_ON_REQUEST = ("chat_member", "message_reaction", "message_reaction_count")


async def get_updates(cloud: Cloud, call: Call) -> list[Json]:
    if cloud.deliveries.hook is not None:
        raise conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )
    _choose_kinds(cloud, call)
    return await cloud.polling.ask(call)


async def set_webhook(cloud: Cloud, call: Call) -> Described:
    if not call.text("url"):
        return await delete_webhook(cloud, call)
    hook = Hook(
        _address(call.text("url")),
        _secret(call.text("secret_token")),
        call.whole("max_connections", CONNECTIONS, 1, MOST_CONNECTIONS),
        call.upload("certificate") is not None or call.has("certificate"),
        call.text("ip_address") or cloud.outside.address(urlsplit(call.text("url")).hostname or "") or "",
    )
    _choose_kinds(cloud, call)
    if hook == cloud.deliveries.hook and not call.flag("drop_pending_updates"):
        cloud.deliveries.hurry()  # a bot that registers again is back
        return Described(True, "Webhook is already set")
    cloud.polling.interrupt(conflict("terminated by setWebhook request"))
    await _redirect(cloud, call, hook)
    return Described(True, "Webhook was set")


async def delete_webhook(cloud: Cloud, call: Call) -> Described:
    was_set = cloud.deliveries.hook is not None
    await _redirect(cloud, call, None)
    return Described(True, "Webhook was deleted" if was_set else "Webhook is already deleted")


async def get_webhook_info(cloud: Cloud, _call: Call) -> Json:
    hook, waiting = cloud.deliveries.hook, len(cloud.updates.waiting())
    info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": waiting}
    if hook is not None:
        info |= {
            "url": hook.url,
            "has_custom_certificate": hook.has_certificate,
            "max_connections": hook.max_connections,
        }
        if hook.ip_address:
            info["ip_address"] = hook.ip_address
        if cloud.deliveries.last_error is not None:
            info["last_error_date"], info["last_error_message"] = cloud.deliveries.last_error
    if cloud.updates.allowed is not None:
        info["allowed_updates"] = list(cloud.updates.allowed)
    return info


async def _redirect(cloud: Cloud, call: Call, hook: Hook | None) -> None:
    await cloud.deliveries.direct(None)
    if call.flag("drop_pending_updates"):
        cloud.updates.drop_all()
    await cloud.deliveries.direct(hook)
    cloud.polling.wake()


def _choose_kinds(cloud: Cloud, call: Call) -> None:
    """Without the parameter the last choice stays; an empty list is everything but a few."""
    kinds = call.structure("allowed_updates", "allowed updates")
    if kinds is None:
        return
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise bad("can't parse allowed updates: expected an Array of String")
    cloud.updates.allowed = tuple(kinds[:MOST_KINDS]) or None


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise bad("invalid webhook URL specified") from None
    if not parts.hostname or any(char.isspace() for char in url):
        raise bad("invalid webhook URL specified")
    if parts.scheme == "http" and parts.hostname == "127.0.0.1":
        return url  # as the open server's local mode allows
    if parts.scheme != "https":
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if (port or 443) not in PORTS:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    return url


def _secret(token: str) -> str:
    if len(token) > LONGEST_SECRET:
        raise bad("secret token is too long")
    if not _SECRET.fullmatch(token):
        raise bad("secret token contains illegal characters")
    return token


METHODS: dict[str, Any] = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
