"""Who hears what of a claim: in the chat that bought, and by mail to whoever wants that."""

from __future__ import annotations

from typing import Any

import structlog

from services.claims.book import Claims
from services.claims.claim import WITHDRAWAL, Claim
from services.customers import Customers
from services.mailer import Mailer, MailError
from services.news import ClaimDecided, Voice, WithdrawalNoticed, WithdrawalReceipt
from services.orders import Order, Orders
from services.storage.sealing import Erased

log = structlog.get_logger()


class Telling:
    """Steps of a claim's work. Each returns a word, "again" where another try makes sense."""

    def __init__(
        self, book: Claims, orders: Orders, customers: Customers, mailer: Mailer, voice: Voice
    ) -> None:
        self._book = book
        self._orders = orders
        self._customers = customers
        self._mailer = mailer
        self._voice = voice

    async def tell(self, number: str) -> str:
        """Where the claim stands now, to the chat that bought."""
        claim, order = await self._known(number)
        if claim is None or order is None or order.chat is None:
            return "nobody"
        if claim.outcome == "refund" and claim.state in ("granted", "done"):
            return "told"  # by the refund itself, with its amount
        key = f"claim:{claim.id}:{claim.state}:{claim.outcome}"
        return (await self._voice.tell(order.chat, ClaimDecided(claim.id), key)).state

    async def notice(self, number: str) -> str:
        """A withdrawal by the order's number, to the chat that bought."""
        claim, order = await self._known(number)
        if claim is None or order is None or order.chat is None:
            return "nobody"
        key = f"claim:{claim.id}:notice"
        return (await self._voice.tell(order.chat, WithdrawalNoticed(claim.id), key)).state

    async def mail_notice(self, number: str) -> str:
        """The same to the address on file."""
        _, order = await self._known(number)
        if order is None or order.customer is None:
            return "nobody"
        try:
            address = (await self._customers.account(order.customer)).email
        except Erased:
            return "nobody"
        return await self._mail(order.locale, WithdrawalNoticed(number), address)

    async def mail_receipt(self, number: str) -> str:
        """A withdrawal's receipt, to the address that its author named."""
        claim, _ = await self._known(number)
        if claim is None or claim.kind != WITHDRAWAL or claim.stranger:
            return "nobody"
        address = (await self._book.said(claim)).get("reply")
        return await self._mail(claim.locale, WithdrawalReceipt(claim.id), address)

    async def _mail(self, locale: str, item: Any, address: str | None) -> str:
        if not address or "@" not in address or not self._mailer.ready:
            return "nobody"
        try:
            await self._mailer.send(address, await self._voice.write(locale, item))
        except MailError as error:
            log.info("mail not sent", reason=error.reason)
            return "again"
        return "sent"

    async def _known(self, number: str) -> tuple[Claim | None, Order | None]:
        claim = await self._book.get(number)
        order = None if claim is None or claim.order is None else await self._orders.get(claim.order)
        return claim, order
