"""The tables of the shop's own desk: what is wrong just now, and what its people did about it."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from services.storage.app import APP
from services.storage.columns import Key, Moment

#: What the operator must know: one row for each cause and subject until it is over.
alarms = Table(
    "alarms",
    APP,
    Column("cause", String(64), primary_key=True),
    Column("subject", String(128), primary_key=True),
    Column("facts", String(255), nullable=False),
    Column("since", Moment, nullable=False),
    #: When it was last raised.
    Column("last_at", Moment, nullable=False, index=True),
    Column("told_at", Moment, index=True),
)

#: What staff asked for in their chat, and what became of it; what waits for its "/yes" too.
staff_acts = Table(
    "staff_acts",
    APP,
    Column("code", String(16), primary_key=True),
    #: Sealed with the house's own key, and found by keyed hash: staff are people too.
    Column("member", LargeBinary, nullable=False),
    Column("member_hash", Key, nullable=False),
    #: The command with its ids and amounts; never anybody's words.
    Column("command", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("outcome", String(255)),
    Column("at", Moment, nullable=False, index=True),
    Column("done_at", Moment),
)
