"""What an erasure has to settle with others: the payment service, the provider, the staff, the traveller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Connection, select

from services.clock import Clock
from services.news import Alarm, ErasureDone
from services.payments import PaymentError
from services.privacy.belongings import orders_of, rows_of
from services.privacy.journal import Journal
from services.privacy.others import Engine, Others
from services.privacy.standing import standing
from services.privacy.wiping import Wiping
from services.providers import CLOSED, ProviderError
from services.storage import Storage
from services.storage.after_sale import claims
from services.storage.app import case_messages, chats, esims, items, orders, refunds
from services.storage.sealing import Erased, Vault

log = structlog.get_logger()


class Partings:
    """The outward steps. Each returns a word, "again" where another try makes sense, and may be repeated."""

    def __init__(
        self,
        app: Storage,
        vault: Vault,
        journal: Journal,
        wiping: Wiping,
        engine: Engine,
        others: Others,
        clock: Clock,
    ) -> None:
        self._app = app
        self._vault = vault
        self._journal = journal
        self._wiping = wiping
        self._engine = engine
        self._others = others
        self._clock = clock

    async def close_checkouts(self, receipt: str) -> str:
        """Nothing of this customer can be paid any more, unless it was."""
        customer = (await self._journal.of(receipt)).customer
        try:
            await self._others.checkouts.cancel_open(customer)
        except PaymentError as error:
            log.info("checkouts not closed yet", receipt=receipt, reason=error.reason)
            return "again"
        return "closed"

    async def settled(self, customer: str) -> bool:
        """Whether no money, no line and no work of this customer is on its way."""
        now = self._clock.now()
        facts = await self._app.read(lambda connection: standing(connection, customer, now))
        if any(fact.waits or fact.kind == "open_checkout" for fact in facts):
            return False
        busy = {workflow for workflow, _ in await self._engine.unfinished()}
        return not busy.intersection(await self._work_of(customer))

    async def forget_work(self, receipt: str) -> str:
        """The engine forgets what it did for this customer's orders."""
        customer = (await self._journal.of(receipt)).customer
        await self._engine.forget(await self._work_of(customer))
        return "forgotten"

    async def forget_cases(self, receipt: str) -> str:
        """The staff's copies of this customer's words are deleted first, and then the words."""
        customer = (await self._journal.of(receipt)).customer
        said = await self._said(customer)
        copies = [row["staff_message"] for row in said if row["staff_message"] is not None]
        if copies and not await self._others.forget_staff_messages(copies):
            return "again"
        await self._wiping.forget_cases(customer, [row["seq"] for row in said])
        return "forgotten"

    async def give_up_copies(self, receipt: str) -> str:
        """The staff's copies could not be deleted: staff must do it by hand, and our own rows go."""
        customer = (await self._journal.of(receipt)).customer
        said = await self._said(customer)
        copies = [row["staff_message"] for row in said if row["staff_message"] is not None]
        await self._others.voice.alarm(Alarm("staff_copies_left", f"{receipt} {' '.join(copies[:10])}"))
        await self._wiping.forget_cases(customer, [row["seq"] for row in said])
        return "left"

    async def close_lines(self, receipt: str) -> str:
        """The provider's notes say that these lines are nobody's any more."""
        customer = (await self._journal.of(receipt)).customer
        rows = await self._app.read(lambda connection: rows_of(connection, esims, customer))
        if not rows:
            return "closed"
        try:
            sealer = await self._vault.sealer(customer)
        except Erased:
            return "closed"
        again = False
        for row in rows:
            provider = self._others.providers.get(row["provider"])
            if provider is None:
                continue
            try:
                await provider.tag(sealer.open(row["iccid"], f"esims:iccid:{row['id']}").decode(), CLOSED)
            except ProviderError as error:
                log.info("line not closed", esim=row["id"], reason=error.reason)
                again = again or error.again is not None
        return "again" if again else "closed"

    async def say_goodbye(self, receipt: str) -> str:
        """The last word in every chat of this customer, once. Whose time was over hears nothing."""
        line = await self._journal.of(receipt)
        if line.why == "retention":
            return "silent"
        customer = line.customer
        found = await self._app.read(
            lambda connection: (
                connection.execute(select(chats.c.id).where(chats.c.customer_id == customer)).scalars().all()
            )
        )
        told = [
            await self._others.voice.tell(chat, ErasureDone(receipt), f"erased:{receipt}:{chat}")
            for chat in found
        ]
        return "again" if any(one.state == "again" for one in told) else "told"

    async def alarm(self, cause: str, receipt: str) -> str:
        """The operator must look at an erasure."""
        await self._others.voice.alarm(Alarm(cause, receipt))
        return "told"

    async def _said(self, customer: str) -> Sequence[Any]:
        return await self._app.read(lambda connection: rows_of(connection, case_messages, customer))

    async def _work_of(self, customer: str) -> list[str]:
        """The workflows of a customer's orders, whatever began them."""

        def work(connection: Connection) -> list[str]:
            parts = connection.execute(
                select(items.c.id)
                .join(orders, orders.c.id == items.c.order_id)
                .where(orders.c.customer_id == customer)
            ).scalars()
            back = rows_of(connection, refunds, customer)
            return [
                *(name for part in parts for name in (part, f"hand-over-{part}-", f"tell-added-{part}-")),
                *(f"give-back-{row['key']}"[:120] for row in back),
                *(f"paper-{order}-" for order in orders_of(connection, customer)),
                *(
                    f"{work}-{row['id']}"
                    for row in rows_of(connection, claims, customer)
                    for work in ("settle", "notice", "carry-out")
                ),
            ]

        prefixes = await self._app.read(work)
        return await self._engine.named(prefixes) if prefixes else []
