"""Who is this: the services that know it, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.moving import Moving
from bot.sessions import Sessions
from services.identity import Doubts, Identity, Locks
from services.mailer import Mailer

if TYPE_CHECKING:
    from bot.app import App


def chats_of(shop: App, locks: Locks) -> tuple[Sessions, Moving]:
    """Where chats are remembered, and what follows them to other ids."""
    app, vault, people, secrets = shop.stores.app, shop.vault, shop.customers, shop.secrets
    doubts = Doubts(app, vault, secrets, shop.clock)
    sessions = Sessions(app, vault, people, doubts, secrets, shop.clock, locks)
    return sessions, Moving(app, vault, people, doubts, secrets, sessions, locks)


def identity(shop: App, locks: Locks, mailer: Mailer) -> Identity:
    """For handlers; whoever is known again is told what they missed."""

    async def returned(customer: str) -> None:
        await shop.arrivals.returned(customer)

    return Identity(
        shop.stores,
        shop.vault,
        shop.secrets,
        shop.clock,
        shop.waits,
        shop.durable,
        locks,
        shop.voice,
        shop.customers,
        mailer,
        returned,
    )
