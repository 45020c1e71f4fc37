"""The workflow "unite": two customers turn out to be one person, and become one.

The vault notes it first, as it does with erasures; the younger customer becomes a part of the older one. The younger
one's key is kept as long as a backup may hold what it seals, so that a restored store is united again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection, delete, select, update

from services.clock import Clock, Waits
from services.identity.doubts import settle
from services.identity.joining import Joining, workflow_of
from services.identity.one_owner import hand_over, is_buying, reseal
from services.locks import Busy
from services.news import ChatsLinked, Voice
from services.privacy.erasing.others import Engine
from services.storage import Stores
from services.storage.app import chats, customers
from services.storage.sealing import KEY_LIVES, Erased, Vault
from services.storage.vault import joins

log = structlog.get_logger()

#: Seconds between tries: a chat is being answered, or a line is just being bought. Then the sweep goes on.
TRIES = (0, 1, 2, 5, 10, 30, 60, 300, 900)
#: How long to wait for chats to be free, in seconds.
PATIENCE = 5.0


class Locks(Protocol):
    """One event of a chat at a time."""

    def hold(self, name: str) -> Any: ...


class Uniting:
    """The workflow and its steps. `returned`: somebody who could not be reached is there again."""

    def __init__(
        self,
        stores: Stores,
        vault: Vault,
        clock: Clock,
        waits: Waits,
        engine: Engine,
        locks: Locks,
        voice: Voice,
        returned: Callable[[str], Awaitable[None]],
    ) -> None:
        self._app = stores.app
        self._store = stores.vault
        self._vault = vault
        self._clock = clock
        self._waits = waits
        self._engine = engine
        self._locks = locks
        self._voice = voice
        self._returned = returned
        self._joining = Joining(stores, vault, clock, engine.start_with)
        engine.tells("unite", self.unite)

    async def begin(self, one: str, other: str) -> bool:
        """Begin to make two customers one; False when one of them is gone, going, or being united elsewhere."""
        return await self._joining.begin(one, other)

    async def resume(self) -> int:
        """Take up what is not done, or what a restored store has undone; how many. After the engine's launch."""
        noted = await self._store.read(lambda connection: connection.execute(select(joins)).all())
        there = await self._app.read(
            lambda connection: set(
                connection.execute(
                    select(customers.c.id).where(customers.c.id.in_([row.customer_id for row in noted]))
                ).scalars()
            )
        )
        busy = {workflow.rpartition("-")[0] for workflow, _ in await self._engine.unfinished()}
        left = [
            row.customer_id
            for row in noted
            if (row.state == "begun" or row.customer_id in there) and workflow_of(row.customer_id) not in busy
        ]
        for was in left:
            await self._joining.start(was)
        return len(left)

    async def unite(self, was: str) -> str:
        """The story of one: "united", "gone" when there was nobody to unite, "waiting" for the sweep."""
        outcome = "again"
        for number, pause in enumerate(TRIES):
            if pause:
                await self._engine.sleep(self._waits(pause))
            outcome = await self._engine.step(f"move-{number}", self._move, was)
            if outcome != "again":
                break
        if outcome == "again":
            return "waiting"
        if outcome == "gone":
            return str(await self._engine.step("abandon", self._abandon, was))
        await self._engine.step("tell", self._tell, was)
        # Other processes may hold the old key for some seconds, and have sealed with it meanwhile.
        await self._engine.sleep(KEY_LIVES + 1)
        return str(await self._engine.step("settle", self._settle, was))

    async def _move(self, was: str) -> str:
        into = await self._joining.into(was)
        if into is None:
            return "gone"
        if await self._vault.being_erased(was) or await self._vault.being_erased(into):
            return "gone"
        try:
            old, new = await self._vault.sealer(was), await self._vault.sealer(into)
        except Erased:
            return "gone"

        def work(connection: Connection) -> str:
            for still_mine in held:
                still_mine(connection)
            if connection.execute(select(customers.c.id).where(customers.c.id == was)).first() is None:
                return "moved"  # before we were killed
            if is_buying(connection, was):
                return "again"
            settle(connection, was, into)
            return "moved" if hand_over(connection, was, into, old, new) else "gone"

        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(PATIENCE):
                    held = [
                        await stack.enter_async_context(self._locks.hold(chat))
                        for chat in await self._chats(was)
                    ]
            except (Busy, TimeoutError):
                return "again"
            return await self._app.transaction(work)

    async def _tell(self, was: str) -> str:
        """Every chat hears that it is linked, once; and what could not be told while it was unknown whose it was."""
        into = await self._joining.into(was)
        if into is None:
            return "gone"
        for chat in await self._chats(into):
            await self._voice.tell(chat, ChatsLinked(), f"linked:{was}:{chat}")
        await self._returned(into)
        return "told"

    async def _settle(self, was: str) -> str:
        into = await self._joining.into(was)
        if into is None:
            return "gone"
        try:
            old, new = await self._vault.sealer(was), await self._vault.sealer(into)
        except Erased:
            return "gone"  # erased meanwhile, both of them
        late = await self._app.transaction(lambda connection: reseal(connection, was, into, old, new))
        await self._store.transaction(
            lambda connection: connection.execute(
                update(joins)
                .where(joins.c.customer_id == was)
                .values(state="done", done_at=self._clock.now())
            )
        )
        log.info("united", late=late)
        return "united"

    async def _abandon(self, was: str) -> str:
        await self._store.transaction(
            lambda connection: connection.execute(
                delete(joins).where(joins.c.customer_id == was, joins.c.state == "begun")
            )
        )
        return "gone"

    async def _chats(self, customer: str) -> list[str]:
        """In one order, so that two who hold several do not wait for each other."""
        wanted = select(chats.c.id).where(chats.c.customer_id == customer).order_by(chats.c.id)
        return list(await self._app.read(lambda connection: connection.execute(wanted).scalars().all()))
