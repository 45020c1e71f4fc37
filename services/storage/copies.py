"""The table of copies that travellers carry away: sealed by their own key, and gone after three days."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table

from services.storage.app import APP
from services.storage.columns import Big, Key, Moment

copies = Table(
    "copies",
    APP,
    Column("id", Key, primary_key=True),
    Column("customer_id", Key, ForeignKey("customers.id"), nullable=False, index=True),
    #: The chat in which it was asked for, and where it is handed over.
    Column("chat_id", Key, nullable=False),
    Column("request", Key, nullable=False),
    Column("locale", String(16), nullable=False),
    #: "building" → "ready" → "handed" → "gone"; by a link also "ready" → "gone".
    Column("state", String(16), nullable=False),
    #: The ZIP; nothing before it is built and after it is gone. `size`: of the ZIP, in bytes.
    Column("content", LargeBinary),
    Column("size", Big),
    #: A hash of the secret in its link, where it was offered by one.
    Column("link", Key, unique=True),
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False, index=True),
)
