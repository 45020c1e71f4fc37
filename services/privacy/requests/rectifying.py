"""Rectification (GDPR art. 16 and 19): old becomes new, and whoever got the old one hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, select

from services.customers import Customers
from services.news import Alarm, Voice
from services.papers.paper import Paper
from services.privacy.requests.register import Requests
from services.storage import Storage
from services.storage.app import orders
from services.storage.rights import disclosures

#: Orders whose invoices are looked at, the newest.
MOST_ORDERS = 200
#: An invoice is written anew so often; beyond it a person looks why.
MOST_CORRECTIONS = 5


class Invoices(Protocol):
    """The papers, as far as a name on them is put right."""

    async def of_order(self, order: str) -> list[Paper]:
        """All papers of an order, the oldest first."""

    async def correct(self, number: str, name: str, address: Sequence[str] = ()) -> list[Paper]:
        """A credit note and a new invoice for an order; nothing where its invoice says so already."""


@dataclass(frozen=True)
class Rectified:
    """What was corrected: under which request, from what, and orders whose invoice names somebody else still."""

    number: str
    field: str
    old: str
    invoiced: tuple[str, ...] = ()


class Rectifying:
    """Corrects what a customer told us of themselves. What it was before is shown once and kept nowhere."""

    def __init__(
        self, app: Storage, people: Customers, invoices: Invoices, requests: Requests, voice: Voice
    ) -> None:
        self._app = app
        self._people = people
        self._invoices = invoices
        self._requests = requests
        self._voice = voice

    async def tell(self, customer: str, field: str, value: str | None, number: str = "") -> Rectified | None:
        """Keep, correct or forget a field of the account; None where nothing that we held was corrected.

        `number`: the request that asks for it, where the register has it already. Raises Erased, ValueError.
        """
        old: str | None = getattr(await self._people.account(customer), field, None)
        await self._people.tell(customer, field, value)
        if old is None or old == value:
            return None
        number = number or await self._requests.done(customer, "rectification", field)
        for recipient in await self._app.read(lambda connection: _recipients(connection, customer, field)):
            await self._voice.alarm(Alarm("tell_recipient", f"{number} {recipient}"))
        invoiced = await self.invoiced_otherwise(customer) if field == "name" and value else ()
        return Rectified(number, field, old, tuple(invoiced))

    async def invoiced_otherwise(self, customer: str) -> list[str]:
        """Orders whose invoice has another name than the account."""
        name = (await self._people.account(customer)).name
        if name is None:
            return []
        bought = await self._app.read(
            lambda connection: (
                connection.execute(
                    select(orders.c.id)
                    .where(orders.c.customer_id == customer, orders.c.captured > 0)
                    .order_by(orders.c.placed_at.desc())
                    .limit(MOST_ORDERS)
                )
                .scalars()
                .all()
            )
        )
        return [order for order in bought if _names_another(await self._invoices.of_order(order), name)]

    async def correct_invoices(self, customer: str, number: str = "") -> list[Paper]:
        """A credit note and a new invoice for each of them; the old ones stay as they are. Safe to repeat."""
        name = (await self._people.account(customer)).name
        written: list[Paper] = []
        for order in await self.invoiced_otherwise(customer):
            assert name is not None
            written += await self._invoices.correct(order, name)
        if written and not number:
            await self._requests.done(customer, "rectification", "invoices")
        return written


def _names_another(papers: Sequence[Paper], name: str) -> bool:
    invoices = [paper.facts for paper in papers if paper.facts.kind == "invoice"]
    if not invoices or sum(one.why == "correction" for one in invoices) >= MOST_CORRECTIONS:
        return False
    return " ".join((invoices[-1].buyer.name or "").split()) != name


def _recipients(connection: Connection, customer: str, field: str) -> Sequence[str]:
    """Who was given that field, alone or within a copy of everything."""
    given = disclosures.c.what.in_((field, "export"))
    wanted = select(disclosures.c.recipient).where(disclosures.c.customer_id == customer, given).distinct()
    return connection.execute(wanted).scalars().all()
