"""Finds what no event told us: attempts that were paid, refunds that moved, and what was made elsewhere."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import Connection, select, update

from services.checkout import Checkouts
from services.clock import Clock
from services.disputes import Disputes
from services.fraud_warnings import FraudWarnings
from services.news import Alarm, Voice
from services.orders.whose import is_ours
from services.payment_events import PaymentEvents
from services.payments import Contested, GivenBack, Made, Payment, PaymentError, Seen, Suspected, Watched
from services.refund_truth import RefundTruth
from services.storage import Storage
from services.storage.app import marks
from services.storage.sealing import Sealer
from services.storage.upsert import insert_new

log = structlog.get_logger()

LISTS: tuple[Made, ...] = ("refunds", "disputes", "warnings", "payments")
#: Pages of one list in one round.
MOST_PAGES = 5
#: What is younger is looked at again in the next round: it may have appeared in a list out of turn.
SETTLED = timedelta(minutes=2)


class Reconciling:
    """One round looks at a bounded part of everything; the next round goes on from there."""

    def __init__(
        self,
        app: Storage,
        payments: Watched,
        events: PaymentEvents,
        checkouts: Checkouts,
        refunds: RefundTruth,
        disputes: Disputes,
        warnings: FraudWarnings,
        house: Sealer,
        clock: Clock,
        voice: Voice,
    ) -> None:
        self._app = app
        self._payments = payments
        self._events = events
        self._checkouts = checkouts
        self._refunds = refunds
        self._disputes = disputes
        self._warnings = warnings
        self._house = house
        self._clock = clock
        self._voice = voice

    async def round(self) -> None:
        """Everything once. What the payment service does not answer now is asked in the next round."""
        await self._tried(self._events.take_up)
        await self._tried(self._attempts)
        await self._tried(self._pending_refunds)
        await self._tried(self._open_disputes)
        for what in LISTS:
            await self._tried(partial(self._made, what))

    async def _tried(self, part: Callable[[], Awaitable[object]]) -> None:
        try:
            await part()
        except PaymentError as error:
            log.warning("reconciliation skipped a part", reason=error.reason)

    async def _attempts(self) -> None:
        """Attempts that can still be paid, or whose money is on its way."""
        await self._each("attempts", self._checkouts.unsettled, self._checkouts.settle)

    async def _pending_refunds(self) -> None:
        await self._each("refunds", self._refunds.pending, self._refunds.look)

    async def _open_disputes(self) -> None:
        await self._each("open-disputes", self._disputes.open, self._disputes.look)

    async def _each(
        self,
        name: str,
        some: Callable[[str], Awaitable[list[tuple[str, str]]]],
        look: Callable[[str], Awaitable[None]],
    ) -> None:
        """The next few of our own rows, in the order of their keys, round and round."""
        after = await self._cursor(f"reconcile:{name}") or ""
        rows = await some(after)
        for _, reference in rows:
            await self._tried(partial(look, reference))
        if rows or after:
            await self._move(f"reconcile:{name}", rows[-1][0] if rows else "")

    async def _made(self, what: Made) -> None:
        """What was made at the payment service since we looked last, by whomever."""
        name = f"stripe:{what}"
        cursor = await self._cursor(name)
        first_look, settled = cursor is None, self._clock.now() - SETTLED
        for _ in range(MOST_PAGES):
            try:
                page = await self._payments.made(what, cursor or None)
            except PaymentError as error:
                if error.reason == "resource_missing":
                    # What the cursor named is no more: look at the newest again.
                    await self._move(name, "")
                raise
            for seen in page.found:
                await self._follow(seen, first_look)
            old = [seen.id for seen in page.found if seen.at < settled]
            # Even an empty account has been looked at: what comes now is news.
            await self._move(name, old[-1] if old else cursor or "")
            if not page.more or not old:
                return
            cursor = old[-1]

    async def _follow(self, seen: Seen, first_look: bool) -> None:
        match seen.what:
            case GivenBack() as refund:
                await self._refunds.follow(refund)
            case Contested() as dispute:
                await self._disputes.follow(dispute)
            case Suspected() as warning:
                await self._warnings.follow(warning)
            case Payment(paid=True) as payment:
                await self._paid(payment, first_look)

    async def _paid(self, payment: Payment, first_look: bool) -> None:
        """A payment that the book does not know: let it be entered by its attempt, or ask a person whose it is."""
        if await self._app.read(lambda connection: is_ours(connection, payment.id, payment.order)):
            return
        session = await self._payments.session_of(payment.id)
        if session is not None and payment.order is not None:
            await self._checkouts.settle(session)
        elif not first_look:
            # The account may have sold other things before we came.
            await self._voice.alarm(Alarm("payment_of_unknown_order", payment.id))

    async def _cursor(self, name: str) -> str | None:
        """Where the last round stopped; None before the first one."""
        kept = await self._app.read(
            lambda connection: connection.execute(
                select(marks.c.value).where(marks.c.name == name)
            ).scalar_one_or_none()
        )
        return None if kept is None else self._house.open(b64decode(kept), f"marks:value:{name}").decode()

    async def _move(self, name: str, cursor: str) -> None:
        # Sealed: the number of somebody's payment must not outlive them.
        value = b64encode(self._house.seal(cursor, f"marks:value:{name}")).decode()
        now = self._clock.now()

        def work(connection: Connection) -> None:
            if not insert_new(connection, marks, name=name, value=value, at=now):
                connection.execute(update(marks).where(marks.c.name == name).values(value=value, at=now))

        await self._app.transaction(work)
