"""A traveller's chat goes along when their platform gives them another scoped id; with a new number, once proven."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, exists, select, update

from bot.conversation.events import Address
from bot.sessions import Locks, Sessions, ids_of
from services.customers import Customers
from services.identity import Doubts
from services.identity.one_owner import move_chat
from services.storage import Storage
from services.storage.app import identities
from services.storage.sealing import Erased, Sealer, Secrets, Vault


class Moving:
    """Follows travellers. Whoever comes to an id that they left is somebody else, and knows nothing of them."""

    def __init__(
        self,
        app: Storage,
        vault: Vault,
        people: Customers,
        doubts: Doubts,
        secrets: Secrets,
        sessions: Sessions,
        locks: Locks,
    ) -> None:
        self._app = app
        self._vault = vault
        self._people = people
        self._doubts = doubts
        self._secrets = secrets
        self._sessions = sessions
        self._locks = locks

    async def follow(self, was: Address, now: Address) -> bool:
        """False when we knew nobody there, or somebody at the new id already. Safe to repeat. Raises Busy.

        With a new number they have to prove who they are, and are new until then: a number is what others get.
        """
        customer = await self._people.find(was.channel, was.id)
        if customer is None or was.id == now.id:
            return False
        if now.phone and now.phone != was.phone:
            return await self._set_apart(customer, was, now)
        try:
            sealer = await self._vault.sealer(customer)
        except Erased:
            return False
        async with self._locks.hold(self._sessions.chat_id(was)) as still_mine:

            def work(connection: Connection) -> bool:
                still_mine(connection)
                if not self._rename(connection, sealer, customer, was.channel, was.id, now.id):
                    return False
                old, new = self._sessions.chat_id(was), self._sessions.chat_id(now)
                move_chat(connection, old, new, sealer, lambda kept: kept | {"address": asdict(now)})
                return True

            return await self._app.transaction(work)

    async def _set_apart(self, customer: str, was: Address, now: Address) -> bool:
        chat = self._sessions.chat_id(was)
        left = [*ids_of(was).items(), (was.channel, was.phone or was.id)]
        async with self._locks.hold(chat):
            await self._doubts.set_apart(customer, ids_of(now), "new_number", chat, left)
        return True

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
