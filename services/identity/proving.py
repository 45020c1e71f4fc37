"""Proving who one is: by a code to a contact that is on file, or by an order's number with the address of its buyer.

Whoever asks never learns whether there is such a contact, or such a customer.
"""

from __future__ import annotations

import asyncio
import hmac

import structlog
from sqlalchemy import select

from services.customers import Customers
from services.identity.doubts import Doubts
from services.identity.uniting import Uniting
from services.mailer import Mailer, MailError
from services.news import ProofCode, Voice
from services.privacy.codes import Codes, Locked, Verdict
from services.storage import Storage
from services.storage.app import chats, orders
from services.storage.sealing import Erased

log = structlog.get_logger()

#: Seconds that another chat of theirs may keep us waiting.
PATIENCE = 5.0


class Proving:
    """For whoever says that they were here before."""

    def __init__(
        self,
        app: Storage,
        codes: Codes,
        doubts: Doubts,
        uniting: Uniting,
        customers: Customers,
        mailer: Mailer,
        voice: Voice,
    ) -> None:
        self._app = app
        self._codes = codes
        self._doubts = doubts
        self._uniting = uniting
        self._customers = customers
        self._mailer = mailer
        self._voice = voice

    async def ask(self, claimant: str, order: str, locale: str) -> None:
        """Send a code to every contact of whoever is meant: by an order's number, or (empty) by what we doubt."""
        meant = await self._meant(claimant, order)
        if meant is None:
            return
        try:
            code = ProofCode(await self._codes.new(meant, "identity", claimant))
            address = (await self._customers.account(meant)).email
        except (Locked, LookupError, Erased):
            return
        if address is not None and self._mailer.ready:
            await self._mail(address, locale, code)
        for chat in await self._reachable(meant):
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._voice.tell(chat, code, f"proof:{chat}:{claimant}:{code.code}")
            except TimeoutError:
                log.info("a chat was busy")

    async def prove(self, claimant: str, order: str, typed: str) -> Verdict:
        """A code, or the buyer's address: where it is right, the two become one. Five wrong ones lock for the day."""
        meant = await self._meant(claimant, order)
        if meant is None:
            return await self._codes.judge(claimant, "typing", right=False)
        try:
            if "@" in typed:
                verdict = await self._knows_address(meant, order, typed)
            else:
                verdict = await self._codes.check(meant, "identity", typed, claimant)
        except LookupError:
            return "over"
        if verdict == "right" and not await self._uniting.begin(claimant, meant):
            return "over"
        return verdict

    async def _knows_address(self, meant: str, order: str, typed: str) -> Verdict:
        """Only with an order's number: an address alone proves nothing."""
        address = (await self._customers.account(meant)).email or ""
        same = hmac.compare_digest(address.casefold().encode(), typed.strip().casefold().encode())
        return await self._codes.judge(meant, "identity", right=bool(order and address and same))

    async def _meant(self, claimant: str, order: str) -> str | None:
        if not order:
            return await self._doubts.former(claimant)
        wanted = select(orders.c.customer_id).where(
            orders.c.id == order.strip().upper(), orders.c.customer_id != claimant
        )
        return await self._app.read(lambda connection: connection.execute(wanted).scalar_one_or_none())

    async def _reachable(self, customer: str) -> list[str]:
        wanted = select(chats.c.id).where(chats.c.customer_id == customer, chats.c.blocked.is_(False))
        return list(await self._app.read(lambda connection: connection.execute(wanted).scalars().all()))

    async def _mail(self, address: str, locale: str, code: ProofCode) -> None:
        try:
            await self._mailer.send(address, await self._voice.write(locale, code))
        except MailError as error:
            log.warning("code not mailed", reason=error.reason)
