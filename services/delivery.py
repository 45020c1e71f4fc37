"""Handing an eSIM over: told in the chat, confirmed by the platform, and by mail to whoever wants that."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection, select, update

from services.clock import Clock, Waits
from services.customers import Customers
from services.dispatches import Dispatches, announcement
from services.durable import Durable
from services.esims import Esims
from services.mailer import Mailer, MailError
from services.news import EsimReady, Letter, Voice
from services.orders import Order, Orders
from services.orders.book import move_item
from services.orders.order import ADDED, TOPUP
from services.storage import Storage
from services.storage.app import items, mailings, orders, refunds
from services.storage.upsert import insert_new

log = structlog.get_logger()


class Delivery:
    """The steps of handing over. Each returns a word; each may be repeated, and then the same QR is shown again."""

    def __init__(
        self,
        app: Storage,
        orders_: Orders,
        esims: Esims,
        customers: Customers,
        mailer: Mailer,
        dispatches: Dispatches,
        durable: Durable,
        clock: Clock,
        waits: Waits,
        voice: Voice,
    ) -> None:
        self._app = app
        self._orders = orders_
        self._esims = esims
        self._customers = customers
        self._mailer = mailer
        self._dispatches = dispatches
        self._durable = durable
        self._clock = clock
        self._waits = waits
        self._voice = voice
        #: Orders whose mail is going out just now.
        self._mailing: set[str] = set()

    @property
    def mails(self) -> bool:
        """Whether mail can be offered."""
        return self._mailer.ready

    async def deliver(self, item: str) -> str:
        """Show the QR: "told", "announced", "again" or "unreachable"; "undeclared" without the buyer's statements."""
        order = await self._orders.get(item.rsplit("-", 1)[0])
        if order is None or order.chat is None:
            return "unreachable"
        if not await self._orders.waived(order.id):
            return "undeclared"
        tried = await self._dispatches.tries(item)
        told = await self._voice.tell(
            order.chat,
            EsimReady(order.id, item),
            f"ready:{item}:{tried}",
            self._dispatches.noting(order.chat, item),
        )
        return told.state

    async def announced(self, item: str) -> str:
        """Whether the traveller got the word that it is there: "announced", or "again"."""
        return "announced" if await self._dispatches.arrived(announcement(item)) else "again"

    async def arrived(self, item: str) -> str:
        """Whether the platform says that it arrived: "delivered", or "again"."""
        if not await self._dispatches.arrived(item):
            return "again"
        await self._esims.given(item, "shown")
        return "delivered"

    async def receipt(self, message: str, state: str, code: str) -> None:
        """A platform says what became of a message (keyed hash). Most are about messages nobody waits for."""
        arrival = await self._dispatches.receipt(message, state, code)
        if arrival is None or ":" in arrival.about:
            return  # about a refund or about added data, whose own work waits for it
        if arrival.arrived:
            await self._esims.given(arrival.about, "shown")
        elif not await self._dispatches.any_arrived(arrival.about):
            await self._app.transaction(
                lambda connection: self._take_back(connection, arrival.about, message)
            )

    async def shown(self, items_shown: list[str]) -> None:
        """The traveller asked for the QR and holds it now."""
        for item in items_shown:
            await self._esims.given(item, "shown")

    async def catch_up(self, customer: str) -> None:
        """Somebody who could not be reached speaks again: hand over what is waiting for them."""

        def work(connection: Connection) -> None:
            waiting = connection.execute(
                select(items.c.id)
                .join(orders, orders.c.id == items.c.order_id)
                .where(
                    orders.c.customer_id == customer,
                    items.c.state == "needs_person",
                    items.c.reason.in_(("unreachable", "awaiting_traveller", "not_arrived")),
                    items.c.esim_id.is_not(None),
                )
            ).scalars()
            for item in waiting.all():
                self._start_again(connection, "hand_over", item)
            added = connection.execute(
                select(items.c.id)
                .join(orders, orders.c.id == items.c.order_id)
                .where(
                    orders.c.customer_id == customer,
                    items.c.kind == TOPUP,
                    items.c.state == "delivered",
                    items.c.reason == ADDED,
                )
            ).scalars()
            for item in added.all():
                self._start_again(connection, "tell_added", item)
            untold = connection.execute(
                select(refunds.c.key)
                .join(orders, orders.c.id == refunds.c.order_id)
                .where(
                    orders.c.customer_id == customer,
                    refunds.c.told.is_(False),
                    refunds.c.state.in_(("pending", "succeeded")),
                )
            ).scalars()
            for key in untold.all():
                self._start_again(connection, "tell_refund", key)

        await self._app.transaction(work)

    async def mail(self, item: str) -> str:
        """The eSIM, its QR and the receipt by mail, if there is an address: "sent", "none" or "failed"."""
        order = await self._orders.get(item.rsplit("-", 1)[0])
        if order is None or order.customer is None:
            return "none"
        account = await self._customers.account(order.customer)
        if account.email is None or not self._mailer.ready:
            return "none"
        return await self.mail_to(item, account.email)

    async def mail_to(self, item: str, address: str) -> str:
        """The same to a given address, once for each line: "sent" or "failed"."""
        order = await self._orders.get(item.rsplit("-", 1)[0])
        if order is None:
            return "failed"
        if item in self._mailing:
            return "sent"  # by the button and by the workflow at the same time
        self._mailing.add(item)
        try:
            return await self._mail_once(order, item, address)
        finally:
            self._mailing.discard(item)

    async def by_mail(self, item: str) -> str:
        """The chat is closed, but the mail has gone: the traveller holds the QR."""
        await self._esims.given(item, "mailed")
        return "delivered"

    async def _mail_once(self, order: Order, item: str, address: str) -> str:
        kind = _mail_kind(item)
        if not await self._app.transaction(lambda connection: self._claim_mail(connection, order.id, kind)):
            return "sent"
        letter = await self._voice.write(order.locale, EsimReady(order.id, item))
        try:
            await self._mailer.send(address, letter)
        except MailError as error:
            log.warning("mail not sent", order=order.id, reason=error.reason)
            return "failed"
        await self._app.transaction(lambda connection: self._mailed(connection, order.id, kind, letter))
        return "sent"

    def _mailed(self, connection: Connection, order: str, kind: str, letter: Letter) -> None:
        connection.execute(
            update(mailings).where(mailings.c.order_id == order, mailings.c.kind == kind).values(state="sent")
        )
        for number in letter.papers:
            insert_new(connection, mailings, order_id=order, kind=number, state="sent", at=self._clock.now())

    def _take_back(self, connection: Connection, item: str, message: str) -> None:
        """It counted as delivered, and did not arrive after all."""
        if move_item(connection, item, ("delivered",), "needs_person", "not_arrived", self._clock.now()):
            self._durable.start_with(connection, "hand_over", f"hand-over-{item}-{message}", item)

    def _start_again(self, connection: Connection, story: str, subject: str) -> None:
        name = story.replace("_", "-")
        stamp = self._clock.now().timestamp()
        self._durable.start_with(connection, story, f"{name}-{subject}-{stamp:.3f}", subject)

    def _claim_mail(self, connection: Connection, order: str, kind: str) -> bool:
        """True unless the mail has gone. One that was begun and never finished is sent again."""
        if insert_new(connection, mailings, order_id=order, kind=kind, state="sending", at=self._clock.now()):
            return True
        state = connection.execute(
            select(mailings.c.state).where(mailings.c.order_id == order, mailings.c.kind == kind)
        ).scalar_one()
        return bool(state != "sent")


def _mail_kind(item: str) -> str:
    """Each line of an order has a mail of its own: the first one, and what stands in for it later."""
    number = item.rsplit("-", 1)[1]
    return "esim" if number == "1" else f"esim-{number}"
