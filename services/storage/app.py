"""The tables of the shop's daily work. What is personal is encrypted with its customer's own key."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from services.storage.columns import Big, Key, Moment
from services.storage.paying import APP, checkouts, declines, disputes, payment_events, refunds

#: Tables of a file of their own, on the same metadata.
__all__ = ["APP", "checkouts", "declines", "disputes", "payment_events", "refunds"]

#: Whom we serve. Id: a random UUID, never used again.
customers = Table(
    "customers",
    APP,
    Column("id", Key, primary_key=True),
    Column("created_at", Moment, nullable=False),
    #: The last thing they did with us; our own messages and privacy requests do not count.
    Column("active_at", Moment, nullable=False),
    #: Since when their data are kept and not used, because they asked for it; when that ends, and since when they know.
    Column("paused_at", Moment),
    Column("resumes_at", Moment),
    Column("resume_told_at", Moment),
    Column("name", LargeBinary),
    Column("email", LargeBinary),
    Column("phone", LargeBinary),
)

#: The ids by which platforms know a customer, found by keyed hash.
identities = Table(
    "identities",
    APP,
    Column("hash", Key, primary_key=True),
    Column("customer_id", Key, ForeignKey("customers.id"), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
)

#: One row for each chat: where it is, its language and memory (encrypted), and who works on it now.
chats = Table(
    "chats",
    APP,
    Column("id", Key, primary_key=True),
    Column("customer_id", Key, ForeignKey("customers.id"), nullable=False, index=True),
    Column("channel", String(32), nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("said_at", Moment),
    Column("blocked", Boolean, nullable=False, default=False),
)

#: Who works on a chat now, where several processes share the work. Never locks longer than `until`.
leases = Table(
    "leases",
    APP,
    Column("name", Key, primary_key=True),
    Column("owner", Key, nullable=False),
    Column("fence", Big, nullable=False),
    Column("until", Moment, nullable=False, index=True),
)

#: Events that were answered: a repeat does nothing.
seen_events = Table(
    "seen_events",
    APP,
    Column("id", Key, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

#: Events whose handler failed, and how often.
failed_events = Table(
    "failed_events",
    APP,
    Column("id", Key, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

#: Messages that a platform gave us once and will not give again, until they are answered.
inbound = Table(
    "inbound",
    APP,
    Column("seq", Big, primary_key=True, autoincrement=True),
    Column("id", Key, nullable=False, unique=True),
    Column("chat", Key, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Column("owner", Key, nullable=False, index=True),
)

#: Bodies that nobody could read: how many, how long, of what hash.
unreadable = Table(
    "unreadable",
    APP,
    Column("hash", Key, primary_key=True),
    Column("door", String(32), nullable=False),
    Column("length", Integer, nullable=False),
    Column("times", Integer, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

#: What was bought, at the price and by the rules of that moment.
orders = Table(
    "orders",
    APP,
    Column("id", Key, primary_key=True),
    Column("customer_id", Key, ForeignKey("customers.id"), index=True),
    Column("chat_id", Key, index=True),
    Column("event_id", Key, unique=True),
    Column("state", String(32), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("total", Big, nullable=False),
    Column("tax", Big, nullable=False),
    #: The rate by which that tax was reckoned, a share in decimal text: "0.20".
    Column("tax_rate", String(16), nullable=False),
    Column("captured", Big, nullable=False, default=0),
    #: The price in Telegram Stars, frozen when it is first offered; None: it was not.
    Column("stars", Big),
    #: The price as it was listed, where the order was paid in another currency, which then is the order's own.
    Column("listed_currency", String(3)),
    Column("listed_total", Big),
    Column("listed_tax", Big),
    #: What the payment service kept for itself, once it has said so.
    Column("fee", Big),
    Column("fee_currency", String(3)),
    Column("method", String(16)),
    Column("reference", String(255)),
    Column("locale", String(16), nullable=False),
    Column("terms", String(16), nullable=False),
    #: What the shop grants after the sale, as it was when the order was placed.
    Column("rules", JSON, nullable=False, default=dict),
    Column("disputed", String(16)),
    #: Of an erased buyer: the erasure that comes back for the rest once money or a dispute is settled.
    Column("held", String(16), index=True),
    #: The campaign whose link the buyer had followed.
    Column("campaign", String(32)),
    #: Whether the traveller took up the address given at the checkout: None = not asked yet.
    Column("mail_offered", Boolean),
    Column("placed_at", Moment, nullable=False, index=True),
    Column("paid_at", Moment),
    #: By when it is delivered, or refunded; and when the traveller was told that it takes longer.
    Column("due_at", Moment),
    Column("late_at", Moment),
)

#: What an order consists of; each item has a fate of its own.
items = Table(
    "items",
    APP,
    Column("id", Key, primary_key=True),
    Column("order_id", Key, ForeignKey("orders.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(32), nullable=False, index=True),
    Column("plan", JSON, nullable=False),
    Column("provider", String(32), nullable=False),
    Column("sku", String(64), nullable=False),
    Column("price", Big, nullable=False),
    Column("most_cost", String(32), nullable=False),
    Column("esim_id", Key, unique=True),
    #: Of a top-up: the line that the data is for.
    Column("tops_up", Key, index=True),
    Column("reason", String(64)),
    Column("changed_at", Moment, nullable=False, index=True),
)

#: Every change of an order or an item: from what, to what, why.
history = Table(
    "history",
    APP,
    Column("seq", Big, primary_key=True, autoincrement=True),
    Column("order_id", Key, ForeignKey("orders.id"), nullable=False, index=True),
    Column("item_id", Key),
    Column("was", String(32), nullable=False),
    Column("now", String(32), nullable=False),
    Column("why", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

#: What the traveller declared before paying, word for word as it was shown.
statements = Table(
    "statements",
    APP,
    Column("order_id", Key, ForeignKey("orders.id"), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("locale", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

#: Attempts to buy at a provider: intent and snapshot are stored before the call.
purchases = Table(
    "purchases",
    APP,
    Column("item_id", Key, ForeignKey("items.id"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("provider", String(32), nullable=False),
    Column("sku", String(64), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("snapshot", JSON, nullable=False),
    Column("begun_at", Moment, nullable=False),
    #: The provider's name of a purchase that it accepted and has not carried out yet.
    Column("request", String(128)),
    Column("transaction", String(128), index=True),
    #: Of a top-up: the provider's id of the data that it brought.
    Column("package", String(64)),
    #: What it cost us, by the price that was checked before: decimal text, main units.
    Column("cost", String(32)),
    Column("currency", String(3)),
    #: Why it was not bought, when it certainly was not.
    Column("reason", String(32)),
)

#: Lines that we bought: given to a customer, or in stock for the next buyer of the same plan.
esims = Table(
    "esims",
    APP,
    Column("id", Key, primary_key=True),
    Column("customer_id", Key, ForeignKey("customers.id"), index=True),
    Column("item_id", Key, index=True),
    Column("provider", String(32), nullable=False),
    Column("sku", String(64), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("iccid", LargeBinary, nullable=False),
    Column("iccid_hash", Key, nullable=False),
    Column("activation", LargeBinary),
    Column("created_at", Moment, nullable=False),
    Column("given_at", Moment),
    #: First seen in use; from then on the activation code is of no use to its owner.
    Column("active_since", Moment),
    #: When the last plan of the line ends, as last measured.
    Column("expires_at", Moment),
    #: The latest measurement only.
    Column("line_state", String(16)),
    Column("total_bytes", Big),
    Column("used_bytes", Big),
    Column("measured_at", Moment),
    #: When it is measured next, while it is in use; None: nobody asks by himself.
    Column("look_at", Moment, index=True),
    #: Of what data its owner was warned, and of what: "356 low ends".
    Column("warned", String(128)),
    Unique("provider", "iccid_hash"),
)

#: The device that an item's line will work in, where its plan works in one only.
devices = Table(
    "devices",
    APP,
    Column("item_id", Key, ForeignKey("items.id"), primary_key=True),
    Column("imei", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)

#: Lines on the account that are not ours to give: there before us, or sold once and never again.
known_lines = Table(
    "known_lines",
    APP,
    Column("provider", String(32), primary_key=True),
    Column("iccid_hash", Key, primary_key=True),
    Column("why", String(16), nullable=False),
    Column("at", Moment, nullable=False),
)

#: Messages that carried an eSIM, until the platform has said what became of them.
dispatches = Table(
    "dispatches",
    APP,
    Column("message", Key, primary_key=True),
    Column("chat_id", Key, nullable=False, index=True),
    #: The item, or "refund:" and the key of a refund; empty while only a receipt is known.
    Column("about", String(140), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("code", String(32)),
    Column("at", Moment, nullable=False, index=True),
)

#: Mails that go out once: claimed before they are sent.
mailings = Table(
    "mailings",
    APP,
    Column("order_id", Key, ForeignKey("orders.id"), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("at", Moment, nullable=False),
)

#: Papers to be written: noted with what they are about, and settled once the paper is there.
paperwork = Table(
    "paperwork",
    APP,
    #: "invoice:" and an order, or "refund:" and the key of a refund.
    Column("key", String(160), primary_key=True),
    Column("order_id", Key, ForeignKey("orders.id"), nullable=False, index=True),
    Column("state", String(16), nullable=False, index=True),
    #: What the refund had become when its paper was written: "gone" or "failed".
    Column("saw", String(16), nullable=False, default=""),
    Column("at", Moment, nullable=False),
)

#: Requests for a person.
cases = Table(
    "cases",
    APP,
    Column("id", Key, primary_key=True),
    Column("customer_id", Key, ForeignKey("customers.id"), nullable=False, index=True),
    Column("chat_id", Key, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("opened_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False, index=True),
)

#: What was said in a case, and which message of the staff chat stands for it.
case_messages = Table(
    "case_messages",
    APP,
    Column("seq", Big, primary_key=True, autoincrement=True),
    Column("case_id", Key, ForeignKey("cases.id"), nullable=False, index=True),
    Column("event_id", Key, unique=True),
    Column("staff_message", String(32), index=True),
    Column("who", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)

#: Consent, append-only: what was asked in which words, and what was answered.
consents = Table(
    "consents",
    APP,
    Column("seq", Big, primary_key=True, autoincrement=True),
    Column("customer_id", Key, nullable=False, index=True),
    Column("purpose", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("answer", String(16), nullable=False),
    Column("policy", String(16), nullable=False),
    Column("locale", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("event_id", Key, nullable=False),
    Column("at", Moment, nullable=False),
)

#: The exact words behind a digest of the consent ledger, as they were shown in a language under a policy.
wordings = Table(
    "wordings",
    APP,
    Column("digest", String(64), primary_key=True),
    Column("locale", String(16), primary_key=True),
    Column("policy", String(16), primary_key=True),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

#: People exercising their rights: what was asked, until when it is due, what became of it.
privacy_requests = Table(
    "privacy_requests",
    APP,
    Column("id", Key, primary_key=True),
    #: None: somebody wrote a letter, and nobody knows yet who they are to us.
    Column("customer_id", Key, index=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(32), nullable=False, index=True),
    #: How it came, and how sure we are who asks: services/privacy/requests/states.py.
    Column("intake", String(16), nullable=False, default="chat"),
    Column("level", String(2), nullable=False, default="L0"),
    Column("at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    #: Since when its clock stands still.
    Column("suspended_at", Moment),
    Column("extended_at", Moment),
    #: How it ended, whether its file is closed since or not; and when that was.
    Column("outcome", String(32)),
    Column("merged_into", Key),
    Column("closed_at", Moment),
)

#: Small facts about the shop itself, such as "the account's old lines were imported".
marks = Table(
    "marks",
    APP,
    Column("name", String(128), primary_key=True),
    Column("value", String(255), nullable=False),
    Column("at", Moment, nullable=False),
)

#: What is not for sale just now: everything, a provider's plans, one plan; and why.
pauses = Table(
    "pauses",
    APP,
    Column("what", String(100), primary_key=True),
    Column("why", String(16), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("until", Moment),
    #: Decimal text in the provider's currency: only what costs more pauses; what could not be afforded.
    Column("over", String(32)),
    Column("wanted", String(32)),
    #: When the shop looks whether it can sell again, and how often it has.
    Column("looks", Integer, nullable=False, default=0),
    Column("look_at", Moment),
)

#: Processes that are alive, by the database's clock.
beats = Table(
    "beats",
    APP,
    Column("executor", Key, primary_key=True),
    Column("at", Moment, nullable=False),
)

Index("ix_orders_state_placed", orders.c.state, orders.c.placed_at)
Index("ix_orders_reference", orders.c.reference)
