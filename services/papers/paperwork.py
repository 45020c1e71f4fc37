"""What has to be written: noted where it became due, written once, handed out in the chat and by mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Select, and_, literal, or_, select, update

from services.clock import Clock, Waits
from services.customers import Customers
from services.durable import Durable
from services.mailer import Mailer, MailError
from services.news import PaperReady, Voice
from services.orders import Order, Orders
from services.papers.drafts import GONE, NO_PAPER
from services.papers.issuing import Papers
from services.papers.paper import Paper
from services.payments import PaymentError
from services.storage import Storage
from services.storage.app import mailings, paperwork, refunds
from services.storage.sealing import Erased
from services.storage.upsert import insert_new

log = structlog.get_logger()

INVOICE, REFUND = "invoice:", "refund:"
#: Pieces of work that are taken up in one round.
BATCH = 200
#: Work that was begun and has come to nothing in this time is begun again.
STUCK = timedelta(days=1)
#: Seconds between tries while the payment service does not say who paid; then the paper is written without it.
AGAIN = (5, 30, 120, 600, 1_800, 3_600)
#: Seconds between tries to show it in the chat; /invoice shows it at any time.
SHOW = (0, 5, 60)
#: Seconds until the eSIM's own mail has gone, which takes the invoice along.
MAIL = (10, 60, 600)


class Paperwork:
    """The workflow "paper": one piece of paperwork, by its key."""

    def __init__(
        self,
        app: Storage,
        papers: Papers,
        orders_: Orders,
        customers: Customers,
        mailer: Mailer,
        durable: Durable,
        clock: Clock,
        waits: Waits,
        voice: Voice,
    ) -> None:
        self._app = app
        self._papers = papers
        self._orders = orders_
        self._customers = customers
        self._mailer = mailer
        self._durable = durable
        self._clock = clock
        self._waits = waits
        self._voice = voice
        durable.tells("paper", self.paper)

    async def take_up(self) -> int:
        """Begin what is due, and note what refunds ask for; how many pieces were begun."""
        return await self._app.transaction(self._begin)

    async def paper(self, key: str) -> str:
        """Write it and hand it out: "issued", or "none" when it asks for no paper."""
        outcome = "again"
        for number, pause in enumerate(AGAIN):
            outcome = await self._durable.step(f"write-{number}", self._write, key, True)
            if outcome != "again":
                break
            await self._durable.sleep(self._waits(pause, floor=0.2))
        if outcome == "again":
            outcome = await self._durable.step("write", self._write, key, False)
        if outcome == "none":
            return "none"
        for number, pause in enumerate(SHOW):
            if pause:
                await self._durable.sleep(self._waits(pause))
            if await self._durable.step(f"show-{number}", self._show, outcome) != "again":
                break
        for number, pause in enumerate(MAIL):
            await self._durable.sleep(self._waits(pause, floor=0.5))
            if await self._durable.step(f"mail-{number}", self.mail, outcome) != "again":
                break
        return "issued"

    async def mail(self, number: str) -> str:
        """Send a paper to whoever has a mail address, once: "sent", "carried" by another mail, "none" or "again"."""
        paper, order = await self._of(number)
        if order is None or order.customer is None or not self._mailer.ready:
            return "none"
        try:
            address = (await self._customers.account(order.customer)).email
        except Erased:
            return "none"
        if address is None:
            return "none"
        return await self.mail_to(paper, order, address)

    async def mail_to(self, paper: Paper, order: Order, address: str) -> str:
        """The same to a given address."""
        state = await self._app.transaction(lambda connection: self._claim(connection, order.id, paper))
        if state != "claimed":
            return state
        letter = await self._voice.write(order.locale, PaperReady(order.id, paper.number))
        try:
            await self._mailer.send(address, letter)
        except MailError as error:
            log.warning("paper not mailed", order=order.id, reason=error.reason)
            return "again"
        await self._app.transaction(lambda connection: _sent(connection, order.id, paper.number))
        return "sent"

    async def _write(self, key: str, patient: bool) -> str:
        """The number of the paper that was written, "none" or "again"."""
        subject = key.split(":", 1)[1]
        try:
            paper = (
                await self._papers.invoice(subject, patient=patient)
                if key.startswith(INVOICE)
                else await self._papers.follow(subject)
            )
        except PaymentError as error:
            log.info("paper waits for the payment service", reason=error.reason)
            return "again"
        state = "none" if paper is None else "issued"
        await self._app.transaction(
            lambda connection: connection.execute(
                update(paperwork)
                .where(paperwork.c.key == key, paperwork.c.state == "begun")
                .values(state=state, at=self._clock.now())
            )
        )
        return "none" if paper is None else paper.number

    async def _show(self, number: str) -> str:
        _paper, order = await self._of(number)
        if order is None or order.chat is None:
            return "nobody"
        told = await self._voice.tell(order.chat, PaperReady(order.id, number), f"paper:{number}")
        return told.state

    async def _of(self, number: str) -> tuple[Paper, Order | None]:
        paper = await self._papers.find(number)
        return paper, await self._orders.get(paper.facts.order)

    def _begin(self, connection: Connection) -> int:
        now = self._clock.now()
        for refund in connection.execute(_moved_refunds()).all():
            saw = "gone" if refund.state in GONE else "failed"
            key = f"{REFUND}{refund.key}"
            if not insert_new(
                connection, paperwork, key=key, order_id=refund.order_id, state="due", saw=saw, at=now
            ):
                connection.execute(
                    update(paperwork).where(paperwork.c.key == key).values(state="due", saw=saw, at=now)
                )
        # Whatever became of work that was begun so long ago, it is begun anew.
        connection.execute(
            update(paperwork)
            .where(paperwork.c.state == "begun", paperwork.c.at < now - STUCK)
            .values(state="due", at=now)
        )
        due = connection.execute(
            select(paperwork).where(paperwork.c.state == "due").order_by(paperwork.c.at).limit(BATCH)
        ).all()
        for piece in due:
            connection.execute(
                update(paperwork)
                .where(paperwork.c.key == piece.key, paperwork.c.state == "due")
                .values(state="begun")
            )
            # The second time around is another piece of work than the first.
            name = f"paper-{piece.order_id}-{piece.at.timestamp():.0f}-{piece.key}"
            self._durable.start_with(connection, "paper", name[:200], piece.key)
        return len(due)

    def _claim(self, connection: Connection, order: str, paper: Paper) -> str:
        """ "claimed", or why it is not mailed by itself just now."""
        rows = connection.execute(
            select(mailings.c.kind, mailings.c.state).where(mailings.c.order_id == order)
        ).all()
        states = {row.kind: row.state for row in rows}
        if states.get(paper.number) == "sent":
            return "carried"
        if paper.number not in states and states.get("esim") == "sending":
            return "again"
        insert_new(
            connection,
            mailings,
            order_id=order,
            kind=paper.number,
            state="sending",
            at=self._clock.now(),
        )
        return "claimed"


def _moved_refunds() -> Select[Any]:
    """Refunds of orders with an invoice whose last move no paper has followed yet."""
    mine = and_(
        paperwork.c.order_id == refunds.c.order_id,
        paperwork.c.key == literal(REFUND).concat(refunds.c.key),
    )
    invoices = paperwork.alias("invoices")
    written = select(invoices.c.order_id).where(
        invoices.c.state == "issued", invoices.c.key.startswith(INVOICE)
    )
    return (
        select(refunds.c.key, refunds.c.order_id, refunds.c.state)
        .join(paperwork, mine, isouter=True)
        .where(
            *(~refunds.c.key.startswith(key) for key in NO_PAPER),
            refunds.c.order_id.in_(written),
            or_(
                and_(
                    refunds.c.state.in_(GONE),
                    or_(
                        paperwork.c.key.is_(None),
                        and_(paperwork.c.saw == "failed", paperwork.c.state != "begun"),
                    ),
                ),
                and_(refunds.c.state == "failed", paperwork.c.saw == "gone", paperwork.c.state != "begun"),
            ),
        )
        .limit(BATCH)
    )


def _sent(connection: Connection, order: str, number: str) -> None:
    connection.execute(
        update(mailings).where(mailings.c.order_id == order, mailings.c.kind == number).values(state="sent")
    )
