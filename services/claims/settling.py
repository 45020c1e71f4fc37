"""From a claim to its end: the line is looked at, a rule decides or a person, what follows is done and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy import Connection, select, update

from services.claims.book import Claims
from services.claims.claim import Claim, claim_of, move_claim
from services.claims.rules import Facts, Rules, Seen, Verdict, verdict, withdrawal_ends
from services.claims.telling import Telling
from services.clock import Clock, Waits
from services.durable import Durable
from services.esims import Esims
from services.giving_back import GivingBack
from services.money import Money
from services.news import Alarm, Voice
from services.orders import Order, Orders
from services.orders.sold import SoldPlan
from services.providers import CLOSED, EsimProvider, ProviderError
from services.storage import Storage
from services.storage.after_sale import claims
from services.storage.app import esims, items, orders, refunds
from services.storage.sealing import Erased
from services.usage import Usage

log = structlog.get_logger()

#: Waits between looks, in seconds: for the provider's answer, and for an order that is being bought just now.
LOOKS = (0, 2, 10, 30, 60, 120, 300, 300, 300, 600, 600, 900, 900)
#: Waits between tries to tell, to mail, and to switch a line off.
TELL = (0, 2, 10, 60, 300, 900)
#: Claims of which one round of the sweep reminds.
BATCH = 500


class Settling:
    """The workflows of a claim, each by its number. Steps return what happened; nothing here raises."""

    def __init__(
        self,
        app: Storage,
        durable: Durable,
        book: Claims,
        giving_back: GivingBack,
        orders_: Orders,
        esims: Esims,
        usage: Usage,
        providers: Mapping[str, EsimProvider],
        telling: Telling,
        clock: Clock,
        waits: Waits,
        voice: Voice,
    ) -> None:
        self._app = app
        self._durable = durable
        self._book = book
        self._giving_back = giving_back
        self._orders = orders_
        self._esims = esims
        self._usage = usage
        self._providers = providers
        self._telling = telling
        self._clock = clock
        self._waits = waits
        self._voice = voice
        durable.tells("settle_claim", self.settle)
        durable.tells("carry_out_claim", self.carry_out)
        durable.tells("notice_claim", self.notice)

    async def settle(self, claim: str) -> str:
        """Receipt, look, decision by the rule; what follows is work of its own."""
        await self._patiently("receipt", self._telling.mail_receipt, claim)
        seen = "unknown"
        for number, pause in enumerate(LOOKS):
            if pause:
                await self._durable.sleep(self._waits(pause))
            seen = await self._durable.step(f"look-{number}", self._look, claim)
            if seen != "again":
                break
        seen = "unknown" if seen == "again" else seen
        return await self._durable.step("decide", self._decide, claim, cast("Seen", seen))

    async def carry_out(self, claim: str) -> str:
        """Switch off the line that was given up, and tell."""
        await self._patiently("close-line", self._close_line, claim)
        told = await self._patiently("tell", self._telling.tell, claim)
        return await self._durable.step("told", self._note_told, claim, told)

    async def notice(self, claim: str) -> str:
        """Whoever bought hears of a withdrawal by their order's number, wherever we know them."""
        await self._patiently("mail-notice", self._telling.mail_notice, claim)
        return await self._patiently("notice", self._telling.notice, claim)

    async def catch_up(self, customer: str) -> None:
        """Somebody who could not be reached speaks again: how their claims stand is told now."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            untold = connection.execute(
                select(claims)
                .join(orders, orders.c.id == claims.c.order_id)
                .where(orders.c.customer_id == customer, claims.c.untold)
            ).all()
            for row in untold:
                self._book.carry_out(connection, claim_of(row), now)

        await self._app.transaction(work)

    async def sweep(self) -> None:
        """What came due: nobody objected, a person should have decided, a replacement has arrived."""
        now = self._clock.now()

        def work(connection: Connection) -> Sequence[Any]:
            for row in connection.execute(
                select(claims.c.id).where(claims.c.state == "held", claims.c.due_at <= now)
            ).all():
                if move_claim(connection, row.id, ("held",), "received", now, due_at=None):
                    self._durable.start_with(connection, "settle_claim", f"settle-{row.id}", row.id)
            for row in connection.execute(select(claims).where(claims.c.state == "granted")).all():
                _follow(connection, row, now, self._book.decided_by(now))
            waiting = select(claims.c.id, claims.c.due_at).where(claims.c.state == "with_person").limit(BATCH)
            return connection.execute(waiting).all()

        for claim in await self._app.transaction(work):
            overdue = claim.due_at is not None and claim.due_at <= now
            await self._voice.alarm(Alarm("claim_overdue" if overdue else "claim_waits", claim.id))

    async def _note_told(self, number: str, told: str) -> str:
        await self._app.transaction(
            lambda connection: connection.execute(
                update(claims).where(claims.c.id == number).values(untold=told in ("again", "unreachable"))
            )
        )
        return told

    async def _look(self, number: str) -> str:
        """What the claim is about, as it stands now: one of `Seen`, or "again"."""
        claim = await self._book.get(number)
        order = None if claim is None or claim.order is None else await self._orders.get(claim.order)
        if claim is None or order is None:
            return "over"
        if order.state != "paid":
            return "unpaid"
        item = next((one for one in order.items if one.id == claim.item), order.item)
        if item.state in ("waiting", "buying"):
            return "again"
        if item.state != "delivered":
            return "undelivered" if item.state == "needs_person" else "over"
        return await self._measure(number, item.id)

    async def _measure(self, number: str, item: str) -> str:
        esim = await self._esims.of_item(item)
        if esim is None:
            return "unknown"
        left = await self._usage.of(esim)
        if left.measured is None or not left.live:
            return "again"
        seen = left.measured
        await self._app.transaction(
            lambda connection: connection.execute(
                update(claims)
                .where(claims.c.id == number)
                .values(
                    line_state=seen.line_state,
                    used_bytes=seen.used,
                    total_bytes=seen.total,
                    measured_at=seen.at,
                )
            )
        )
        return "unused" if is_unused(seen.line_state, seen.used) else "used"

    async def _decide(self, number: str, seen: Seen) -> str:
        claim = await self._book.get(number)
        if claim is None or claim.state != "received":
            return "decided"
        standing = None if claim.order is None else await self._giving_back.standing(claim.order)
        order = None if claim.order is None else await self._orders.get(claim.order)
        said = await self._app.transaction(
            lambda connection: self._by_rule(
                connection, claim, order, 0 if standing is None else standing.left.minor, seen
            )
        )
        log.info("claim", claim=number, seen=seen, outcome=said)
        return said

    def _by_rule(
        self, connection: Connection, claim: Claim, order: Order | None, left: int, seen: Seen
    ) -> str:
        now = self._clock.now()
        said = _verdict(connection, claim, order, left, seen)
        outcome = said.outcome
        if outcome == "refund" and order is not None:
            whole = said.amount >= left
            amount = None if whole else Money(said.amount, order.total.currency)
            if self._book.grant_refund(connection, claim, amount, said.why, now) != "done":
                outcome = "person"
        if outcome == "refuse":
            move_claim(
                connection,
                claim.id,
                ("received",),
                "refused",
                now,
                outcome="refused",
                why=said.why,
                decided_at=now,
            )
        elif outcome == "person":
            due = self._book.decided_by(now)
            move_claim(connection, claim.id, ("received",), "with_person", now, why=said.why, due_at=due)
        self._book.carry_out(connection, claim, now)
        return outcome

    async def _close_line(self, number: str) -> str:
        """A line that was given up is switched off where the provider can, and marked."""
        claim = await self._book.get(number)
        if claim is None or claim.item is None or claim.state not in ("granted", "done"):
            return "nothing"
        item = claim.item
        if not await self._app.read(lambda connection: _is_closed(connection, item)):
            return "nothing"
        try:
            esim = await self._esims.of_item(item)
        except Erased:
            return "nothing"
        if esim is None:
            return "nothing"
        provider: EsimProvider = self._providers[esim.provider]
        try:
            await provider.cancel(esim.iccid)
            await provider.tag(esim.iccid, CLOSED)
        except ProviderError as error:
            log.info("line not closed yet", claim=number, reason=error.reason)
            return "again" if error.again is not None else "refused"
        return "closed"

    async def _patiently(self, name: str, act: Any, claim: str) -> str:
        outcome = "again"
        for number, pause in enumerate(TELL):
            if pause:
                await self._durable.sleep(self._waits(pause))
            outcome = await self._durable.step(f"{name}-{number}", act, claim)
            if outcome != "again":
                break
        return outcome


def is_unused(line_state: str, used: int | None) -> bool:
    """A line that waits for its first use, and has used nothing."""
    return line_state in ("ready", "pending") and not used


def _verdict(connection: Connection, claim: Claim, order: Order | None, left: int, seen: Seen) -> Verdict:
    if order is None:
        return Verdict("person", "unknown")
    given = _given_at(connection, claim.item)
    facts = Facts(
        seen=seen,
        days=(claim.at - (order.paid_at or order.placed_at)).days,
        early=given is None or given > claim.at,
        left=left,
        late=claim.at >= withdrawal_ends(order.placed_at),
        refundable=SoldPlan.from_json(order.item.plan).refundable,
        used=claim.line.used if claim.line else None,
        total=claim.line.total if claim.line else None,
    )
    return verdict(claim.kind, Rules.from_json(order.rules), facts)


def _given_at(connection: Connection, item: str | None) -> datetime | None:
    given: datetime | None = connection.execute(
        select(esims.c.given_at).where(esims.c.item_id == item)
    ).scalar_one_or_none()
    return given


def _is_closed(connection: Connection, item: str) -> bool:
    closed = select(esims.c.id).where(esims.c.item_id == item, esims.c.state == "closed")
    return connection.execute(closed).first() is not None


def _follow(connection: Connection, row: Any, now: datetime, due: datetime) -> None:
    """What was granted has happened, or could not."""
    if row.outcome == "refund":
        key = f"claim:{row.id}"
        states = connection.execute(
            select(refunds.c.state).where(
                (refunds.c.key == key) | refunds.c.key.startswith(f"{key}#", autoescape=True)
            )
        ).scalars()
        if set(states) <= {"pending", "succeeded"}:
            move_claim(connection, row.id, ("granted",), "done", now)
        return
    item = connection.execute(select(items).where(items.c.id == row.replacement)).one_or_none()
    if item is not None and item.state == "delivered":
        move_claim(connection, row.id, ("granted",), "done", now)
    elif item is None or (item.state == "needs_person" and item.esim_id is None):
        values = {"outcome": None, "why": "not_replaced", "due_at": due}
        move_claim(connection, row.id, ("granted",), "with_person", now, **values)
