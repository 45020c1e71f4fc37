"""The tables of what is paid, given back and contested."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from services.storage.columns import Big, Key, Moment, metadata

APP = metadata()

#: Attempts to be paid: one Checkout Session each, under a key that was stored before the call.
checkouts = Table(
    "checkouts",
    APP,
    Column("key", String(128), primary_key=True),
    Column("order_id", Key, ForeignKey("orders.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("session", String(255), unique=True),
    Column("url", Text),
    Column("expires_at", Moment, nullable=False),
)

#: Events of the payment service: each is dealt with once, and again for as long as it was not.
payment_events = Table(
    "payment_events",
    APP,
    Column("id", String(255), primary_key=True),
    Column("kind", String(64), nullable=False),
    #: What it is about, sealed; gone once it was dealt with.
    Column("body", LargeBinary),
    Column("at", Moment, nullable=False, index=True),
    Column("done_at", Moment),
)

#: Disputes: somebody's bank asks for the money. The id is a keyed hash of the payment service's number.
disputes = Table(
    "disputes",
    APP,
    Column("id", Key, primary_key=True),
    Column("order_id", Key, ForeignKey("orders.id"), nullable=False, index=True),
    Column("reference", String(255)),
    #: open, won, lost, or closed without either.
    Column("state", String(16), nullable=False, index=True),
    Column("reason", String(64), nullable=False),
    Column("amount", Big, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("answer_by", Moment),
    #: What speaks for us, as it was when the dispute opened.
    Column("evidence", LargeBinary),
    Column("submitted_at", Moment),
    Column("at", Moment, nullable=False),
    Column("closed_at", Moment),
)

#: Cards that a bank refused. The id is a keyed hash of the payment service's number of the attempt.
declines = Table(
    "declines",
    APP,
    Column("id", Key, primary_key=True),
    Column("customer_id", Key, ForeignKey("customers.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False, index=True),
)

#: Money on its way back, under a key that was stored before the call, and money that was taken back from us.
#: States: due → pending → succeeded, or failed; covered: somebody else gave it back before we did;
#: contested: a bank has it until a dispute ends → succeeded (lost) or reinstated (won).
refunds = Table(
    "refunds",
    APP,
    Column("key", String(128), primary_key=True),
    Column("order_id", Key, ForeignKey("orders.id"), nullable=False, index=True),
    Column("item_id", Key),
    Column("amount", Big, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("payment", String(255), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("reference", String(255), unique=True),
    #: Keys used up by answers that the payment service would only repeat.
    Column("tries", Integer, nullable=False, default=0),
    #: Whether the traveller has been told, for certain.
    Column("told", Boolean, nullable=False, default=False),
    Column("why", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)
