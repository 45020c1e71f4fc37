"""A line that stands in for one that does not work: an item of its own, at no charge, by the same path as any."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from services.claims.claim import Claim
from services.orders.book import StartWith
from services.orders.order import PURCHASE, REPLACEMENT, STORIES
from services.storage.app import history, items


def place_replacement(connection: Connection, claim: Claim, start: StartWith, now: datetime) -> str | None:
    """Place it and start its work; the new item, or None when the claim is about no line that was handed over."""
    old = connection.execute(select(items).where(items.c.id == claim.item)).one_or_none()
    if old is None or old.kind not in (PURCHASE, REPLACEMENT) or old.state != "delivered":
        return None
    number = _next_number(connection, old.order_id)
    item = f"{old.order_id}-{number}"
    connection.execute(
        insert(items).values(
            id=item,
            order_id=old.order_id,
            kind=REPLACEMENT,
            state="waiting",
            plan=old.plan,
            provider=old.provider,
            sku=old.sku,
            price=0,
            most_cost=old.most_cost,
            changed_at=now,
        )
    )
    connection.execute(
        insert(history).values(
            order_id=old.order_id, item_id=item, was="–", now="waiting", why=f"replaces {old.id}", at=now
        )
    )
    start(connection, STORIES[REPLACEMENT], item, item)
    return item


def newest_item(connection: Connection, order: str) -> str | None:
    """What a claim on an order is about: its line, or the one that stands in for it by now."""
    parts = connection.execute(
        select(items.c.id, items.c.kind, items.c.state).where(items.c.order_id == order)
    ).all()
    sold = [part.id for part in parts if part.kind != REPLACEMENT]
    standing_in = [part.id for part in parts if part.kind == REPLACEMENT and part.state == "delivered"]
    return max(standing_in or sold, key=_number, default=None)


def _next_number(connection: Connection, order: str) -> int:
    there = connection.execute(select(items.c.id).where(items.c.order_id == order)).scalars()
    return max(map(_number, there)) + 1


def _number(item: str) -> int:
    return int(item.rsplit("-", 1)[1])
