"""Who is this: chats that are one person's, and people of whom that is not certain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy import select

from services.clock import Clock, Waits
from services.customers import Customers
from services.identity.doubts import Doubts
from services.identity.linking import Found, Links
from services.identity.proving import Proving
from services.identity.uniting import Locks, Uniting
from services.mailer import Mailer
from services.news import Voice
from services.privacy.codes import Codes, Locked, Verdict
from services.privacy.erasing.others import Engine
from services.storage import Stores
from services.storage.app import chats
from services.storage.sealing import Secrets, Vault

__all__ = ["Doubts", "Found", "Identity", "Locked", "Locks", "Verdict"]


class Identity:
    """What handlers use."""

    def __init__(
        self,
        stores: Stores,
        vault: Vault,
        secrets: Secrets,
        clock: Clock,
        waits: Waits,
        engine: Engine,
        locks: Locks,
        voice: Voice,
        customers: Customers,
        mailer: Mailer,
        returned: Callable[[str], Awaitable[None]],
    ) -> None:
        self._app = stores.app
        self._vault = vault
        self.codes = Codes(stores.app, secrets, clock)
        self.links = Links(stores.app, secrets, clock)
        self.doubts = Doubts(stores.app, vault, secrets, clock)
        self.uniting = Uniting(stores, vault, clock, waits, engine, locks, voice, returned)
        self.proving = Proving(stores.app, self.codes, self.doubts, self.uniting, customers, mailer, voice)

    async def link(self, customer: str, typed: str) -> Found | Verdict:
        """The chat of whoever types a code becomes the same customer's as the one that showed it.

        "over": it was used meanwhile, or one of the two is just going.
        """
        found = await self.links.find(customer, typed)
        if not isinstance(found, Found):
            return found
        if not await self.links.use(found.customer):
            return "over"
        return found if await self.uniting.begin(customer, found.customer) else "over"

    async def is_linked(self, customer: str, chat: str) -> bool:
        """Whether there is another chat of the same customer."""
        return await self._heir(customer, chat) is not None

    async def unlink(self, customer: str, chat: str) -> bool:
        """A chat goes its own way, empty: what was bought stays with the others. False when there are none.

        Raises Erased.
        """
        heir = await self._heir(customer, chat)
        sealer = await self._vault.sealer(customer)
        state = await self._app.read(
            lambda connection: connection.execute(select(chats.c.state).where(chats.c.id == chat)).scalar()
        )
        if heir is None or state is None:
            return False
        address = sealer.open_json(state, f"chats:state:{chat}")["address"]
        ids = {address["channel"]: address["id"]}
        if address["phone"] and address["phone"] != address["id"]:
            ids["phone"] = address["phone"]
        await self.doubts.set_apart(customer, ids, "unlinked", chat, heir=heir)
        return True

    async def _heir(self, customer: str, chat: str) -> str | None:
        others = (
            select(chats.c.id)
            .where(chats.c.customer_id == customer, chats.c.id != chat)
            .order_by(chats.c.blocked, chats.c.said_at.desc())
        )
        return await self._app.read(lambda connection: connection.execute(others).scalars().first())
