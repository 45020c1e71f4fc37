"""Two customers are found to be one person: noted in the vault first, then the work that unites them begins."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, select, update

from services.clock import Clock
from services.storage import Stores
from services.storage.app import customers
from services.storage.sealing import Vault
from services.storage.upsert import insert_new
from services.storage.vault import joins

#: Puts a workflow into the queue: (connection, its name, its id, its subject).
Start = Callable[[Connection, str, str, str], None]


class Joining:
    """The beginning of the workflow "unite", by the running bot or beside it."""

    def __init__(self, stores: Stores, vault: Vault, clock: Clock, start: Start) -> None:
        self._app = stores.app
        self._store = stores.vault
        self._vault = vault
        self._clock = clock
        self._start = start

    async def begin(self, one: str, other: str) -> bool:
        """Begin to make two customers one; False when one of them is gone, going, or being united elsewhere."""
        if await self._vault.being_erased(one) or await self._vault.being_erased(other):
            return False
        people = await self._app.read(
            lambda connection: (
                connection.execute(
                    select(customers.c.id)
                    .where(customers.c.id.in_((one, other)))
                    .order_by(customers.c.created_at, customers.c.id)
                )
                .scalars()
                .all()
            )
        )
        if len(people) != 2:
            return False
        into, was = people
        if not await self._store.transaction(lambda connection: self._note(connection, was, into)):
            return False
        await self.start(was)
        return True

    async def start(self, was: str) -> None:
        """Begin, or begin again, to move what is noted."""
        workflow = f"{workflow_of(was)}-{self._clock.now().timestamp():.3f}"
        await self._app.transaction(lambda connection: self._start(connection, "unite", workflow, was))

    async def into(self, was: str) -> str | None:
        """Whose part a customer becomes, or became; whoever became part of another one is looked for there."""
        noted = select(joins.c.into).where(joins.c.customer_id == was)
        return await self._store.read(lambda connection: connection.execute(noted).scalar_one_or_none())

    def _note(self, connection: Connection, was: str, into: str) -> bool:
        going = connection.execute(select(joins.c.customer_id).where(joins.c.customer_id == into)).first()
        if going is not None:
            return False
        insert_new(
            connection, joins, customer_id=was, into=into, state="begun", at=self._clock.now(), done_at=None
        )
        # Whoever became a part of the younger one goes along.
        connection.execute(update(joins).where(joins.c.into == was).values(into=into))
        noted = connection.execute(select(joins.c.into).where(joins.c.customer_id == was)).scalar_one()
        return bool(noted == into)


def workflow_of(was: str) -> str:
    """What every try to unite a customer is called, but for its time."""
    return f"unite-{was}"
