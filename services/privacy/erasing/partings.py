"""What an erasure has to settle with others: the payment service, the provider, the staff, the traveller."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from sqlalchemy import Connection, select

from services.clock import Clock
from services.news import Alarm
from services.payments import PaymentError
from services.privacy.erasing.audience import Audience, is_held
from services.privacy.erasing.holding import Holding
from services.privacy.erasing.journal import Journal
from services.privacy.erasing.others import Engine, Others
from services.privacy.erasing.standing import standing
from services.privacy.erasing.wiping import Wiping
from services.privacy.facts.belongings import orders_of, rows_of
from services.privacy.processors.tasks import Tasks
from services.storage import Storage
from services.storage.after_sale import claims
from services.storage.app import case_messages, items, refunds

log = structlog.get_logger()


class Partings:
    """The outward steps. Each returns a word, "again" where another try makes sense, and may be repeated."""

    def __init__(
        self,
        app: Storage,
        journal: Journal,
        wiping: Wiping,
        tasks: Tasks,
        audience: Audience,
        holding: Holding,
        engine: Engine,
        others: Others,
        clock: Clock,
    ) -> None:
        self._app = app
        self._journal = journal
        self._wiping = wiping
        self._tasks = tasks
        self._audience = audience
        self._holding = holding
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

    async def note_tasks(self, receipt: str) -> str:
        """Whoever else knows something of this customer is on the list of those who have to be told."""
        customer = (await self._journal.of(receipt)).customer
        await self._tasks.note(receipt, await self._audience.of(customer))
        return "noted"

    async def revoke(self, receipt: str) -> str:
        """Nobody gets in by a link any more."""
        await self._others.revoke((await self._journal.of(receipt)).customer)
        return "revoked"

    async def cancel(self, customer: str, *, by_force: bool) -> None:
        """What is paid and not there yet is cancelled, and its money goes back."""
        await self._others.cancel(customer, by_force)

    async def alarm(self, cause: str, receipt: str) -> str:
        """The operator must look at an erasure."""
        await self._others.voice.alarm(Alarm(cause, receipt))
        return "told"

    async def _said(self, customer: str) -> Sequence[Any]:
        return await self._app.read(lambda connection: rows_of(connection, case_messages, customer))

    async def forget_released(self, receipt: str) -> None:
        """The engine forgets how the money of orders went back that nothing needs any more."""
        over = await self._holding.over(receipt)
        await self._engine.forget(
            await self._named(lambda connection: [*_of_orders(connection, over), *_back(connection, over)])
        )

    async def _work_of(self, customer: str) -> list[str]:
        """The workflows of a customer's orders, whatever began them; not those that money on its way back needs."""

        def work(connection: Connection) -> list[str]:
            free = [order for order in orders_of(connection, customer) if not is_held(connection, order)]
            return [
                *_of_orders(connection, free),
                *_back(connection, free),
                *(
                    f"{work}-{row['id']}"
                    for row in rows_of(connection, claims, customer)
                    for work in ("settle", "notice", "carry-out")
                ),
            ]

        return await self._named(work)

    async def _named(self, prefixes: Callable[[Connection], list[str]]) -> list[str]:
        found = await self._app.read(prefixes)
        return await self._engine.named(found) if found else []


def _of_orders(connection: Connection, numbers: Sequence[str]) -> list[str]:
    parts = connection.execute(select(items.c.id).where(items.c.order_id.in_(numbers))).scalars().all()
    return [
        *(name for part in parts for name in (part, f"hand-over-{part}-", f"tell-added-{part}-")),
        *(f"overdue-{part}" for part in parts),
        *(f"paper-{order}-" for order in numbers),
    ]


def _back(connection: Connection, numbers: Sequence[str]) -> list[str]:
    keys = connection.execute(select(refunds.c.key).where(refunds.c.order_id.in_(numbers))).scalars()
    return [name for key in keys for name in (f"give-back-{key}"[:120], f"tell-{key}")]
