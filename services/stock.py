"""Lines that nobody ordered: kept, completed, and given to the next buyer of their plan."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, literal, or_, select, update

from services.clock import Clock
from services.orders.order import WANTED
from services.storage import Storage
from services.storage.app import esims, items
from services.storage.sealing import Secrets, Vault
from services.whose_lines import asking, buyer_of, hashed, known_to

#: How long a line that nobody ordered is as good as new.
STOCK_GOOD_FOR = timedelta(hours=12)


class Stock:
    """Keeps them under the house's key until somebody owns them."""

    def __init__(self, app: Storage, vault: Vault, secrets: Secrets, clock: Clock) -> None:
        self._app = app
        self._vault = vault
        self._secrets = secrets
        self._clock = clock

    async def keep(
        self,
        provider: str,
        sku: str,
        iccid: str,
        activation: str | None,
        bought_at: datetime | None = None,
    ) -> bool:
        """A line that nobody ordered waits for the next buyer of its plan. False when it is known.

        `bought_at`: since when its days may run; now, when nobody says.
        """
        esim = str(uuid.uuid4())
        house = self._secrets.house
        iccid_hash = hashed(self._secrets, provider, iccid)

        def work(connection: Connection) -> bool:
            if known_to(connection, provider, iccid_hash):
                return False
            connection.execute(
                insert(esims).values(
                    id=esim,
                    provider=provider,
                    sku=sku,
                    state="stock",
                    iccid=house.seal(iccid, f"esims:iccid:{esim}"),
                    iccid_hash=iccid_hash,
                    activation=house.seal(activation, f"esims:activation:{esim}") if activation else None,
                    created_at=bought_at or self._clock.now(),
                )
            )
            return True

        return await self._app.transaction(work)

    async def give(self, item: str, provider: str, sku: str, *, keeps: bool = False) -> bool:
        """Give an item a line of its plan that is in stock, if there is one.

        The days of a line may run from its purchase, so one that waited for long is nobody's any more, unless
        its plan `keeps`.
        """
        young = esims.c.created_at > self._clock.now() - STOCK_GOOD_FOR
        owner = await buyer_of(self._app, item)
        if owner is None:
            return False
        sealer = await self._vault.sealer(owner)
        house = self._secrets.house

        def work(connection: Connection) -> bool:
            asks = asking(connection, item)
            if asks.esim_id is not None or asks.state not in WANTED:
                return asks.esim_id is not None
            row = connection.execute(
                select(esims)
                .where(
                    esims.c.provider == provider,
                    esims.c.sku == sku,
                    esims.c.state == "stock",
                    # What nobody can install yet waits until its code has come.
                    esims.c.activation.is_not(None),
                    or_(literal(keeps), young),
                )
                .order_by(esims.c.created_at)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).one_or_none()
            if row is None:
                return False
            iccid_place, activation_place = f"esims:iccid:{row.id}", f"esims:activation:{row.id}"
            activation = house.words(row.activation, activation_place)
            connection.execute(
                update(esims)
                .where(esims.c.id == row.id, esims.c.state == "stock")
                .values(
                    state="given",
                    customer_id=owner,
                    item_id=item,
                    iccid=sealer.seal(house.open(row.iccid, iccid_place), iccid_place),
                    activation=sealer.seal(activation, activation_place) if activation else None,
                )
            )
            connection.execute(update(items).where(items.c.id == item).values(esim_id=row.id))
            return True

        return await self._app.transaction(work)

    async def release(self, item: str) -> bool:
        """Take a line back into stock whose code never came: nobody has seen it. False when there is none such."""
        owner = await buyer_of(self._app, item)
        if owner is None:
            return False
        sealer, house = await self._vault.sealer(owner), self._secrets.house

        def work(connection: Connection) -> bool:
            asks = asking(connection, item)
            line = connection.execute(
                select(esims)
                .where(esims.c.id == asks.esim_id, esims.c.activation.is_(None), esims.c.given_at.is_(None))
                .with_for_update()
            ).one_or_none()
            if line is None or asks.state not in ("waiting", "buying"):
                return False
            place = f"esims:iccid:{line.id}"
            connection.execute(
                update(esims)
                .where(esims.c.id == line.id)
                .values(
                    state="stock",
                    customer_id=None,
                    item_id=None,
                    iccid=house.seal(sealer.open(line.iccid, place), place),
                )
            )
            connection.execute(update(items).where(items.c.id == item).values(esim_id=None))
            return True

        return await self._app.transaction(work)

    async def without_code(self, provider: str) -> list[tuple[str, str]]:
        """(id, ICCID) of lines in stock whose activation code has not come yet."""
        rows = await self._app.read(
            lambda connection: connection.execute(
                select(esims.c.id, esims.c.iccid).where(
                    esims.c.provider == provider, esims.c.state == "stock", esims.c.activation.is_(None)
                )
            ).all()
        )
        house = self._secrets.house
        return [(row.id, house.words(row.iccid, f"esims:iccid:{row.id}") or "") for row in rows]

    async def code_came(self, esim: str, activation: str) -> None:
        """The code of a line in stock."""
        sealed = self._secrets.house.seal(activation, f"esims:activation:{esim}")
        await self._app.transaction(
            lambda connection: connection.execute(
                update(esims).where(esims.c.id == esim, esims.c.state == "stock").values(activation=sealed)
            )
        )
