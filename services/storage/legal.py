"""The tables of what the law makes us keep: closed to chat handlers, apart from the shop's daily work."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table
from sqlalchemy import UniqueConstraint as Unique

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

#: The last number of each series of papers in each year, and when it was taken. A number is taken in the transaction
#: that writes its paper, so that there is no gap.
series = Table(
    "series",
    LEGAL,
    Column("kind", String(16), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Big, nullable=False),
    Column("at", Moment, nullable=False),
)

#: Invoices and credit notes, as they were given. Written once, never changed.
papers = Table(
    "papers",
    LEGAL,
    #: What it was written for: the same asked again is the same paper.
    Column("key", String(160), primary_key=True),
    Column("order_id", Key, nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("year", Integer, nullable=False),
    Column("seq", Big, nullable=False),
    Column("number", String(32), nullable=False, unique=True),
    #: Of a credit note: the invoice that it takes back. Of an invoice: the one that it replaces.
    Column("about", String(32)),
    Column("issued_at", Moment, nullable=False, index=True),
    Column("country", String(2)),
    Column("currency", String(3), nullable=False),
    Column("net", Big, nullable=False),
    Column("tax", Big, nullable=False),
    Column("gross", Big, nullable=False),
    #: Everything that it says, as data, and as it was handed out.
    Column("data", LargeBinary, nullable=False),
    Column("pdf", LargeBinary, nullable=False),
    Column("keep_until", Moment, nullable=False, index=True),
    Unique("kind", "year", "seq"),
)

#: What says in which country a buyer is taxed: "declared" at the checkout, the "card"'s.
tax_evidence = Table(
    "tax_evidence",
    LEGAL,
    Column("order_id", Key, primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("country", String(2), nullable=False),
    Column("at", Moment, nullable=False),
    Column("keep_until", Moment, nullable=False, index=True),
)

#: What processors have to be told after an erasure: by their own ids only, which are wiped once they were told.
processor_tasks = Table(
    "processor_tasks",
    LEGAL,
    Column("id", Key, primary_key=True),
    Column("receipt", String(16), nullable=False, index=True),
    Column("recipient", String(16), nullable=False),
    #: How it is told: "note", "redaction", "contact_book", "letter".
    Column("way", String(16), nullable=False),
    #: "open", "by_hand" once we gave up by ourselves, "done".
    Column("state", String(16), nullable=False, index=True),
    Column("subjects", LargeBinary),
    #: The processor's number of our request, where it works on it for days.
    Column("job", String(64)),
    Column("rounds", Integer, nullable=False, default=0),
    Column("due_at", Moment, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("done_at", Moment),
    #: What proves it: a word of ours about the processor's answer, or the name of a file and its SHA-256.
    Column("proof", String(128)),
    Column("proof_hash", String(64)),
    Column("keep_until", Moment, index=True),
)

#: Where the last word of an erasure goes: from the moment the chat is gone until it was said.
last_words = Table(
    "last_words",
    LEGAL,
    Column("receipt", String(16), primary_key=True),
    Column("chat", Key, primary_key=True),
    Column("address", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)
