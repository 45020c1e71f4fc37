"""Who was erased and had been asked about offers is not asked again: a keyed hash of where they were to be reached."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from services.clock import Clock
from services.storage import Storage
from services.storage.app import consents, customers, identities
from services.storage.identity import suppressions
from services.storage.sealing import Erased, Secrets, Vault
from services.storage.upsert import insert_new

MAIL = "mail"
#: Of what kind the ids are by which each channel reaches somebody; mail goes by the address of the account.
_KINDS = {"whatsapp": ("whatsapp", "phone")}


class Suppressions:
    """Kept at an erasure, for three years; found again when somebody comes back by the same id or address."""

    def __init__(self, app: Storage, vault: Vault, secrets: Secrets, clock: Clock) -> None:
        self._app = app
        self._vault = vault
        self._secrets = secrets
        self._clock = clock

    async def keep(self, customer: str) -> None:
        """Remember where an erased customer was to be reached. Before their rows go; safe to repeat."""
        asked = select(consents.c.seq).where(consents.c.customer_id == customer).limit(1)
        if await self._app.read(lambda connection: connection.execute(asked).first()) is None:
            return
        found = await self._app.read(
            lambda connection: (
                connection.execute(select(identities.c.hash).where(identities.c.customer_id == customer))
                .scalars()
                .all()
            )
        )
        hashes = {self._suppressed(one) for one in found} | await self._mail_of(customer)
        now = self._clock.now()

        def work(connection: Connection) -> None:
            for one in hashes:
                if not insert_new(connection, suppressions, hash=one, at=now):
                    connection.execute(update(suppressions).where(suppressions.c.hash == one).values(at=now))

        await self._app.transaction(work)

    async def hold(self, customer: str, channel: str) -> bool:
        """Whether whoever is reached there was erased once: then only their own asking counts."""
        if channel == MAIL:
            hashes = await self._mail_of(customer)
        else:
            known = await self._app.read(
                lambda connection: (
                    connection.execute(
                        select(identities.c.hash).where(
                            identities.c.customer_id == customer,
                            identities.c.kind.in_(_KINDS.get(channel, (channel,))),
                        )
                    )
                    .scalars()
                    .all()
                )
            )
            hashes = {self._suppressed(one) for one in known}
        return await self._app.read(
            lambda connection: (
                connection.execute(
                    select(suppressions.c.hash).where(suppressions.c.hash.in_(hashes)).limit(1)
                ).first()
                is not None
            )
        )

    async def _mail_of(self, customer: str) -> set[str]:
        sealed = await self._app.read(
            lambda connection: connection.execute(
                select(customers.c.email).where(customers.c.id == customer)
            ).scalar()
        )
        try:
            sealer = await self._vault.sealer(customer)
        except Erased:
            return set()
        address = sealer.words(sealed, f"customers:email:{customer}")
        return {self._suppressed(self._secrets.hash(MAIL, address.casefold()))} if address else set()

    def _suppressed(self, found_by: str) -> str:
        """Another hash than the one by which people are found: the two cannot be joined without the key."""
        return self._secrets.hash("suppressed", found_by)
