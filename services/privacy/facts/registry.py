"""The one registry of personal data: every column of the three stores, in a line that says what becomes of it.

Export, erasure, the policy's facts and the record of processing are read from here. A column without an entry
fails the tests.
"""

from __future__ import annotations

from services.privacy.facts.entries import (
    ADDENDUM,
    AUTHORITIES,
    CONTRACT,
    ESIM,
    IDENTIFICATION,
    INTEREST,
    LAW,
    MAIL,
    META,
    NAVIGATION,
    NOT_PERSONAL,
    PAYMENTS,
    PROVIDER,
    TELEGRAM,
    TRANSACTION,
    Entry,
    Use,
    gaps,
    not_personal,
)
from services.storage import after_sale, app, copies, desk, identity, legal, rights, vault
from services.storage import campaigns as sending

STORES = {"app": app.APP, "legal": legal.LEGAL, "vault": vault.VAULT}

_OURS = "a number of our own, random, that says nothing without its row"
_LINK = "a link of our own to a row that is exported itself"
_WORK = "tells our processes what to do; nobody is named"
_HASH = "a keyed hash; what it was made of is exported"
_SOON = "goes by itself within its period; holds a keyed hash, not a person"
_STATUTE = "the law asks for it; names nobody but a payment, sealed"
_PROOF = "proof of our own duties; names nobody but the random number"

_ACCOUNT = Use(IDENTIFICATION, "account", CONTRACT, "A", "delete", (PAYMENTS, MAIL))
_CHANNEL = Use(IDENTIFICATION, "channel", CONTRACT, "A", "delete", (TELEGRAM, META))
_SERVICE = Use(ADDENDUM, "service", CONTRACT, "A", "delete")
_TALK = Use(ADDENDUM, "conversation", CONTRACT, "A", "delete", (TELEGRAM, META))
_ORDER = Use(
    TRANSACTION, "orders", CONTRACT, "A", "pseudonymize", (PROVIDER,), "stays for the books, linked to nobody"
)
_OWNER = Use(TRANSACTION, "orders", CONTRACT, "A", "delete")
_PAYMENT = Use(TRANSACTION, "payment", CONTRACT, "L", "hold", (PAYMENTS,), _STATUTE)
_CHECKOUT = Use(TRANSACTION, "payment", CONTRACT, "unpaid", "delete", (PAYMENTS,))
_DECLINE = Use(TRANSACTION, "safety", INTEREST, "event", "delete", (PAYMENTS,))
_BOOKS = Use(TRANSACTION, "accounting", LAW, "L", "keep", (AUTHORITIES,), _STATUTE)
_BILLED = Use(
    TRANSACTION,
    "accounting",
    LAW,
    "L",
    "keep",
    (AUTHORITIES,),
    "an invoice names its buyer, and the law has it kept unchanged; sealed",
)
_EVIDENCE = Use(
    TRANSACTION, "taxes", LAW, "L", "keep", (AUTHORITIES,), "says in which country a sale was taxed"
)
_DECLARED = Use(TRANSACTION, "proof", LAW, "proof", "hold", (), "proof of what was declared before paying")
_HELD = Use(
    TRANSACTION, "proof", LAW, "proof", "keep", (AUTHORITIES,), "proof of what was declared before paying"
)
_CLAIMED = Use(TRANSACTION, "proof", LAW, "proof", "hold", (), "proof of what was claimed after the sale")
_LINE = Use(ESIM, "provisioning", CONTRACT, "A", "delete", (PROVIDER,))
_INSTALL = Use(ESIM, "delivery", CONTRACT, "installed", "delete", (PROVIDER, TELEGRAM, META, MAIL))
_DEVICE = Use(ESIM, "provisioning", CONTRACT, "device", "delete", (PROVIDER,))
_USAGE = Use(ESIM, "diagnostics", CONTRACT, "measured", "delete", (PROVIDER,))
_HANDED = Use(ESIM, "delivery", CONTRACT, "A", "delete", (TELEGRAM, META))
_SPENT = Use(
    ESIM, "never_sold_twice", INTEREST, "spent", "keep", (), "a keyed hash: a line is never sold twice"
)
_CASE = Use(IDENTIFICATION, "support", CONTRACT, "case", "delete", (TELEGRAM, META))
_UNANSWERED = Use(
    IDENTIFICATION, "conversation", CONTRACT, "unanswered", "keep", (), "goes when it is answered"
)
_ONCE = Use(NAVIGATION, "deduplication", INTEREST, "event", "keep", (), _SOON)
_TURN = Use(NAVIGATION, "safety", INTEREST, "lease", "keep", (), _SOON)
_CONSENT = Use(ADDENDUM, "consent_proof", LAW, "consent", "keep", (AUTHORITIES,), _PROOF)
_SUPPRESSED = Use(
    ADDENDUM,
    "consent_proof",
    INTEREST,
    "suppression",
    "keep",
    (),
    "a keyed hash: whoever left gets no offers",
)
_REQUEST = Use(ADDENDUM, "rights", LAW, "request", "keep", (AUTHORITIES,), _PROOF)
_CODE = Use(ADDENDUM, "safety", INTEREST, "code", "delete")
_LETTER = Use(IDENTIFICATION, "rights", LAW, "request", "delete")
_COPY = Use(
    ADDENDUM, "rights", LAW, "copy", "delete", (TELEGRAM, META), "the copy itself, which shows all the rest"
)
_LAST = Use(
    ADDENDUM, "rights", LAW, "told", "delete", (PROVIDER, PAYMENTS, META, TELEGRAM), "goes once it was told"
)
_TELL = Use(
    ADDENDUM, "rights", LAW, "request", "delete", (PROVIDER, PAYMENTS, META, MAIL), "goes once it was told"
)
_JOINED = Use(ADDENDUM, "safety", INTEREST, "backup", "delete")
_KEY = Use(ADDENDUM, "safety", LAW, "A", "delete")

_EXPORTED = "the app's own key of that row, which is exported by its content"

REGISTRY: tuple[Entry, ...] = (
    # Who they are
    *_ACCOUNT.sealed(app.customers, "name email phone", "customers:{column}:{id}"),
    *_SERVICE.of(app.customers, "id created_at active_at paused_at resumes_at resume_told_at"),
    *_CHANNEL.of(app.identities, "hash", hidden=_HASH),
    *_CHANNEL.of(app.identities, "kind created_at"),
    *_CHANNEL.of(app.identities, "customer_id", hidden=_LINK),
    *_CHANNEL.sealed(app.identities, "value", "identities:{column}:{customer_id}:{kind}"),
    # Where we talk
    *_TALK.of(app.chats, "id", hidden=_HASH),
    *_TALK.of(app.chats, "customer_id", hidden=_LINK),
    *_TALK.of(app.chats, "channel said_at blocked"),
    *_TALK.sealed(app.chats, "state", "chats:{column}:{id}", "json"),
    *_TURN.of(app.leases, "name", hidden=_HASH),
    *not_personal(app.leases, "owner fence until", _WORK),
    *_ONCE.of(app.seen_events, "id", hidden=_HASH),
    *not_personal(app.seen_events, "at", _WORK),
    *_ONCE.of(app.failed_events, "id", hidden=_HASH),
    *not_personal(app.failed_events, "tries at", _WORK),
    *_UNANSWERED.of(app.inbound, "chat id", hidden=_HASH),
    *_UNANSWERED.of(app.inbound, "body", hidden="a message on its way to its answer; the chat shows it"),
    *not_personal(app.inbound, "seq at owner", _WORK),
    *_ONCE.of(sending.campaign_sends, "chat_id message", hidden=_HASH),
    *not_personal(sending.campaign_sends, "campaign state tries at", _WORK),
    *not_personal(
        sending.campaigns,
        "name state words made_at begun_at ended_at counts",
        "an operator's words to nobody",
    ),
    *_ONCE.of(sending.metered, "message chat_id", hidden=_HASH),
    *not_personal(sending.metered, "category billable at", "what a platform charges for"),
    *not_personal(sending.metered_months, "month category billable messages", "counts"),
    *not_personal(
        app.unreadable,
        "hash door length times at",
        "a body that nobody could read: its hash and length",
    ),
    # What they bought
    *_ORDER.of(
        app.orders,
        "id state currency total tax tax_rate captured stars listed_currency listed_total listed_tax "
        "method locale terms rules disputed campaign placed_at paid_at due_at late_at",
    ),
    *_OWNER.of(app.orders, "customer_id chat_id", hidden=_LINK),
    *_OWNER.of(app.orders, "event_id", hidden=_HASH),
    *_OWNER.of(app.orders, "mail_offered"),
    *not_personal(app.orders, "fee fee_currency", "what the payment service kept of it for itself"),
    *_PAYMENT.of(app.orders, "reference"),
    *_PAYMENT.of(
        app.orders, "held", hidden="of an erased buyer: the number of the erasure that waits for it"
    ),
    *_ORDER.of(app.items, "id order_id kind state plan price reason changed_at"),
    *_OWNER.of(app.items, "esim_id tops_up", hidden=_LINK),
    *not_personal(
        app.items, "provider sku most_cost", "what our supplier calls the plan, and what it may cost us"
    ),
    *_ORDER.of(app.history, "order_id item_id was now why at"),
    *not_personal(app.history, "seq", _OURS),
    *_DECLARED.of(app.statements, "order_id kind locale text at"),
    *not_personal(app.statements, "digest", "a hash of our own words"),
    *_ORDER.of(
        after_sale.claims,
        "id kind state order_id item_id stranger locale line_state used_bytes total_bytes measured_at "
        "outcome why amount replacement at due_at decided_at",
    ),
    *_OWNER.of(after_sale.claims, "chat_id event_id", hidden=_HASH),
    *not_personal(after_sale.claims, "untold", _WORK),
    *_CLAIMED.sealed(after_sale.claims, "said", "claims:{column}:{id}", "json"),
    # What they paid
    *_CHECKOUT.of(app.checkouts, "order_id attempt state session expires_at"),
    *_CHECKOUT.of(app.checkouts, "key", hidden=_LINK),
    *_CHECKOUT.of(
        app.checkouts, "url", hidden="a door to pay, dead once used; the attempt itself is exported"
    ),
    *_ONCE.of(app.payment_events, "id", hidden="the payment service's number of its own message"),
    *_ONCE.of(app.payment_events, "body", hidden="which payment it is about; the payment itself is exported"),
    *not_personal(app.payment_events, "kind at done_at", _WORK),
    *_ORDER.of(app.disputes, "order_id state reason amount currency answer_by submitted_at at closed_at"),
    *_PAYMENT.of(app.disputes, "reference"),
    *_PAYMENT.of(app.disputes, "id", hidden=_HASH),
    *_OWNER.sealed(app.disputes, "evidence", "disputes:{column}:{id}", "json"),
    *_DECLINE.of(app.declines, "at"),
    *_DECLINE.of(app.declines, "id", hidden=_HASH),
    *_DECLINE.of(app.declines, "customer_id", hidden=_LINK),
    *_ORDER.of(app.refunds, "order_id item_id amount currency state why at"),
    *_PAYMENT.of(app.refunds, "payment reference"),
    *_PAYMENT.of(app.refunds, "key", hidden=_LINK),
    *not_personal(app.refunds, "tries told", _WORK),
    # What they travel with
    *_LINE.of(app.esims, "id item_id state created_at given_at active_since expires_at"),
    *_LINE.of(app.esims, "customer_id", hidden=_LINK),
    *_LINE.of(app.esims, "iccid_hash", hidden=_HASH),
    *_LINE.sealed(app.esims, "iccid", "esims:{column}:{id}"),
    *_INSTALL.sealed(app.esims, "activation", "esims:{column}:{id}", "unused"),
    *_USAGE.of(app.esims, "line_state total_bytes used_bytes measured_at"),
    *_USAGE.of(app.esims, "look_at warned", hidden="when we measure next, and which warnings went out"),
    *not_personal(app.esims, "provider sku", "what our supplier calls the plan"),
    *_DEVICE.of(app.devices, "item_id at"),
    *_DEVICE.sealed(app.devices, "imei", "devices:{column}:{item_id}"),
    *_SPENT.of(app.known_lines, "iccid_hash", hidden=_HASH),
    *not_personal(app.known_lines, "provider why at", "linked to nobody"),
    *_ORDER.of(app.purchases, "item_id attempt state begun_at"),
    *_LINE.of(app.purchases, "transaction", hidden="our supplier's number of our own payment to it"),
    *_LINE.of(app.purchases, "request package", hidden="our supplier's numbers of what we asked of it"),
    *_LINE.of(app.purchases, "snapshot", hidden="how our account at the supplier stood"),
    *not_personal(app.purchases, "provider sku cost currency reason", "what we bought, and what it cost us"),
    *_HANDED.of(app.dispatches, "about state code at"),
    *_HANDED.of(app.dispatches, "message chat_id", hidden=_HASH),
    *_HANDED.of(app.mailings, "order_id kind state at"),
    *_ORDER.of(app.paperwork, "order_id state at"),
    *_ORDER.of(app.paperwork, "key", hidden=_LINK),
    *not_personal(app.paperwork, "saw", _WORK),
    # What they asked us
    *_CASE.of(app.cases, "id state opened_at last_at"),
    *_CASE.of(app.cases, "customer_id chat_id", hidden=_LINK),
    *_CASE.of(app.case_messages, "case_id who at"),
    *_CASE.sealed(app.case_messages, "body", "case_messages:{column}:{case_id}"),
    *_CASE.of(app.case_messages, "event_id", hidden=_HASH),
    *_CASE.of(app.case_messages, "staff_message", hidden="the number of the copy in our staff's own chat"),
    *not_personal(app.case_messages, "seq", _OURS),
    # Their rights
    *_CONSENT.of(app.consents, "customer_id purpose channel answer policy locale digest at"),
    *_CONSENT.of(app.consents, "event_id", hidden=_HASH),
    *not_personal(app.consents, "seq", _OURS),
    *_CONSENT.of(app.wordings, "digest locale policy text"),
    *not_personal(app.wordings, "at", "when we first used these words with anybody"),
    *_REQUEST.of(
        app.privacy_requests,
        "id customer_id kind state intake level at due_at suspended_at extended_at outcome merged_into closed_at",
    ),
    *_REQUEST.of(rights.request_history, "request_id was now why at"),
    *not_personal(rights.request_history, "seq tell", _WORK),
    *_LETTER.of(rights.request_contacts, "request_id", hidden=_LINK),
    *_LETTER.of(rights.request_contacts, "sender", hidden=_HASH),
    *_LETTER.of(rights.request_contacts, "body", hidden="where a letter is answered; its writer has it"),
    *_LETTER.of(rights.request_contacts, "at"),
    *_REQUEST.of(rights.disclosures, "customer_id recipient what basis first_at last_at times"),
    *_CODE.of(identity.codes, "purpose sent wrong at until", hidden=_SOON),
    *_CODE.of(identity.codes, "customer_id", hidden=_LINK),
    *_CODE.of(identity.codes, "digest", hidden=_HASH),
    *_COPY.of(
        copies.copies,
        "id customer_id chat_id request locale state size at until",
        hidden="about a copy that was asked for; its request is exported",
    ),
    *_COPY.of(copies.copies, "link", hidden=_HASH),
    *_COPY.sealed(copies.copies, "content", "copies:{column}:{id}", ""),
    *_SUPPRESSED.of(identity.suppressions, "hash", hidden=_HASH),
    *not_personal(identity.suppressions, "at", "when it was kept"),
    *_SERVICE.of(
        identity.doubts,
        "customer_id former aside why at",
        hidden="that it is uncertain whether two are one; shown to neither",
    ),
    # The shop itself
    *not_personal(app.marks, "name value at", "facts of the shop: ids and numbers"),
    *not_personal(app.pauses, "what why at until over wanted looks look_at", "what is not for sale, and why"),
    *not_personal(app.beats, "executor at", "our own processes"),
    *not_personal(
        desk.alarms,
        "cause subject facts since last_at told_at",
        "what the operator must mend: numbers of orders, providers and requests",
    ),
    *not_personal(
        desk.staff_acts,
        "code member member_hash command state outcome at done_at",
        "what our own staff did, for six months: who under the house's key, and numbers of orders",
    ),
    # Kept by law
    *_BOOKS.of(legal.sales, "order_id kind sold_at currency amount tax refunded keep_until"),
    *_BOOKS.sealed(legal.sales, "payment", "sales:{column}:{order_id}:{kind}", "json"),
    *_BOOKS.of(
        legal.papers,
        "order_id kind year seq number about issued_at country currency net tax gross keep_until",
    ),
    *_BOOKS.of(legal.papers, "key", hidden=_LINK),
    *_BILLED.sealed(legal.papers, "data", "papers:{column}:{key}", "json"),
    *_BILLED.sealed(legal.papers, "pdf", "papers:{column}:{key}", "file"),
    *_EVIDENCE.of(legal.tax_evidence, "order_id kind country at keep_until"),
    *not_personal(legal.series, "kind year last at", "counts papers; the papers themselves are exported"),
    *_HELD.of(legal.held_statements, "order_id kind locale at keep_until"),
    *_HELD.sealed(legal.held_statements, "text", "held_statements:{column}:{order_id}:{kind}"),
    *_REQUEST.of(
        legal.processor_tasks,
        "id receipt recipient way state job rounds due_at made_at done_at proof proof_hash keep_until",
        hidden="whom we told of an erasure; the person is gone by then",
    ),
    *_TELL.sealed(legal.processor_tasks, "subjects", "processor_tasks:{column}:{id}", ""),
    *_LAST.of(legal.last_words, "receipt chat at", hidden=_HASH),
    *_LAST.sealed(legal.last_words, "address", "last_words:{column}:{receipt}:{chat}", ""),
    # Keys, and who was erased
    *_KEY.of(vault.keys, "customer_id created_at", hidden=_EXPORTED),
    *_KEY.of(vault.keys, "wrapped", hidden="the key that protects this customer's data"),
    *not_personal(vault.roots, "id wrapped created_at", "the house's own secret"),
    *_JOINED.of(vault.joins, "customer_id into state at done_at", hidden="who became one with whom"),
    *_REQUEST.of(
        vault.erasures,
        "id customer_id state why wish not_before round asked_at done_at",
        hidden="the same is in the requests",
    ),
)

_BY_TABLE: dict[str, tuple[Entry, ...]] = {
    table.name: tuple(entry for entry in REGISTRY if entry.table == table.name)
    for metadata in STORES.values()
    for table in metadata.sorted_tables
}


def about(table: str) -> tuple[Entry, ...]:
    """What the registry says of a table's columns."""
    return _BY_TABLE[table]


def personal() -> tuple[Entry, ...]:
    """Every entry about a person."""
    return tuple(entry for entry in REGISTRY if entry.category != NOT_PERSONAL)


def unexplained() -> list[str]:
    """What the registry and the tables do not agree on."""
    return gaps(REGISTRY, STORES)
