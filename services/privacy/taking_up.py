"""Erasures begin here, and are taken up again until the journal says that they are done."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select

from services.clock import Clock
from services.locks import Busy, Lease
from services.news import Alarm, Voice
from services.privacy.erasure import Erasing
from services.privacy.journal import Erasure, Journal
from services.privacy.others import Engine
from services.privacy.requests import Requests, note
from services.storage import Storage
from services.storage.app import chats, customers

#: One sweep takes no longer than this, in seconds.
SWEEP = 120.0
#: An erasure's own workflow is forgotten between so long after its end.
FORGET_AFTER, FORGET_UNTIL = timedelta(minutes=1), timedelta(days=3)


class Erasures:
    """Begins erasures, and sees to it that none is left behind."""

    def __init__(
        self,
        app: Storage,
        journal: Journal,
        requests: Requests,
        erasing: Erasing,
        engine: Engine,
        voice: Voice,
        clock: Clock,
    ) -> None:
        self._app = app
        self._journal = journal
        self._requests = requests
        self._erasing = erasing
        self._engine = engine
        self._voice = voice
        self._clock = clock

    async def begin(self, customer: str, chat: str) -> str:
        """Erase a customer who asks for it in that chat; the receipt's number, the same for whoever asks twice.

        Raises LookupError when there is no such customer, or the chat is somebody else's.
        """
        await self._app.read(lambda connection: _check(connection, customer, chat))
        line = await self._journal.begin(customer)
        await self._start(line)
        return line.receipt

    async def let_go(self, customer: str) -> None:
        """Erase somebody whose time is over. Nobody asked, so nobody is answered."""
        await self._start(await self._journal.begin(customer, why="retention"))

    async def resume(self) -> int:
        """Start what is not done, tidy up what is; how many were started. For every start, and from time to time.

        One process at a time: another one that comes meanwhile does nothing.
        """
        lease = Lease(self._app, "erasures", "erasures", SWEEP)
        try:
            await lease.claim(0)
        except Busy:
            return 0
        try:
            started = [
                line async for line in self._journal.all("begun", "waiting") if await self._again(line)
            ]
            await self._tidy()
        finally:
            await lease.release()
        return len(started)

    async def _again(self, line: Erasure) -> bool:
        name = _workflow(line.receipt)
        if line.state == "waiting":
            if await self._erasing.settle(line.receipt) != "settled":
                return False
            await self._engine.forget([name])
            await self._journal.set(line.receipt, "begun")
            await self._requests.move(line.receipt, "in_progress")
        elif name in await self._engine.dead_letters():
            await self._voice.alarm(Alarm("erasure_broke", line.receipt))
            await self._engine.forget([name])
        await self._start(line)
        return True

    async def _start(self, line: Erasure) -> None:
        def work(connection: Connection) -> None:
            if line.why == "asked":
                note(connection, line.receipt, line.customer, "erasure", line.asked_at)
            self._engine.start_with(connection, "erase", _workflow(line.receipt), line.receipt)

        await self._app.transaction(work)

    async def _tidy(self) -> None:
        """A workflow cannot delete itself."""
        now = self._clock.now()
        over = [
            _workflow(line.receipt)
            async for line in self._journal.all("done", since=now - FORGET_UNTIL)
            if line.done_at is not None and line.done_at < now - FORGET_AFTER
        ]
        if over:
            await self._engine.forget(await self._engine.named(over))


def _workflow(receipt: str) -> str:
    return f"erase-{receipt}"


def _check(connection: Connection, customer: str, chat: str) -> None:
    if connection.execute(select(customers.c.id).where(customers.c.id == customer)).first() is None:
        raise LookupError("the customer is gone")
    owner = connection.execute(select(chats.c.customer_id).where(chats.c.id == chat)).scalar()
    if owner is not None and owner != customer:
        raise LookupError("the chat is somebody else's")
