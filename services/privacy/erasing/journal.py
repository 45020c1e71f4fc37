"""The journal of erasures: written before anything is erased, closed after everything is, read at every start."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, select, update

from services.clock import Clock
from services.privacy.requests.register import new_number
from services.storage import Storage
from services.storage.upsert import insert_new
from services.storage.vault import erasures

#: Whether the person asked, or their time was over.
Why = Literal["asked", "retention"]
#: "scheduled": not before a day; "waiting" for an order to settle; "held": erased but for what money or a dispute
#: still needs.
State = Literal["scheduled", "begun", "waiting", "held", "done"]
#: States in which nobody may stand in the stores any more.
GONE: tuple[State, ...] = ("held", "done")
#: What is noted of the person's choice.
CANCELS = "cancel"
#: Rows read at once.
PAGE = 500
#: Numbers tried before giving up; one in hundreds of millions is taken.
_TRIES = 5


@dataclass(frozen=True)
class Erasure:
    """One line of the journal."""

    receipt: str
    customer: str
    state: State
    asked_at: datetime
    done_at: datetime | None
    why: Why = "asked"
    #: Whether orders that are paid and not delivered are cancelled; else the erasure waits for them.
    cancels: bool = False
    not_before: datetime | None = None
    #: Which workflow works on it.
    round: int = 0


class Journal:
    """Knows who is being erased and who was."""

    def __init__(self, vault: Storage, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    async def begin(
        self,
        customer: str,
        receipt: str | None = None,
        at: datetime | None = None,
        why: Why = "asked",
        *,
        cancels: bool = False,
        not_before: datetime | None = None,
    ) -> Erasure:
        """Note that a customer is to be erased; the same line for whoever asks twice."""
        for _ in range(_TRIES):
            number = receipt or new_number()
            row = {
                "id": number,
                "customer_id": customer,
                "state": "scheduled" if not_before else "begun",
                "why": why,
                "wish": CANCELS if cancels else "",
                "not_before": not_before,
                "asked_at": at or self._clock.now(),
            }
            found = await self._vault.transaction(_beginning(row))
            if found is not None:
                return found
        raise LookupError("no free number")

    async def of(self, receipt: str) -> Erasure:
        """The line of a receipt. Raises LookupError."""
        row = await self._vault.read(
            lambda connection: connection.execute(
                select(erasures).where(erasures.c.id == receipt)
            ).one_or_none()
        )
        if row is None:
            raise LookupError(receipt)
        return _line(row)

    async def find(self, customer: str) -> Erasure | None:
        """The line of a customer, or None."""
        row = await self._vault.read(
            lambda connection: connection.execute(
                select(erasures).where(erasures.c.customer_id == customer)
            ).one_or_none()
        )
        return None if row is None else _line(row)

    async def again(self, line: Erasure) -> bool:
        """Let the next workflow work on a line; False when somebody else has done so since it was read."""
        moved = (
            update(erasures)
            .where(
                erasures.c.id == line.receipt,
                erasures.c.state == line.state,
                erasures.c.round == line.round,
            )
            .values(state="begun", round=line.round + 1)
        )
        return await self._vault.transaction(lambda connection: connection.execute(moved).rowcount == 1)

    async def cancel(self, receipt: str, customer: str) -> bool:
        """Take back a line that nobody has begun to work on; False when it is too late."""
        gone = delete(erasures).where(
            erasures.c.id == receipt, erasures.c.customer_id == customer, erasures.c.state == "scheduled"
        )
        return await self._vault.transaction(lambda connection: connection.execute(gone).rowcount == 1)

    async def set(self, receipt: str, state: State) -> None:
        """Move a line on. What is done stays done."""
        done_at = self._clock.now() if state in GONE else None
        await self._vault.transaction(
            lambda connection: connection.execute(
                update(erasures)
                .where(erasures.c.id == receipt, erasures.c.state != "done")
                .values(state=state, done_at=done_at)
            )
        )

    async def all(self, *states: str, since: datetime | None = None) -> AsyncIterator[Erasure]:
        """Every line in those states; of done ones, those done since then."""
        async for page in self.pages(*states, since=since):
            for line in page:
                yield line

    async def pages(self, *states: str, since: datetime | None = None) -> AsyncIterator[list[Erasure]]:
        """The same, as many lines at once as are read at once."""
        after = ""
        while page := await self._page(states, since, after):
            yield page
            after = page[-1].receipt

    async def _page(self, states: Sequence[str], since: datetime | None, after: str) -> list[Erasure]:
        wanted = select(erasures).where(erasures.c.state.in_(states), erasures.c.id > after)
        if since is not None:
            wanted = wanted.where(erasures.c.done_at > since)
        rows = await self._vault.read(
            lambda connection: connection.execute(wanted.order_by(erasures.c.id).limit(PAGE)).all()
        )
        return [_line(row) for row in rows]


def _beginning(row: dict[str, Any]) -> Callable[[Connection], Erasure | None]:
    def work(connection: Connection) -> Erasure | None:
        insert_new(connection, erasures, **row)
        mine = select(erasures).where(erasures.c.customer_id == row["customer_id"])
        found = connection.execute(mine).one_or_none()
        return None if found is None else _line(found)

    return work


def _line(row: Any) -> Erasure:
    return Erasure(
        row.id,
        row.customer_id,
        row.state,
        row.asked_at,
        row.done_at,
        row.why,
        row.wish == CANCELS,
        row.not_before,
        row.round,
    )
