"""Erasures begin here, and are taken up again until the journal says that they are done."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from services.clock import Clock
from services.news import Alarm, Voice
from services.privacy.erasing.announcing import Announcing
from services.privacy.erasing.erasure import Erasing
from services.privacy.erasing.holding import Holding
from services.privacy.erasing.journal import Erasure, Journal
from services.privacy.erasing.others import Engine
from services.privacy.requests.register import Requests, note
from services.storage import Storage
from services.storage.app import chats, customers

#: An erasure's own workflows are forgotten between so long after its end.
FORGET_AFTER, FORGET_UNTIL = timedelta(minutes=1), timedelta(days=3)
#: Whoever is reachable elsewhere, too, may say no for so long.
OBJECTION = timedelta(hours=24)
#: A process that died between the journal and the work that announces it is made good for within this time.
NOTED_WITHIN = timedelta(hours=1)


class Erasures:
    """Begins erasures, and sees to it that none is left behind."""

    def __init__(
        self,
        app: Storage,
        journal: Journal,
        requests: Requests,
        erasing: Erasing,
        holding: Holding,
        announcing: Announcing,
        engine: Engine,
        voice: Voice,
        clock: Clock,
    ) -> None:
        self._app = app
        self._journal = journal
        self._requests = requests
        self._erasing = erasing
        self._holding = holding
        self._announcing = announcing
        self._engine = engine
        self._voice = voice
        self._clock = clock

    async def begin(
        self, customer: str, chat: str, *, cancels: bool = False, not_before: datetime | None = None
    ) -> Erasure:
        """Erase a customer who asks for it in that chat; the journal's line, the same for whoever asks twice.

        `cancels`: what is paid and not delivered is cancelled, not waited for. `not_before`: the day that they
        chose. With a second contact nothing begins for a day, so that its owner can say no. Raises LookupError when
        there is no such customer, or the chat is somebody else's.
        """
        await self._app.read(lambda connection: _check(connection, customer, chat))
        if await self._announcing.has_second(customer, chat):
            not_before = max(filter(None, (not_before, self._clock.now() + OBJECTION)))
        line = await self._journal.begin(customer, cancels=cancels, not_before=not_before)
        await self._start(line, chat)
        return line

    async def cancel(self, receipt: str, customer: str) -> bool:
        """Take back what has not begun; False when it is too late, or was never asked for."""
        if not await self._journal.cancel(receipt, customer):
            return False
        await self._requests.move(receipt, "cancelled")
        return True

    async def let_go(self, customer: str) -> None:
        """Erase somebody whose time is over. Nobody asked, so nobody is answered."""
        await self._start(await self._journal.begin(customer, why="retention"))

    async def resume(self) -> int:
        """Start what is not done, tidy up what is; how many were started. For every start, and from time to time.

        Several processes may do so at once: each workflow has a name of its own, and is started under it once.
        """
        started = [
            line
            async for line in self._journal.all("scheduled", "begun", "waiting", "held")
            if await self._again(line)
        ]
        await self._tidy()
        return len(started)

    async def _again(self, line: Erasure) -> bool:
        match line.state:
            case "scheduled":
                now = self._clock.now()
                if line.not_before is not None and line.not_before > now:
                    # A letter is older than the day on which it was taken up; a day to say no is left from there.
                    if now < max(line.asked_at, line.not_before - OBJECTION) + NOTED_WITHIN:
                        await self._start(line)
                    return False
            case "waiting":
                if await self._erasing.settle(line.receipt) != "settled":
                    return False
            case "held":
                if not await self._holding.over(line.receipt):
                    return False
            case _ if _workflow(line) in await self._engine.dead_letters():
                await self._voice.alarm(Alarm("erasure_broke", line.receipt))
            case _:
                await self._start(line)
                return True
        if not await self._journal.again(line):
            return False
        await self._start(await self._journal.of(line.receipt))
        return True

    async def _start(self, line: Erasure, chat: str = "") -> None:
        """Work begins, or the announcement of what is asked in that chat."""

        def work(connection: Connection) -> None:
            if line.why == "asked":
                note(connection, line.receipt, line.customer, "erasure", line.asked_at)
            if line.state == "begun":
                self._engine.start_with(connection, "erase", _workflow(line), line.receipt)
            elif line.state == "scheduled":
                self._announcing.start(connection, line.receipt, chat)

        await self._app.transaction(work)

    async def _tidy(self) -> None:
        """A workflow cannot delete itself."""
        now = self._clock.now()
        over = [
            name
            async for line in self._journal.all("held", "done", since=now - FORGET_UNTIL)
            if line.done_at is not None and line.done_at < now - FORGET_AFTER
            for name in (f"erase-{line.receipt}-", f"announce-{line.receipt}")
        ]
        if over:
            await self._engine.forget(await self._engine.named(over))


def _workflow(line: Erasure) -> str:
    return f"erase-{line.receipt}-{line.round}"


def _check(connection: Connection, customer: str, chat: str) -> None:
    if connection.execute(select(customers.c.id).where(customers.c.id == customer)).first() is None:
        raise LookupError("the customer is gone")
    owner = connection.execute(select(chats.c.customer_id).where(chats.c.id == chat)).scalar()
    if owner is not None and owner != customer:
        raise LookupError("the chat is somebody else's")
