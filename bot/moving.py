"""A traveller's chat goes along when their platform gives them another id: a new number, a new scoped id."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, exists, select, update

from bot.conversation.events import Address
from bot.sessions import Locks, Sessions
from services.customers import Customers
from services.storage import Storage
from services.storage.after_sale import claims
from services.storage.app import cases, chats, dispatches, identities, orders
from services.storage.sealing import Erased, Sealer, Secrets, Vault

#: What names a chat: whatever is still to be told finds its traveller under the new id.
_NAMES = (orders.c.chat_id, cases.c.chat_id, dispatches.c.chat_id, claims.c.chat_id)


class Moving:
    """Follows travellers. Whoever comes to an id that they left is somebody else, and knows nothing of them."""

    def __init__(
        self,
        app: Storage,
        vault: Vault,
        people: Customers,
        secrets: Secrets,
        sessions: Sessions,
        locks: Locks,
    ) -> None:
        self._app = app
        self._vault = vault
        self._people = people
        self._secrets = secrets
        self._sessions = sessions
        self._locks = locks

    async def follow(self, was: Address, now: Address) -> bool:
        """False when we knew nobody there, or somebody at the new id already. Safe to repeat. Raises Busy."""
        customer = await self._people.find(was.channel, was.id)
        if customer is None or was.id == now.id:
            return False
        try:
            sealer = await self._vault.sealer(customer)
        except Erased:
            return False
        async with self._locks.hold(self._sessions.chat_id(was)) as still_mine:

            def work(connection: Connection) -> bool:
                still_mine(connection)
                if not self._rename(connection, sealer, customer, was.channel, was.id, now.id):
                    return False
                if was.phone and now.phone and was.phone != now.phone:
                    self._rename(connection, sealer, customer, "phone", was.phone, now.phone)
                self._move_chat(connection, sealer, was, now)
                return True

            return await self._app.transaction(work)

    def _rename(
        self, connection: Connection, sealer: Sealer, customer: str, kind: str, was: str, now: str
    ) -> bool:
        """The customer is known by another id of that kind; not where somebody else is known by it."""
        new = self._secrets.hash(kind, now)
        taken = exists(select(identities.c.hash).where(identities.c.hash == new).correlate(None))
        renamed = connection.execute(
            update(identities)
            .where(
                identities.c.hash == self._secrets.hash(kind, was),
                identities.c.customer_id == customer,
                identities.c.kind == kind,
                ~taken,
            )
            .values(hash=new, value=sealer.seal(now, f"identities:value:{customer}:{kind}"))
        )
        return renamed.rowcount == 1

    def _move_chat(self, connection: Connection, sealer: Sealer, was: Address, now: Address) -> None:
        old, new = self._sessions.chat_id(was), self._sessions.chat_id(now)
        state = connection.execute(select(chats.c.state).where(chats.c.id == old)).scalar_one_or_none()
        there = connection.execute(select(chats.c.id).where(chats.c.id == new)).first()
        if state is None or there is not None:
            return
        kept = sealer.open_json(state, f"chats:state:{old}") | {"address": asdict(now)}
        connection.execute(
            update(chats)
            .where(chats.c.id == old)
            .values(id=new, state=sealer.seal_json(kept, f"chats:state:{new}"))
        )
        for column in _NAMES:
            connection.execute(update(column.table).where(column == old).values({column.name: new}))
