"""The tables of what the shop sends beyond answers and news: campaigns, and what a platform says a message costs."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table

from services.storage.app import APP
from services.storage.columns import Key, Moment

#: Words to everybody who said yes to offers. Written by the operator, about nobody.
campaigns = Table(
    "campaigns",
    APP,
    Column("name", String(32), primary_key=True),
    #: "new", "running", "stopped", "over".
    Column("state", String(16), nullable=False, index=True),
    #: Channel → language → words.
    Column("words", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    #: The first start: from then on it runs for so many days and no longer.
    Column("begun_at", Moment),
    Column("ended_at", Moment),
    #: What came of its messages, once it is over.
    Column("counts", JSON),
)

#: Whom a campaign was sent to: noted before it is tried, so that nobody gets it twice.
campaign_sends = Table(
    "campaign_sends",
    APP,
    Column("campaign", String(32), ForeignKey("campaigns.name"), primary_key=True),
    Column("chat_id", Key, primary_key=True, index=True),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    #: The platform's message, where it says later what became of it: a keyed hash.
    Column("message", Key, index=True),
    Column("at", Moment, nullable=False, index=True),
)

#: Messages that a platform meters, as its receipts tell.
metered = Table(
    "metered",
    APP,
    Column("message", Key, primary_key=True),
    Column("chat_id", Key, nullable=False),
    Column("category", String(16), nullable=False),
    Column("billable", Boolean, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

#: The same, counted.
metered_months = Table(
    "metered_months",
    APP,
    Column("month", String(7), primary_key=True),
    Column("category", String(16), primary_key=True),
    Column("billable", Boolean, primary_key=True),
    Column("messages", Integer, nullable=False),
)
