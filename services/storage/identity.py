"""The tables by which people show who they are."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from services.storage.app import APP
from services.storage.columns import Key, Moment

#: One-time codes: one for each customer and purpose, for a day, so that tries are counted across codes.
codes = Table(
    "codes",
    APP,
    Column("customer_id", Key, ForeignKey("customers.id"), primary_key=True),
    Column("purpose", String(16), primary_key=True),
    #: A keyed hash of the code and of what it is good for; empty: there is none just now.
    Column("digest", Key, nullable=False, index=True),
    Column("sent", Integer, nullable=False),
    Column("wrong", Integer, nullable=False),
    #: When the day of counting began, and when the newest code ends.
    Column("at", Moment, nullable=False, index=True),
    Column("until", Moment, nullable=False),
)

#: Where somebody was to be reached who was erased, as a keyed hash: no offers go there unless asked for.
suppressions = Table(
    "suppressions",
    APP,
    Column("hash", Key, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

#: A new customer of whom it is not certain whether they are one whom we know. `aside`: that one's chat, put aside.
doubts = Table(
    "doubts",
    APP,
    Column("customer_id", Key, ForeignKey("customers.id"), primary_key=True),
    Column("former", Key, ForeignKey("customers.id"), nullable=False, index=True),
    #: "new_id": the number is known under another scoped id. "new_number": the platform said so. "silence".
    Column("why", String(16), nullable=False),
    Column("aside", Key),
    Column("at", Moment, nullable=False),
)
