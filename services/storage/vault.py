"""The tables of the keys, and of who was erased: never in the same backup as what the keys open."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from services.storage.columns import Key, Moment, metadata

VAULT = metadata()

#: One data key for each customer, wrapped by the master key. Without it what it sealed is noise.
keys = Table(
    "keys",
    VAULT,
    Column("customer_id", Key, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
)

#: The secret that everything but the customers' keys is derived from, wrapped by the master key. One row.
roots = Table(
    "roots",
    VAULT,
    Column("id", Key, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
)

#: The journal of erasures: written first, done last, read at every start.
erasures = Table(
    "erasures",
    VAULT,
    Column("id", Key, primary_key=True),
    Column("customer_id", Key, nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    #: "asked" by the person, or "retention": the time was over.
    Column("why", String(16), nullable=False, default="asked"),
    #: "cancel": what is paid and not delivered is cancelled; else the erasure waits for it.
    Column("wish", String(16), nullable=False, default=""),
    #: Not before then: a second contact may still say no, or a plan runs on.
    Column("not_before", Moment),
    #: Counts the workflows that worked on it.
    Column("round", Integer, nullable=False, default=0),
    Column("asked_at", Moment, nullable=False),
    Column("done_at", Moment),
)

#: Customers who turned out to be somebody we know, and whose part they became. Noted first, as erasures are.
joins = Table(
    "joins",
    VAULT,
    Column("customer_id", Key, primary_key=True),
    Column("into", Key, nullable=False, index=True),
    #: "begun", then "done".
    Column("state", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("done_at", Moment),
)
