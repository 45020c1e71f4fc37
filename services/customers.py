"""Whom we serve: found by the ids that platforms give them, kept under a key of their own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.clock import Clock
from services.storage import Storage
from services.storage.app import customers, identities
from services.storage.sealing import Erased, Secrets, Vault
from services.storage.upsert import insert_new

#: What a traveller may tell us about themselves.
FIELDS = ("name", "email", "phone")


@dataclass(frozen=True)
class Account:
    """What a customer chose to tell. Every field is optional."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


class Customers:
    """Finds, makes and describes customers."""

    def __init__(self, app: Storage, vault: Vault, secrets: Secrets, clock: Clock) -> None:
        self._app = app
        self._vault = vault
        self._secrets = secrets
        self._clock = clock

    async def known_as(self, ids: dict[str, str]) -> str:
        """The customer behind a platform's ids (kind → id, the strongest first), made on first contact.

        Only the strongest id decides. A weaker one (a number) that somebody else is known by does not join the
        two: numbers get new owners.
        """
        strongest = next(iter(ids.items()))
        key = self._secrets.hash(*strongest)
        found = await self._app.read(lambda connection: _owner(connection, key))
        return found or await self._make(key, ids)

    async def find(self, kind: str, value: str) -> str | None:
        """The customer whom a platform knows by that id, or None. Makes nobody."""
        key = self._secrets.hash(kind, value)
        return await self._app.read(lambda connection: _owner(connection, key))

    async def id_at(self, kind: str, customer: str) -> str | None:
        """By what id a platform knows a customer; None where it does not, or where they are erased."""
        row = await self._app.read(
            lambda connection: connection.execute(
                select(identities.c.value).where(
                    identities.c.customer_id == customer, identities.c.kind == kind
                )
            ).first()
        )
        if row is None:
            return None
        try:
            sealer = await self._vault.sealer(customer)
        except Erased:
            return None
        return sealer.words(row.value, f"identities:value:{customer}:{kind}")

    async def account(self, customer: str) -> Account:
        """What the customer told us. Raises Erased."""
        sealer = await self._vault.sealer(customer)
        row = await self._app.read(
            lambda connection: connection.execute(
                select(*(customers.c[field] for field in FIELDS)).where(customers.c.id == customer)
            ).one_or_none()
        )
        if row is None:
            return Account()
        return Account(
            *(sealer.words(value, _place(field, customer)) for field, value in zip(FIELDS, row, strict=True))
        )

    async def tell(self, customer: str, field: str, value: str | None) -> None:
        """Keep, correct or forget one field of the account. Raises Erased."""
        if field not in FIELDS:
            raise ValueError(field)
        sealer = await self._vault.sealer(customer)
        sealed = None if value is None else sealer.seal(value, _place(field, customer))
        await self._app.transaction(
            lambda connection: connection.execute(
                update(customers).where(customers.c.id == customer).values({field: sealed})
            )
        )

    async def _make(self, key: str, ids: dict[str, str]) -> str:
        customer = str(uuid.uuid4())
        sealer = await self._vault.create(customer)
        now = self._clock.now()
        rows = [
            {
                "hash": self._secrets.hash(kind, value),
                "customer_id": customer,
                "kind": kind,
                "value": sealer.seal(value, f"identities:value:{customer}:{kind}"),
                "created_at": now,
            }
            for kind, value in ids.items()
        ]
        try:
            await self._app.together(
                _making({"id": customer, "created_at": now, "active_at": now}, rows[0], rows[1:])
            )
        except IntegrityError:
            # Somebody else made the same customer at the same time; this key opens nothing.
            await self._vault.destroy(customer)
            found = await self._app.read(lambda connection: _owner(connection, key))
            if found is None:
                raise
            return found
        return customer


def _owner(connection: Connection, key: str) -> str | None:
    return connection.execute(
        select(identities.c.customer_id).where(identities.c.hash == key)
    ).scalar_one_or_none()


def _making(
    customer: dict[str, Any], strongest: dict[str, Any], weaker: list[dict[str, Any]]
) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        connection.execute(insert(customers).values(customer))
        connection.execute(insert(identities).values(strongest))
        for row in weaker:
            insert_new(connection, identities, **row)

    return work


def _place(field: str, customer: str) -> str:
    return f"customers:{field}:{customer}"
