"""Carrying out what was asked for by mail, by post or through an authority, once it is known who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from services.clock import Clock
from services.privacy.consents import MARKETING, Consents
from services.privacy.erasing.announcing import announce
from services.privacy.erasing.journal import Erasure, Journal
from services.privacy.erasing.taking_up import OBJECTION
from services.privacy.requests.deadlines import MOST_DAYS
from services.privacy.requests.handling import NotPossible
from services.privacy.requests.pausing import Pauses
from services.privacy.requests.rectifying import Rectified, Rectifying
from services.privacy.requests.register import Request, Requests, merge
from services.privacy.requests.states import Kind, Level
from services.privacy.suppressions import MAIL
from services.storage import Storage
from services.storage.app import customers, privacy_requests
from services.storage.sealing import Erased

#: Puts work into the engine's queue, in the transaction of what asks for it.
Start = Callable[[Connection, str, str, str], None]

#: No chat vouches for whoever writes: how sure we are who asks before a request of that kind is carried out. There is
#: nothing to carry out of a complaint.
NEEDS: Mapping[Kind, frozenset[Level]] = {
    kind: frozenset({"L1", "L2"})
    for kind in ("access", "portability", "rectification", "erasure", "objection", "restriction")
}


class CarryingOut:
    """One method for each thing that is done. Each may be repeated until its request is answered.

    What cannot be done raises NotPossible; its `why` is a reason of Handling's or one of "in_chat", "complaint",
    "not_identified", "merged", "gone", "begun".
    """

    def __init__(
        self,
        app: Storage,
        journal: Journal,
        requests: Requests,
        consents: Consents,
        pauses: Pauses,
        clock: Clock,
    ) -> None:
        self._app = app
        self._journal = journal
        self._requests = requests
        self._consents = consents
        self._pauses = pauses
        self._clock = clock

    async def ready(self, number: str) -> tuple[Request, str]:
        """The request and its customer, where it can be carried out now."""
        request = await self._requests.find(number)
        if request is None:
            raise NotPossible("unknown")
        if request.merged_into is not None:
            raise NotPossible("merged")
        if not request.is_open:
            raise NotPossible("over")
        if request.kind == "complaint":
            raise NotPossible("complaint")
        if request.intake == "chat":
            raise NotPossible("in_chat")
        if request.customer is None or request.level not in NEEDS[request.kind]:
            raise NotPossible("not_identified")
        if request.state != "in_progress":
            raise NotPossible("not_from_here")
        return request, request.customer

    async def copied(self, number: str) -> None:
        """The operator has the copy in hand and sends it on: that is the answer, so nothing more is told."""
        await self._answered(number, "copied", tell=False)

    async def object(self, number: str, words: str, locale: str) -> None:
        """No offers any more, on no channel; `words` are what the ledger keeps of it."""
        request, customer = await self.ready(number)
        try:
            await self._consents.record(customer, MARKETING, MAIL, "object", words, locale, request.number)
        except LookupError:
            raise NotPossible("gone") from None
        await self._answered(request.number, "objected")

    async def restrict(self, number: str) -> None:
        """The pause that the chat sets, under this request's own number."""
        request, customer = await self.ready(number)
        try:
            await self._pauses.begin(customer, request.number)
        except LookupError:
            raise NotPossible("gone") from None
        await self._answered(request.number, "paused")

    async def rectify(
        self, number: str, rectifying: Rectifying, fields: Mapping[str, str], *, invoices: bool = False
    ) -> list[Rectified]:
        """What was corrected of these fields of the account; `invoices`: those in another name are written anew."""
        request, customer = await self.ready(number)
        try:
            told = [
                await rectifying.tell(customer, field, value, request.number)
                for field, value in fields.items()
            ]
            if invoices:
                await rectifying.correct_invoices(customer, request.number)
        except Erased:
            raise NotPossible("gone") from None
        await self._answered(request.number, "corrected")
        return [one for one in told if one is not None]

    async def erase(self, number: str, start: Start, *, cancels: bool = False) -> Erasure:
        """Note an erasure in the journal, under the request's own number; a bot that runs takes it up.

        Whoever asks by letter waits a day: every chat and the mailbox of the customer hear of it, and can say no.
        `cancels`: what is paid and not delivered is cancelled, not waited for. Where an erasure of the same customer
        is under way, the request is merged into it: then the line has another receipt.
        """
        request, customer = await self.ready(number)
        await self._app.read(lambda connection: _check(connection, customer))
        line = await self._journal.begin(
            customer,
            request.number,
            _asked_at(request),
            cancels=cancels,
            not_before=self._clock.now() + OBJECTION,
        )
        if line.why != "asked":
            raise NotPossible("gone")
        if not await self._app.transaction(
            lambda connection: self._begin(connection, request.number, line, start)
        ):
            # Somebody refused it, or stopped its clock, in the same moment.
            await self._journal.cancel(request.number, customer)
            raise NotPossible("not_from_here")
        return line

    async def erasing(self, number: str) -> bool:
        """Whether an erasure stands in the journal under that request's number, begun or not."""
        return await self._line(number) is not None

    async def stop(self, number: str) -> None:
        """What nobody has begun to erase for that request stays. Raises NotPossible, "begun", where it is too late."""
        line = await self._line(number)
        if line is not None and not await self._journal.cancel(number, line.customer):
            raise NotPossible("begun")

    async def _line(self, number: str) -> Erasure | None:
        try:
            return await self._journal.of(number)
        except LookupError:
            return None

    def _begin(self, connection: Connection, number: str, line: Erasure, start: Start) -> bool:
        if line.receipt != number:
            return merge(connection, number, line.receipt, self._clock.now())
        row = connection.execute(
            select(privacy_requests.c.state).where(privacy_requests.c.id == number).with_for_update()
        ).one()
        if row.state != "in_progress":
            return False
        if line.state == "scheduled":
            announce(start, connection, number, "")
        return True

    async def _answered(self, number: str, why: str, *, tell: bool = True) -> None:
        if not await self._requests.move(number, "answered", why, tell=tell):
            raise NotPossible("not_from_here")


def _asked_at(request: Request) -> datetime:
    """From when the law's month is counted: days for which the clock stood still, and an extension, are not in it."""
    return max(request.at, request.due_at - MOST_DAYS)


def _check(connection: Connection, customer: str) -> None:
    if connection.execute(select(customers.c.id).where(customers.c.id == customer)).first() is None:
        raise NotPossible("gone")
