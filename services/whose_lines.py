"""What both the owned lines and those in stock ask of the tables: who buys, what for, and whose a line is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from services.storage import Storage
from services.storage.app import esims, items, known_lines, orders
from services.storage.sealing import Secrets


def hashed(secrets: Secrets, provider: str, iccid: str) -> str:
    """The keyed hash that a line is known by for ever."""
    return secrets.hash(f"iccid:{provider}", iccid)


async def buyer_of(app: Storage, item: str) -> str | None:
    """Whoever ordered an item; None once they were erased."""
    return await app.read(
        lambda connection: connection.execute(
            select(orders.c.customer_id)
            .join(items, items.c.order_id == orders.c.id)
            .where(items.c.id == item)
        ).scalar_one_or_none()
    )


def asking(connection: Connection, item: str) -> Any:
    """The item, held until the transaction ends: its line and its refund exclude each other."""
    return connection.execute(
        select(items.c.state, items.c.esim_id).where(items.c.id == item).with_for_update()
    ).one()


def known_to(connection: Connection, provider: str, iccid_hash: str) -> bool:
    """Whether a line is claimed, foreign or spent."""
    return any(
        connection.execute(
            select(table.c.iccid_hash).where(table.c.provider == provider, table.c.iccid_hash == iccid_hash)
        ).first()
        is not None
        for table in (esims, known_lines)
    )
