"""What came in from the platforms, brought to whoever deals with it."""

from __future__ import annotations

from hashlib import sha256
from typing import Protocol

from bot.after_sale import AfterSale
from bot.conversation.channel import Channel, Unreadable
from bot.conversation.engine import Engine
from bot.conversation.events import (
    Blocked,
    Brought,
    Incoming,
    MayPay,
    Moved,
    PaidInChat,
    Receipt,
    ReturnedInChat,
    StaffSaid,
)
from bot.desk import Desk
from bot.groups import Groups
from bot.housekeeping import Housekeeping
from bot.inbox import Inbox
from bot.moving import Moving
from bot.offers import Offers
from bot.sessions import Sessions
from bot.star_counter import StarCounter
from services.delivery import Delivery
from services.metrics import Metrics
from services.privacy import Privacy
from services.privacy.rights import Rights


class House(Protocol):
    """Who deals with what, in an open shop."""

    metrics: Metrics
    sessions: Sessions
    moving: Moving
    delivery: Delivery
    after_sale: AfterSale
    rights: Rights
    stars: StarCounter
    engine: Engine
    desk: Desk
    inbox: Inbox
    groups: Groups
    housekeeping: Housekeeping
    privacy: Privacy
    offers: Offers


class Arrivals:
    """One for each shop."""

    def __init__(self, shop: House) -> None:
        self._shop = shop

    async def hand(self, channel: Channel, raw: bytes) -> None:
        """One body of a platform: every event in it is dealt with, or kept until it is."""
        shop = self._shop
        kept: list[Incoming] = []
        for event in channel.inbound(raw):
            shop.metrics.event(channel.name, type(event).__name__.lower())
            match event:
                case Receipt():
                    await self._receipt(event)
                case Blocked(address, blocked):
                    customer = await shop.sessions.mark_blocked(shop.sessions.chat_id(address), blocked)
                    if customer is not None and not blocked:
                        await self.returned(customer)
                case Moved(was, now):
                    await shop.moving.follow(was, now)
                case Brought():
                    await shop.groups.deal(event)
                case MayPay() | PaidInChat() | ReturnedInChat():
                    await shop.stars.deal(event)
                case Incoming(event=StaffSaid()):
                    await shop.desk.deal(event)
                case Incoming() if channel.waits:
                    await shop.engine.deal(event)
                case Incoming():
                    kept.append(event)
        if kept:
            await shop.inbox.put(kept)

    async def _receipt(self, receipt: Receipt) -> None:
        shop, message = self._shop, self._shop.sessions.message_id(receipt.message)
        await shop.delivery.receipt(message, receipt.state, receipt.code)
        await shop.offers.round.receipt(message, receipt.state, receipt.code)
        if receipt.metered is not None:
            chat = shop.sessions.chat_id(receipt.metered.address)
            await shop.offers.metering.note(
                message, chat, receipt.metered.category, billable=receipt.metered.billable
            )

    async def polled(self, channel: Channel, raw: bytes) -> bool:
        """One update that was asked for. Raises where it is to come again."""
        try:
            await self.hand(channel, raw)
        except Unreadable:
            # Coming again would not make it readable, and would hold up everybody else's.
            await self._shop.housekeeping.unreadable(channel.name, len(raw), sha256(raw).hexdigest())
        return True

    async def returned(self, customer: str) -> None:
        """Somebody is there again: what they missed is told."""
        await self._shop.delivery.catch_up(customer)
        await self._shop.after_sale.catch_up(customer)
        await self._shop.rights.reminding.catch_up(customer)
        await self._shop.privacy.copies.catch_up(customer)
