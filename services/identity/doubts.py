"""Whether somebody is still the customer whom their id or number stood for: until they prove it, they are new here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import structlog
from sqlalchemy import Connection, delete, insert, select, update

from services.clock import Clock
from services.identity.one_owner import move_chat, rename_chat
from services.storage import Storage
from services.storage.app import chats, customers, identities
from services.storage.identity import doubts
from services.storage.sealing import Erased, Sealer, Secrets, Vault
from services.storage.upsert import insert_new

log = structlog.get_logger()

Why = Literal["new_id", "new_number", "silence", "unlinked"]


class Doubts:
    """Puts people apart. Nothing of the one is ever shown to the other, and nothing is lost."""

    def __init__(self, app: Storage, vault: Vault, secrets: Secrets, clock: Clock) -> None:
        self._app = app
        self._vault = vault
        self._secrets = secrets
        self._clock = clock

    async def set_apart(
        self,
        former: str,
        ids: Mapping[str, str],
        why: Why,
        lost: str,
        left: Iterable[tuple[str, str]] = (),
        heir: str | None = None,
    ) -> str:
        """Whoever is known by these ids (kind → id, the strongest first) from now on: a new, empty customer.

        `lost`: the former customer's chat that is in other hands now. It is put aside, and nothing is told there.
        `left`: ids by which nobody is known any more. `heir`: the chat that takes over what was told there. Where somebody else has the strongest id already, it is them.
        """
        newcomer = str(uuid.uuid4())
        sealer = await self._vault.create(newcomer)
        try:
            old = await self._vault.sealer(former)
        except Erased:
            old = None
        now, channel = self._clock.now(), next(iter(ids))

        def work(connection: Connection) -> str:
            for kind, value in (*ids.items(), *left):
                self._take(connection, former, kind, value)
            aside = None
            if heir is not None:
                _take_over(connection, lost, heir)
            elif old is not None:
                aside = self._put_aside(connection, former, old, channel, lost, newcomer)
            connection.execute(insert(customers).values(id=newcomer, created_at=now, active_at=now))
            for kind, value in ids.items():
                self._know(connection, newcomer, sealer, kind, value)
            strongest = next(iter(ids.items()))
            owner = connection.execute(
                select(identities.c.customer_id).where(identities.c.hash == self._secrets.hash(*strongest))
            ).scalar_one()
            if owner != newcomer:
                connection.execute(delete(identities).where(identities.c.customer_id == newcomer))
                connection.execute(delete(customers).where(customers.c.id == newcomer))
                return str(owner)
            there = connection.execute(select(customers.c.id).where(customers.c.id == former)).first()
            if there is not None and why != "unlinked":
                insert_new(
                    connection, doubts, customer_id=newcomer, former=former, why=why, aside=aside, at=now
                )
            return newcomer

        owner = await self._app.transaction(work)
        if owner != newcomer:
            await self._vault.destroy(newcomer)
        log.info("set apart", why=why)
        return owner

    async def former(self, customer: str) -> str | None:
        """Who a customer may be, as long as that is in doubt."""
        return await self._app.read(
            lambda connection: connection.execute(
                select(doubts.c.former).where(doubts.c.customer_id == customer)
            ).scalar_one_or_none()
        )

    def _take(self, connection: Connection, former: str, kind: str, value: str) -> None:
        """The former customer is not known by an id any more."""
        connection.execute(
            delete(identities).where(
                identities.c.hash == self._secrets.hash(kind, value), identities.c.customer_id == former
            )
        )

    def _know(self, connection: Connection, customer: str, sealer: Sealer, kind: str, value: str) -> None:
        insert_new(
            connection,
            identities,
            hash=self._secrets.hash(kind, value),
            customer_id=customer,
            kind=kind,
            value=sealer.seal(value, f"identities:value:{customer}:{kind}"),
            created_at=self._clock.now(),
        )

    def _put_aside(
        self,
        connection: Connection,
        former: str,
        sealer: Sealer,
        channel: str,
        lost: str,
        newcomer: str,
    ) -> str | None:
        """The chat that is in other hands gets a name of its own; else the newest on that channel is noted."""
        row: Any = connection.execute(
            select(chats).where(chats.c.id == lost, chats.c.customer_id == former)
        ).one_or_none()
        if row is None:
            newest = (
                select(chats.c.id)
                .where(chats.c.customer_id == former, chats.c.channel == channel)
                .order_by(chats.c.said_at.desc())
                .limit(1)
            )
            return connection.execute(newest).scalar_one_or_none()
        aside = f"{lost[0]}{self._secrets.hash('aside', newcomer)[:39]}"
        move_chat(connection, lost, aside, sealer, lambda kept: kept)
        connection.execute(update(chats).where(chats.c.id == aside).values(blocked=True))
        return aside


def settle(connection: Connection, was: str, into: str) -> None:
    """Two customers become one: no doubt is left between them, and a chat that was put aside goes on in the new one."""
    found = connection.execute(select(doubts).where(doubts.c.customer_id == was)).all()
    for doubt in found:
        aside = connection.execute(select(chats).where(chats.c.id == doubt.aside)).one_or_none()
        if doubt.former != into or aside is None:
            continue
        here = connection.execute(
            select(chats.c.id)
            .where(chats.c.customer_id == was, chats.c.channel == aside.channel)
            .order_by(chats.c.said_at.desc())
            .limit(1)
        ).scalar_one_or_none()
        if here is not None:
            _take_over(connection, doubt.aside, here)
    connection.execute(delete(doubts).where(doubts.c.customer_id == was))
    connection.execute(delete(doubts).where(doubts.c.customer_id == into, doubts.c.former == was))
    connection.execute(update(doubts).where(doubts.c.former == was).values(former=into))


def _take_over(connection: Connection, gone: str, heir: str) -> None:
    rename_chat(connection, gone, heir)
    connection.execute(delete(chats).where(chats.c.id == gone))
