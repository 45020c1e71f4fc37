"""Messages that a platform gives us once: committed before it is told so, answered one after another for each chat."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any

import structlog
from sqlalchemy import Connection, delete, func, select, update

from bot.conversation.engine import TryAgain
from bot.conversation.events import Address, Attachment, Incoming, Pressed, Said, Wished
from bot.conversation.events import Sent as SentIn
from services.clock import machine_now
from services.locks import Busy
from services.storage import Storage
from services.storage.app import inbound, seen_events
from services.storage.sealing import Sealer
from services.storage.upsert import insert_new

log = structlog.get_logger()

#: Rows that may wait; beyond it the platform is asked to come again.
MOST_WAITING = 20_000
#: Chats dealt with at once.
MOST_AT_ONCE = 64
#: Seconds before an event that was not answered is tried again; in the end every half minute, for a day.
AGAIN = (0.2, 0.5, 1, 2, 5, 10, 20, *([30] * 2_880))

Deal = Callable[[Incoming, Callable[[Connection], None]], Awaitable[None]]


class Full(Exception):
    """Too much is waiting: the platform shall come again."""


class Inbox:
    """Keeps what came in until it was answered, sealed with the house's key."""

    def __init__(
        self,
        app: Storage,
        house: Sealer,
        owner: str,
        deal: Deal,
        event_id: Callable[[str], str],
        chat_id: Callable[[Address], str],
    ) -> None:
        self._app = app
        self._house = house
        self._owner = owner
        self._deal = deal
        self._event_id = event_id
        self._chat_id = chat_id
        self._waiting: dict[str, deque[tuple[str, Incoming]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    async def put(self, batch: Sequence[Incoming]) -> None:
        """Commit a batch; from then on it will be answered. Raises Full."""
        rows = [self._row(incoming) for incoming in batch]

        def work(connection: Connection) -> list[str]:
            waiting = connection.execute(select(func.count()).select_from(inbound)).scalar_one()
            if waiting + len(rows) > MOST_WAITING:
                raise Full
            return [row["id"] for row in rows if _is_new(connection, row)]

        new = set(await self._app.transaction(work))
        for row, incoming in zip(rows, batch, strict=True):
            if row["id"] in new:
                new.discard(row["id"])
                self._queue(row["chat"], row["id"], incoming)

    async def take_up(self, dead: Sequence[str] | None = None) -> int:
        """Go on with what other processes left (`dead` None: whoever they were); how many rows there were."""

        def work(connection: Connection) -> Sequence[Any]:
            left = inbound.c.owner != self._owner
            if dead is not None:
                left &= inbound.c.owner.in_(dead)
            rows = connection.execute(
                select(inbound)
                .where(left)
                .order_by(inbound.c.seq)
                .limit(MOST_WAITING)
                .with_for_update(skip_locked=True)
            ).all()
            for row in rows:
                connection.execute(update(inbound).where(inbound.c.seq == row.seq).values(owner=self._owner))
            return rows

        rows = await self._app.transaction(work)
        for row in rows:
            self._queue(row.chat, row.id, self._read(row))
        return len(rows)

    async def close(self) -> None:
        """Stop; what is not answered stays in the table."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _queue(self, chat: str, event: str, incoming: Incoming) -> None:
        waiting = self._waiting.get(chat)
        if waiting is not None:
            waiting.append((event, incoming))
            return
        self._waiting[chat] = deque([(event, incoming)])
        task = asyncio.create_task(self._work(chat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, chat: str) -> None:
        waiting = self._waiting[chat]
        try:
            while waiting:
                event, incoming = waiting[0]
                async with self._room:
                    done = await self._one(event, incoming)
                if not done:
                    log.error("given up after a day", event_id=event)
                waiting.popleft()
        finally:
            self._waiting.pop(chat, None)

    async def _one(self, event: str, incoming: Incoming) -> bool:
        for pause in AGAIN:
            try:
                await self._deal(incoming, lambda connection: _forget(connection, event))
            except (TryAgain, Busy):
                await asyncio.sleep(pause)
            except Exception as error:
                log.error("inbox", event_id=event, error=type(error).__name__)
                await asyncio.sleep(pause)
            else:
                return True
        # Nobody can be told, and nobody brings it again: it must not stand in the way for ever.
        await self._app.transaction(lambda connection: _forget(connection, event))
        return False

    def _row(self, incoming: Incoming) -> dict[str, Any]:
        event = self._event_id(incoming.id)
        body = {"kind": type(incoming.event).__name__, **asdict(incoming)}
        return {
            "id": event,
            "chat": self._chat_id(incoming.address),
            "body": self._house.seal_json(body, f"inbound:body:{event}"),
            "at": machine_now(),
            "owner": self._owner,
        }

    def _read(self, row: Any) -> Incoming:
        body = self._house.open_json(row.body, f"inbound:body:{row.id}")
        return Incoming(
            id=body["id"],
            address=Address(**body["address"]),
            event=_event(body["kind"], body["event"]),
            language=body["language"],
            country=body["country"],
            spinner=body["spinner"],
        )


def _event(kind: str, fields: dict[str, Any]) -> Said | Pressed | SentIn | Wished:
    match kind:
        case "Said":
            return Said(**fields)
        case "Pressed":
            return Pressed(**fields)
        case "Wished":
            return Wished(**fields)
        case _:
            file = fields["attachment"]
            return SentIn(fields["kind"], Attachment(**file) if file else None, fields["caption"])


def _is_new(connection: Connection, row: dict[str, Any]) -> bool:
    if connection.execute(select(seen_events.c.id).where(seen_events.c.id == row["id"])).first() is not None:
        return False
    return insert_new(connection, inbound, **row)


def _forget(connection: Connection, event: str) -> None:
    connection.execute(delete(inbound).where(inbound.c.id == event))
