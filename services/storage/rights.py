"""The tables behind the register of requests: its history, who wrote to us, and to whom data were disclosed."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from services.storage.app import APP
from services.storage.columns import Big, Key, Moment

#: Every change of a request: from what, to what, why.
request_history = Table(
    "request_history",
    APP,
    Column("seq", Big, primary_key=True, autoincrement=True),
    Column("request_id", Key, nullable=False, index=True),
    Column("was", String(32), nullable=False),
    Column("now", String(32), nullable=False),
    #: A short code, never words.
    Column("why", String(64), nullable=False, default=""),
    Column("at", Moment, nullable=False),
    #: "due": the person has to hear of it; "announced": only a template said that there is
    #: something; "again": they have written since; "": nothing to tell.
    Column("tell", String(16), nullable=False, default="", index=True),
)

#: Who wrote a letter or a mail, and how to answer it; gone when the request is closed.
request_contacts = Table(
    "request_contacts",
    APP,
    Column("request_id", Key, primary_key=True),
    #: A keyed hash of where to answer: the same sender's next letter is found by it.
    Column("sender", Key, nullable=False, index=True),
    #: JSON: name, reach, locale; under the house's key, as nobody knows yet whose it is.
    Column("body", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)

#: Who received what of whom: one row for each customer, recipient and kind of data.
disclosures = Table(
    "disclosures",
    APP,
    Column("customer_id", Key, primary_key=True),
    Column("recipient", String(64), primary_key=True),
    #: A kind of data ("email", "imei"), or "export" and the number of what was handed over.
    Column("what", String(64), primary_key=True),
    Column("basis", String(200), nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False, index=True),
    Column("times", Big, nullable=False, default=1),
)
