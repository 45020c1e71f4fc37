"""The tables of what the law makes us keep: closed to chat handlers, apart from the shop's daily work."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from services.storage.columns import Big, Key, Moment, metadata

LEGAL = metadata()

#: A sale as the accounts need it after its buyer was erased.
sales = Table(
    "sales",
    LEGAL,
    Column("order_id", Key, primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("sold_at", Moment, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount", Big, nullable=False),
    Column("tax", Big, nullable=False),
    Column("refunded", Big, nullable=False),
    Column("payment", LargeBinary),
    Column("keep_until", Moment, nullable=False, index=True),
)

#: What a buyer declared before paying, as proof.
held_statements = Table(
    "held_statements",
    LEGAL,
    Column("order_id", Key, primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("locale", String(16), nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Column("keep_until", Moment, nullable=False, index=True),
)
