"""The lines that travellers own: kept, shown again, measured. A line once sold is never stock."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError

from services.clock import Clock
from services.orders.book import move_item
from services.orders.order import WANTED
from services.providers import LineState, Usage
from services.storage import Storage
from services.storage.app import esims, items, known_lines
from services.storage.columns import Moment
from services.storage.sealing import Secrets, Vault
from services.whose_lines import asking, buyer_of, hashed, known_to

#: States of a line that may have come into use since.
_NOT_YET = tuple(state.value for state in (LineState.READY, LineState.PENDING, LineState.UNKNOWN))
_LINES = select(esims, items.c.order_id, items.c.plan).outerjoin(items, items.c.id == esims.c.item_id)
# Asked all the time, so built once.
_OWN = (
    _LINES.where(esims.c.customer_id == bindparam("owner"), esims.c.state == "given")
    .order_by(esims.c.created_at.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True)
class Measured:
    """The latest measurement of a line, in bytes. None: the provider does not say."""

    line_state: str
    total: int | None
    used: int | None
    expires_at: datetime | None
    at: datetime

    @classmethod
    def of(cls, usage: Usage) -> Measured:
        """What a provider says."""
        return cls(usage.line_state.value, usage.total_bytes, usage.used_bytes, usage.expires_at, usage.as_of)


@dataclass(frozen=True)
class Esim:
    """A line with its secret. Never logged."""

    id: str
    order: str | None
    item: str | None
    provider: str
    sku: str
    iccid: str
    #: "LPA:1$address$code", or None while the provider has not given it.
    activation: str | None
    plan: dict[str, Any]
    given_at: datetime | None
    measured: Measured | None

    @property
    def address(self) -> str:
        """The SM-DP+ address, the first thing that an iPhone asks for."""
        return (self.activation or "").split("$")[1] if self.activation else ""

    @property
    def code(self) -> str:
        """The activation code (MatchingID), the second thing."""
        return (self.activation or "").split("$")[2] if self.activation else ""


class Esims:
    """Keeps lines under their owner's key."""

    def __init__(self, app: Storage, vault: Vault, secrets: Secrets, clock: Clock) -> None:
        self._app = app
        self._vault = vault
        self._secrets = secrets
        self._clock = clock

    def hash(self, provider: str, iccid: str) -> str:
        """The keyed hash that a line is known by for ever."""
        return hashed(self._secrets, provider, iccid)

    async def known(self, provider: str, iccids: Collection[str]) -> set[str]:
        """Those among the lines that are claimed, foreign or spent: not to be given to anybody."""
        by_hash = {hashed(self._secrets, provider, iccid): iccid for iccid in iccids}

        def work(connection: Connection) -> set[str]:
            found: set[str] = set()
            hashes = list(by_hash)
            for start in range(0, len(hashes), 500):
                part = hashes[start : start + 500]
                for table in (esims, known_lines):
                    found |= set(
                        connection.execute(
                            select(table.c.iccid_hash).where(
                                table.c.provider == provider, table.c.iccid_hash.in_(part)
                            )
                        ).scalars()
                    )
            return found

        return {by_hash[one] for one in await self._app.read(work)}

    async def claim(self, item: str, provider: str, sku: str, iccid: str, activation: str | None) -> bool:
        """Keep a line for an item. False when the line is somebody's already, or the item wants none any more.

        True also when the line is this item's.
        """
        owner = await buyer_of(self._app, item)
        if owner is None:
            return False
        sealer = await self._vault.sealer(owner)
        esim = str(uuid.uuid4())
        iccid_hash = hashed(self._secrets, provider, iccid)
        row = {
            "id": esim,
            "customer_id": owner,
            "item_id": item,
            "provider": provider,
            "sku": sku,
            "state": "given",
            "iccid": sealer.seal(iccid, f"esims:iccid:{esim}"),
            "iccid_hash": iccid_hash,
            "activation": sealer.seal(activation, f"esims:activation:{esim}") if activation else None,
            "created_at": self._clock.now(),
        }

        def work(connection: Connection) -> bool:
            asks = asking(connection, item)
            if asks.esim_id is not None:
                mine = select(esims.c.iccid_hash).where(esims.c.id == asks.esim_id)
                return bool(connection.execute(mine).scalar_one() == iccid_hash)
            if asks.state not in WANTED or known_to(connection, provider, iccid_hash):
                return False
            connection.execute(insert(esims).values(**row))
            connection.execute(update(items).where(items.c.id == item).values(esim_id=esim))
            return True

        try:
            return await self._app.transaction(work)
        except IntegrityError:
            return False

    async def of_item(self, item: str) -> Esim | None:
        """The line of an item, or None."""
        return await self._one(esims.c.item_id == item)

    async def of_customer(self, customer: str, most: int = 20) -> list[Esim]:
        """A customer's own lines, newest first; nobody else's, ever."""
        sealer = await self._vault.sealer(customer)
        rows = await self._app.read(
            lambda connection: connection.execute(_OWN, {"owner": customer, "most": most}).all()
        )
        return [_esim(row, sealer) for row in rows]

    async def by_line(self, provider: str, iccid: str) -> Esim | None:
        """The line of that ICCID, if somebody holds it."""
        return await self._one(
            (esims.c.provider == provider) & (esims.c.iccid_hash == hashed(self._secrets, provider, iccid))
        )

    async def owned(self, customer: str, esim: str) -> Esim | None:
        """One line, if it is the customer's."""
        found = await self._one(esims.c.id == esim)
        if found is None:
            return None
        mine = await self._app.read(
            lambda connection: connection.execute(
                select(esims.c.customer_id).where(esims.c.id == esim)
            ).scalar()
        )
        return found if mine == customer else None

    async def has_activation(self, item: str, activation: str) -> None:
        """The provider gave the activation code after all."""
        owner = await buyer_of(self._app, item)
        if owner is None:
            return
        sealer = await self._vault.sealer(owner)

        def work(connection: Connection) -> None:
            esim = connection.execute(select(esims.c.id).where(esims.c.item_id == item)).scalar_one()
            connection.execute(
                update(esims)
                .where(esims.c.id == esim)
                .values(activation=sealer.seal(activation, f"esims:activation:{esim}"))
            )

        await self._app.transaction(work)

    async def given(self, item: str, why: str) -> None:
        """The traveller holds the line: the item is delivered."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            connection.execute(
                update(esims).where(esims.c.item_id == item, esims.c.given_at.is_(None)).values(given_at=now)
            )
            move_item(connection, item, ("buying", "needs_person"), "delivered", why, now)

        await self._app.transaction(work)

    async def measured(self, esim: Esim, measured: Measured) -> Esim:
        """Keep the latest measurement, and what it says for good: first used, and until when."""
        in_use = measured.at if measured.line_state == "active" else None
        await self._app.transaction(
            lambda connection: connection.execute(
                update(esims)
                .where(esims.c.id == esim.id)
                .values(
                    line_state=measured.line_state,
                    total_bytes=measured.total,
                    used_bytes=measured.used,
                    expires_at=func.coalesce(literal(measured.expires_at, Moment()), esims.c.expires_at),
                    measured_at=measured.at,
                    active_since=func.coalesce(esims.c.active_since, literal(in_use, Moment())),
                )
            )
        )
        return replace(esim, measured=measured)

    async def in_use(self, provider: str, iccids: Collection[str]) -> None:
        """The provider's list says that these lines are in use: those that are ours are measured from now on."""
        hashes = [hashed(self._secrets, provider, iccid) for iccid in iccids]

        def work(connection: Connection) -> None:
            for start in range(0, len(hashes), 500):
                connection.execute(
                    update(esims)
                    .where(
                        esims.c.provider == provider,
                        esims.c.iccid_hash.in_(hashes[start : start + 500]),
                        esims.c.state == "given",
                        or_(esims.c.line_state.is_(None), esims.c.line_state.in_(_NOT_YET)),
                    )
                    .values(line_state=LineState.ACTIVE.value, look_at=None)
                )

        if hashes:
            await self._app.transaction(work)

    async def note_lines(self, provider: str, iccids: Collection[str], why: str) -> None:
        """Remember lines that are not ours to give: "foreign" (there before us) or "spent" (sold once)."""
        now = self._clock.now()
        hashes = [hashed(self._secrets, provider, iccid) for iccid in iccids]

        def work(connection: Connection) -> None:
            for one in hashes:
                if not known_to(connection, provider, one):
                    connection.execute(
                        insert(known_lines).values(provider=provider, iccid_hash=one, why=why, at=now)
                    )

        await self._app.transaction(work)

    async def _one(self, where: Any) -> Esim | None:
        row = await self._app.read(lambda connection: connection.execute(_LINES.where(where)).one_or_none())
        if row is None or row.customer_id is None:
            return None
        return _esim(row, await self._vault.sealer(row.customer_id))


def _esim(row: Any, sealer: Any) -> Esim:
    measured = None
    if row.measured_at is not None:
        measured = Measured(row.line_state, row.total_bytes, row.used_bytes, row.expires_at, row.measured_at)
    return Esim(
        id=row.id,
        order=row.order_id,
        item=row.item_id,
        provider=row.provider,
        sku=row.sku,
        iccid=sealer.words(row.iccid, f"esims:iccid:{row.id}") or "",
        activation=sealer.words(row.activation, f"esims:activation:{row.id}"),
        plan=dict(row.plan or {}),
        given_at=row.given_at,
        measured=measured,
    )
