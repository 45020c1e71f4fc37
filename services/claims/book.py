"""The book of claims: made once, held, decided by a rule or a person; every change names the state that it leaves."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select

from services.claims.claim import (
    REFUND,
    UNDECIDED,
    WARRANTY,
    WITHDRAWAL,
    Claim,
    claim_of,
    move_claim,
    note,
    read_claim,
)
from services.claims.replacing import newest_item, place_replacement
from services.clock import Clock
from services.giving_back import Decision, GivingBack, close_line
from services.money import Money
from services.orders import Order
from services.orders.book import StartWith
from services.storage import Storage
from services.storage.after_sale import claims
from services.storage.app import customers, orders
from services.storage.sealing import Erased, Sealer, Secrets, Vault

#: Letters of a claim's number: none that is read as another one.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
#: Whoever bought may object for so long to a withdrawal by the order's number alone.
HELD_FOR = timedelta(days=1)
#: Withdrawals by numbers alone that one chat may declare in a day.
MOST_BY_NUMBER = 5
#: Claims that one message lists.
MOST_LISTED = 30


class TooMany(Exception):
    """This chat has declared enough for today; a mail to the shop is as good."""


@dataclass(frozen=True)
class Made:
    """Somebody claims something: in which chat, by which event, in which language, in which words (JSON)."""

    chat: str | None
    event: str
    locale: str
    said: Mapping[str, Any]


Outcome = Literal["refund", "replacement", "mended", "refused"]


class Claims:
    """Keeps the claims. `hours`: how soon a person shall decide."""

    def __init__(
        self,
        app: Storage,
        vault: Vault,
        house: Secrets,
        clock: Clock,
        giving_back: GivingBack,
        start: StartWith,
        hours: int,
    ) -> None:
        self._app = app
        self._vault = vault
        self._secrets = house
        self._clock = clock
        self._giving_back = giving_back
        self._start = start
        self._decided_within = timedelta(hours=hours)

    async def ask_refund(self, order: Order, made: Made) -> Claim:
        """The buyer wants the money back: a rule looks at it at once."""
        return await self._open(REFUND, order, made, "received")

    async def complain(self, order: Order, made: Made) -> Claim:
        """It does not work: for a person to decide."""
        return await self._open(WARRANTY, order, made, "with_person")

    async def withdraw(self, order: Order, made: Made) -> Claim:
        """The buyer withdraws from the contract, from the chat that bought."""
        return await self._open(WITHDRAWAL, order, made, "received")

    async def withdraw_by_number(self, number: str, made: Made) -> Claim:
        """The same by the order's number alone; known or not, it is received alike. Raises TooMany."""
        now = self._clock.now()
        today = await self._app.read(
            lambda connection: connection.execute(
                select(func.count()).where(
                    claims.c.chat_id == made.chat, claims.c.stranger, claims.c.at > now - timedelta(days=1)
                )
            ).scalar_one()
        )
        if today >= MOST_BY_NUMBER:
            raise TooMany
        order = await self._app.read(
            lambda connection: connection.execute(
                select(orders.c.id, orders.c.customer_id).where(orders.c.id == number)
            ).one_or_none()
        )
        if order is None or order.customer_id is None:
            return await self._keep(WITHDRAWAL, None, made, "with_person", stranger=True)
        return await self._keep(WITHDRAWAL, order, made, "held", stranger=True)

    async def get(self, number: str) -> Claim | None:
        """The claim of that number, or None."""
        return await self._app.read(lambda connection: read_claim(connection, number))

    async def of_order(self, order: str) -> list[Claim]:
        """An order's claims, the oldest first."""
        return await self._list(claims.c.order_id == order)

    async def undecided(self) -> list[Claim]:
        """What waits for a person, the most urgent first."""
        return await self._list(claims.c.state == "with_person")

    async def said(self, claim: Claim) -> dict[str, Any]:
        """What was said with a claim, as it was shown; nothing when its words are gone."""
        sealed = await self._app.read(
            lambda connection: connection.execute(
                select(claims.c.said, orders.c.customer_id)
                .outerjoin(orders, orders.c.id == claims.c.order_id)
                .where(claims.c.id == claim.id)
            ).one_or_none()
        )
        if sealed is None or sealed.said is None:
            return {}
        try:
            sealer = await self._sealer(sealed.customer_id)
        except Erased:
            return {}
        opened: dict[str, Any] = sealer.open_json(sealed.said, _place(claim.id))
        return opened

    async def object_to(self, number: str, customer: str) -> bool:
        """ "That was not me": a person looks at a withdrawal by number. False when it is too late, or not theirs."""
        now = self._clock.now()
        due = self.decided_by(now)

        def work(connection: Connection) -> bool:
            claim = read_claim(connection, number)
            if claim is None or claim.order is None or _owner(connection, claim.order) != customer:
                return False
            return move_claim(connection, number, ("held",), "with_person", now, why="objected", due_at=due)

        return await self._app.transaction(work)

    async def decide(self, number: str, outcome: Outcome, amount: Money | None = None) -> str:
        """A person decides: "done", or why not: "unknown", "decided", or what a refund says that cannot be."""
        now = self._clock.now()
        return await self._app.transaction(
            lambda connection: self._decide(connection, number, outcome, amount, now)
        )

    def grant_refund(
        self, connection: Connection, claim: Claim, amount: Money | None, why: str, now: datetime
    ) -> str:
        """Inside the caller's transaction: the money goes back, and the line is nobody's any more."""
        assert claim.order is not None
        # What goes back in part for a line that does not work leaves the line; whoever gives it back gives it up.
        whole = amount is None or claim.kind != WARRANTY
        decision = Decision(claim.order, amount, REASON[claim.kind], f"claim:{claim.id}", closes_line=whole)
        decided = self._giving_back.note(connection, decision, now)
        if decided.outcome not in ("noted", "repeated"):
            return decided.outcome
        minor = None if decided.amount is None else decided.amount.minor
        moved = move_claim(
            connection,
            claim.id,
            ("received", "with_person"),
            "granted",
            now,
            outcome="refund",
            why=why,
            amount=minor,
            decided_at=now,
        )
        return "done" if moved else "decided"

    def decided_by(self, now: datetime) -> datetime:
        """Until when a person shall have decided what begins to wait now."""
        return now + self._decided_within

    def carry_out(self, connection: Connection, claim: Claim, now: datetime) -> None:
        """Start what follows a decision: the line is closed at the provider, whoever claims is told."""
        self._start(connection, "carry_out_claim", f"carry-out-{claim.id}-{now.timestamp():.3f}", claim.id)

    def _decide(
        self, connection: Connection, number: str, outcome: Outcome, amount: Money | None, now: datetime
    ) -> str:
        claim = read_claim(connection, number)
        if claim is None:
            return "unknown"
        if claim.state != "with_person" or (claim.order is None and outcome != "refused"):
            return "decided"
        values = {"outcome": outcome, "why": "staff", "decided_at": now}
        if outcome == "refund":
            said = self.grant_refund(connection, claim, amount, "staff", now)
            if said != "done":
                return said
        elif outcome == "replacement":
            item = place_replacement(connection, claim, self._start, now)
            if item is None:
                return "no_line"
            move_claim(connection, number, ("with_person",), "granted", now, replacement=item, **values)
            if claim.item is not None:
                close_line(connection, claim.item)
        else:
            ended = "done" if outcome == "mended" else "refused"
            move_claim(connection, number, ("with_person",), ended, now, **values)
        self.carry_out(connection, claim, now)
        return "done"

    async def _open(self, kind: str, order: Order, made: Made, state: str) -> Claim:
        row = await self._app.read(
            lambda connection: connection.execute(
                select(orders.c.id, orders.c.customer_id).where(orders.c.id == order.id)
            ).one()
        )
        return await self._keep(kind, row, made, state, stranger=False)

    async def _keep(self, kind: str, order: Any | None, made: Made, state: str, *, stranger: bool) -> Claim:
        """Once for each event, and once for each order while a claim of that kind is open."""
        number = "K" + "".join(secrets.choice(_LETTERS) for _ in range(8))
        sealer = await self._sealer(None if order is None else order.customer_id)
        said, now = sealer.seal_json(dict(made.said), _place(number)), self._clock.now()

        def work(connection: Connection) -> Claim:
            known = _known(connection, kind, order, made.event)
            if known is not None:
                return known
            connection.execute(
                insert(claims).values(
                    id=number,
                    kind=kind,
                    state=state,
                    order_id=None if order is None else order.id,
                    item_id=None if order is None else newest_item(connection, order.id),
                    chat_id=made.chat,
                    event_id=made.event,
                    stranger=stranger,
                    locale=made.locale,
                    said=said,
                    at=now,
                    due_at=self._due(state, now),
                )
            )
            claim = read_claim(connection, number)
            assert claim is not None
            note(connection, claim.order, claim.item, ("–", state), f"{kind} {number}", now)
            self._begin(connection, claim)
            return claim

        return await self._app.transaction(work)

    def _begin(self, connection: Connection, claim: Claim) -> None:
        if claim.state == "received":
            self._start(connection, "settle_claim", f"settle-{claim.id}", claim.id)
        elif claim.state == "held":
            self._start(connection, "notice_claim", f"notice-{claim.id}", claim.id)

    def _due(self, state: str, now: datetime) -> datetime | None:
        return {"held": now + HELD_FOR, "with_person": self.decided_by(now)}.get(state)

    async def _sealer(self, customer: str | None) -> Sealer:
        return self._secrets.house if customer is None else await self._vault.sealer(customer)

    async def _list(self, where: Any) -> list[Claim]:
        rows = await self._app.read(
            lambda connection: connection.execute(
                select(claims).where(where).order_by(claims.c.due_at, claims.c.at).limit(MOST_LISTED)
            ).all()
        )
        return [claim_of(row) for row in rows]


#: What a refund's own reason is called, by the kind of claim that it follows from.
REASON = {REFUND: "returned", WITHDRAWAL: "withdrawal", WARRANTY: "not_working"}


def _known(connection: Connection, kind: str, order: Any | None, event: str) -> Claim | None:
    row = connection.execute(select(claims).where(claims.c.event_id == event)).one_or_none()
    if row is None and order is not None:
        # The order's row is held, so that two claims made at once become one.
        connection.execute(select(orders.c.id).where(orders.c.id == order.id).with_for_update())
        lasting = ("granted", "done") if kind == WITHDRAWAL else ()
        row = connection.execute(
            select(claims).where(
                claims.c.order_id == order.id,
                claims.c.kind == kind,
                claims.c.state.in_((*UNDECIDED, *lasting)),
            )
        ).first()
    return None if row is None else claim_of(row)


def _owner(connection: Connection, order: str) -> str | None:
    return connection.execute(
        select(customers.c.id)
        .join(orders, orders.c.customer_id == customers.c.id)
        .where(orders.c.id == order)
    ).scalar_one_or_none()


def _place(number: str) -> str:
    return f"claims:said:{number}"
