"""The table of what is claimed after a sale. What was said is encrypted with its customer's own key."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, String, Table

from services.storage.app import APP
from services.storage.columns import Big, Key, Moment

#: What somebody claims after a sale: money back, withdrawal from the contract, an eSIM that does not work.
claims = Table(
    "claims",
    APP,
    Column("id", Key, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    #: None: a withdrawal from a contract that we do not know.
    Column("order_id", Key, ForeignKey("orders.id"), index=True),
    Column("item_id", Key),
    #: Where it was made; None: by staff. `stranger`: by the order's number alone.
    Column("chat_id", Key, index=True),
    Column("event_id", Key, unique=True),
    Column("stranger", Boolean, nullable=False, default=False),
    Column("locale", String(16), nullable=False),
    #: What was said, as it was shown (JSON).
    Column("said", LargeBinary),
    #: The line at that moment, as the provider told it.
    Column("line_state", String(16)),
    Column("used_bytes", Big),
    Column("total_bytes", Big),
    Column("measured_at", Moment),
    Column("outcome", String(16)),
    Column("why", String(32)),
    Column("amount", Big),
    #: The item that stands in for the one that does not work.
    Column("replacement", Key, index=True),
    #: Its buyer could not be reached with how it stands, and hears it when they write again.
    Column("untold", Boolean, nullable=False, default=False),
    Column("at", Moment, nullable=False, index=True),
    Column("due_at", Moment, index=True),
    Column("decided_at", Moment),
)
