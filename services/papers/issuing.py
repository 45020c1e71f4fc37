"""Writing papers: an invoice once something was delivered, a credit note for all that goes back, a name put right."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from services.clock import Clock
from services.customers import Customers
from services.money import Money, split
from services.news import Voice
from services.orders import Order, Orders
from services.papers.drafts import NO_PAPER, Draft, after_refund, corrected, standing
from services.papers.paper import Buyer, Facts, Paper, invoiced
from services.papers.press import Press, tidy
from services.papers.receipts import Receipts
from services.papers.shelf import Overtaken, Place, Printed, Shelf, numbered
from services.payments import PaymentError, Received
from services.privacy.erasing.archive import declaration
from services.privacy.facts.policy import Controller, books_kept_until
from services.seller import Seller
from services.storage import Stores
from services.storage.app import history, orders, refunds, statements
from services.storage.legal import held_statements, tax_evidence
from services.storage.sealing import Erased, Secrets
from services.storage.upsert import insert_new
from services.taxes import TaxPolicy

#: Other processes may take the number that a paper was printed with: so often it is printed again.
MOST_TRIES = 100
#: Items in these states are given back, or about to be: they are not invoiced.
_BACK = frozenset({"refund_due", "refunded"})


class Papers:
    """Issues papers, each once for what it is about, and finds them again."""

    def __init__(
        self,
        stores: Stores,
        secrets: Secrets,
        orders_: Orders,
        customers: Customers,
        receipts: Receipts,
        policy: Callable[[], TaxPolicy],
        seller: Seller,
        controller: Controller,
        clock: Clock,
        voice: Voice,
    ) -> None:
        self._app = stores.app
        self._shelf = Shelf(stores.legal, secrets, seller)
        self._press = Press()
        self._orders = orders_
        self._customers = customers
        self._receipts = receipts
        self._secrets = secrets
        self._controller = controller
        self._policy = policy
        self.seller = seller
        self._clock = clock
        self._voice = voice
        # Within one process papers are printed one after the other, so that no number is printed twice.
        self._turn = asyncio.Lock()

    async def invoice(self, number: str, *, patient: bool = True) -> Paper | None:
        """The invoice of an order, written now if it is due; None when nothing is to be invoiced.

        Raises PaymentError when the payment service does not say who paid; not `patient`: then without it.
        """
        written = await self._shelf.of_order(number)
        if written:
            return standing(written)[0]
        order = await self._orders.get(number)
        if order is None or order.customer is None or order.paid_at is None:
            return None
        delivered_at = await self._delivered_at(order)
        sold = [item for item in order.sold if item.state not in _BACK and item.price.minor > 0]
        if delivered_at is None or not sold:
            return None
        received = await self._received(order, patient=patient)
        buyer = await self._buyer(order, received)
        listed = _listed(order, [item.price.minor for item in sold])
        country = buyer.country or received.card_country
        facts = Facts(
            kind="invoice",
            why="sale",
            order=order.id,
            buyer=buyer,
            taxed=self._policy().of(order.tax_rate, country, self._day(order.paid_at)),
            lines=(),
            gross=order.listed,
            net=order.listed,
            paid=Money(sum(item.price.minor for item in sold), order.total.currency),
            method=order.method or "",
            paid_at=order.paid_at,
            delivered_at=delivered_at,
        )
        facts = invoiced(
            facts, [(item.id, item.kind, item.plan, price) for item, price in zip(sold, listed, strict=True)]
        )
        declared = await self._declared(order)

        def also(connection: Connection) -> None:
            for said in declared:
                insert_new(connection, held_statements, **declaration(said, self._secrets.archive))
            self._evidence(connection, order, received)

        await self._write(
            order.locale,
            order.id,
            lambda known: [] if known else [Draft(f"invoice:{order.id}", facts)],
            also,
        )
        return standing(await self._shelf.of_order(number))[0]

    async def follow(self, refund: str) -> Paper | None:
        """What a refund (by its key) asks for now: a credit note, or an invoice again when it failed after that.

        None when it asks for none: it is not of an invoiced sale, or all is written.
        """
        row = await self._app.read(
            lambda connection: connection.execute(
                select(refunds, orders.c.locale)
                .join(orders, orders.c.id == refunds.c.order_id)
                .where(refunds.c.key == refund)
            ).one_or_none()
        )
        if row is None or row.key.startswith(NO_PAPER):
            return None
        written = await self._write(row.locale, row.order_id, lambda known: after_refund(known, row))
        return written[-1] if written else None

    async def correct(self, number: str, name: str, address: Sequence[str] = ()) -> list[Paper]:
        """An invoiced name put right: a credit note for what the invoice stands for, and a new invoice.

        Both, or neither; none when the invoice says so already, or nothing is left of it. The old ones stay.
        """
        order = await self._orders.get(number)
        locale = order.locale if order is not None else "en"
        buyer = tidy(name), tuple(filter(None, (tidy(line) for line in address)))
        return await self._write(locale, number, lambda known: corrected(known, *buyer))

    async def of_order(self, order: str) -> list[Paper]:
        """All papers of an order, the oldest first."""
        return await self._shelf.of_order(order)

    async def of_customer(self, customer: str, most: int = 20) -> list[Paper]:
        """A customer's papers, the newest first. What was delivered and has none yet gets its invoice."""
        own = await self._orders.of_customer(customer, most)
        found = await self._shelf.of_orders([order.id for order in own])
        for order in own:
            if order.id not in found and any(item.state == "delivered" for item in order.sold):
                await self.invoice(order.id, patient=False)
                found[order.id] = await self._shelf.of_order(order.id)
        every = [paper for some in found.values() for paper in some]
        return sorted(every, key=lambda paper: (paper.facts.issued_at, paper.number), reverse=True)

    async def find(self, number: str) -> Paper:
        """The paper of a number that was given. Raises LookupError."""
        paper = await self._shelf.find(number)
        if paper is None:
            raise LookupError(number)
        return paper

    async def owned(self, customer: str, number: str) -> Paper | None:
        """The paper of that number, if it is the customer's."""
        paper = await self._shelf.find(number)
        order = await self._orders.get(paper.facts.order) if paper is not None else None
        return paper if order is not None and order.customer == customer else None

    async def pdf(self, paper: Paper) -> bytes:
        """The paper as it was handed out."""
        return await self._shelf.pdf(paper)

    async def _write(
        self,
        locale: str,
        order: str,
        draft: Callable[[list[Paper]], list[Draft]],
        also: Callable[[Connection], None] = lambda _connection: None,
    ) -> list[Paper]:
        """Print what is missing among an order's papers, and keep it with the numbers that it was printed with."""
        async with self._turn:
            for _ in range(MOST_TRIES):
                drafts = draft(await self._shelf.of_order(order))
                if not drafts:
                    return []
                places = await self._shelf.next_places([one.facts.kind for one in drafts], self._clock.now())
                printed = [
                    await self._printed(locale, one, place) for one, place in zip(drafts, places, strict=True)
                ]
                try:
                    await self._shelf.put(printed, also)
                except Overtaken:
                    continue
                return [Paper(one.key, one.facts) for one in printed]
        raise Overtaken(order)

    async def _printed(self, locale: str, draft: Draft, place: Place) -> Printed:
        facts = numbered(draft.facts, place)
        sheet = await self._voice.sheet(locale, facts)
        pdf = await self._press.print(sheet, place.at)
        return Printed(draft.key, facts, place, pdf, books_kept_until(place.at, self._controller))

    async def _received(self, order: Order, *, patient: bool) -> Received:
        try:
            return await self._receipts.of(order)
        except PaymentError:
            if patient:
                raise
            return Received()

    async def _buyer(self, order: Order, received: Received) -> Buyer:
        """The name that they gave us, else the one given at the checkout."""
        assert order.customer is not None
        try:
            given = (await self._customers.account(order.customer)).name
        except Erased:
            given = None
        name = tidy(given or received.name or "")
        address = tuple(filter(None, (tidy(line) for line in received.address)))
        return Buyer(name or None, address, received.country)

    async def _declared(self, order: Order) -> Sequence[Any]:
        """What was declared before paying, as it was shown: proof that is kept with the paper."""
        return await self._app.read(
            lambda connection: connection.execute(
                select(statements).where(statements.c.order_id == order.id)
            ).all()
        )

    async def _delivered_at(self, order: Order) -> datetime | None:
        """When the first of it was delivered."""
        found: datetime | None = await self._app.read(
            lambda connection: connection.execute(
                select(func.min(history.c.at)).where(
                    history.c.item_id.in_([item.id for item in order.sold if item.state == "delivered"]),
                    history.c.now == "delivered",
                )
            ).scalar_one()
        )
        return found

    def _evidence(self, connection: Connection, order: Order, received: Received) -> None:
        at = order.paid_at or order.placed_at
        found: dict[Literal["declared", "card"], str | None] = {
            "declared": received.country,
            "card": received.card_country,
        }
        for kind, country in found.items():
            if country is not None:
                insert_new(
                    connection,
                    tax_evidence,
                    order_id=order.id,
                    kind=kind,
                    country=country,
                    at=at,
                    keep_until=books_kept_until(at, self._controller),
                )

    def _day(self, moment: datetime) -> Any:
        return moment.astimezone(self.seller.zone).date()


def _listed(order: Order, prices: Sequence[int]) -> list[Money]:
    """The items' prices in the currency of the price list, whatever they were paid in."""
    if order.listed.currency == order.total.currency:
        return [Money(price, order.total.currency) for price in prices]
    every = split(order.listed.minor, [item.price.minor for item in order.sold])
    return [
        Money(share, order.listed.currency)
        for item, share in zip(order.sold, every, strict=True)
        if item.state not in _BACK and item.price.minor > 0
    ]
