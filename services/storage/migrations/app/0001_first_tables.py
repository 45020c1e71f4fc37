"""The first tables of app."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.storage import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("facts", sa.String(length=255), nullable=False),
        sa.Column("since", columns.Moment(timezone=True), nullable=False),
        sa.Column("last_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("told_at", columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("cause", "subject", name=op.f("pk_alarms")),
    )
    with op.batch_alter_table("alarms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alarms_last_at"), ["last_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_alarms_told_at"), ["told_at"], unique=False)

    op.create_table(
        "beats",
        sa.Column("executor", sa.String(length=64), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("executor", name=op.f("pk_beats")),
    )
    op.create_table(
        "campaigns",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("made_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("begun_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("ended_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_campaigns")),
    )
    with op.batch_alter_table("campaigns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaigns_state"), ["state"], unique=False)

    op.create_table(
        "consents",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "customers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("created_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("active_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("paused_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("resumes_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("resume_told_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_table(
        "disclosures",
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("first_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("last_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("times", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "recipient", "what", name=op.f("pk_disclosures")),
    )
    with op.batch_alter_table("disclosures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disclosures_last_at"), ["last_at"], unique=False)

    op.create_table(
        "dispatches",
        sa.Column("message", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=140), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_dispatches")),
    )
    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatches_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispatches_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispatches_chat_id"), ["chat_id"], unique=False)

    op.create_table(
        "failed_events",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_events")),
    )
    with op.batch_alter_table("failed_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_failed_events_at"), ["at"], unique=False)

    op.create_table(
        "inbound",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("chat", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_inbound")),
        sa.UniqueConstraint("id", name=op.f("uq_inbound_id")),
    )
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbound_owner"), ["owner"], unique=False)

    op.create_table(
        "known_lines",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("iccid_hash", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "iccid_hash", name=op.f("pk_known_lines")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("fence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("until", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    with op.batch_alter_table("leases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leases_until"), ["until"], unique=False)

    op.create_table(
        "marks",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )
    op.create_table(
        "metered",
        sa.Column("message", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_metered")),
    )
    with op.batch_alter_table("metered", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_metered_at"), ["at"], unique=False)

    op.create_table(
        "metered_months",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "category", "billable", name=op.f("pk_metered_months")),
    )
    op.create_table(
        "pauses",
        sa.Column("what", sa.String(length=100), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("until", columns.Moment(timezone=True), nullable=True),
        sa.Column("over", sa.String(length=32), nullable=True),
        sa.Column("wanted", sa.String(length=32), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("look_at", columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("what", "why", name=op.f("pk_pauses")),
    )
    op.create_table(
        "payment_events",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("done_at", columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_events")),
    )
    with op.batch_alter_table("payment_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_events_at"), ["at"], unique=False)

    op.create_table(
        "privacy_requests",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("intake", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=2), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("due_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("suspended_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("extended_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("merged_into", sa.String(length=64), nullable=True),
        sa.Column("closed_at", columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_requests")),
    )
    with op.batch_alter_table("privacy_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_privacy_requests_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_privacy_requests_state"), ["state"], unique=False)

    op.create_table(
        "request_contacts",
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_request_contacts")),
    )
    with op.batch_alter_table("request_contacts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_contacts_sender"), ["sender"], unique=False)

    op.create_table(
        "request_history",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("was", sa.String(length=32), nullable=False),
        sa.Column("now", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=64), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("tell", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_request_history")),
    )
    with op.batch_alter_table("request_history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_history_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_history_tell"), ["tell"], unique=False)

    op.create_table(
        "seen_events",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seen_events")),
    )
    with op.batch_alter_table("seen_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seen_events_at"), ["at"], unique=False)

    op.create_table(
        "staff_acts",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("member", sa.LargeBinary(), nullable=False),
        sa.Column("member_hash", sa.String(length=64), nullable=False),
        sa.Column("command", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=255), nullable=True),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("done_at", columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_staff_acts")),
    )
    with op.batch_alter_table("staff_acts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_acts_at"), ["at"], unique=False)

    op.create_table(
        "suppressions",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_suppressions")),
    )
    with op.batch_alter_table("suppressions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suppressions_at"), ["at"], unique=False)

    op.create_table(
        "unreadable",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("door", sa.String(length=32), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_unreadable")),
    )
    with op.batch_alter_table("unreadable", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unreadable_at"), ["at"], unique=False)

    op.create_table(
        "wordings",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", "locale", "policy", name=op.f("pk_wordings")),
    )
    op.create_table(
        "campaign_sends",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=64), nullable=True),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.name"], name=op.f("fk_campaign_sends_campaign")),
        sa.PrimaryKeyConstraint("campaign", "chat_id", name=op.f("pk_campaign_sends")),
    )
    with op.batch_alter_table("campaign_sends", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_sends_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_campaign_sends_chat_id"), ["chat_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_campaign_sends_message"), ["message"], unique=False)

    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("last_at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_cases_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_last_at"), ["last_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_state"), ["state"], unique=False)

    op.create_table(
        "chats",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("said_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_chats_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chats")),
    )
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chats_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "codes",
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("until", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_codes_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "purpose", name=op.f("pk_codes")),
    )
    with op.batch_alter_table("codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_codes_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_codes_digest"), ["digest"], unique=False)

    op.create_table(
        "copies",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("link", sa.String(length=64), nullable=True),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("until", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_copies_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copies")),
        sa.UniqueConstraint("link", name=op.f("uq_copies_link")),
    )
    with op.batch_alter_table("copies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_copies_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_copies_until"), ["until"], unique=False)

    op.create_table(
        "declines",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_declines_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declines")),
    )
    with op.batch_alter_table("declines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_declines_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_declines_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "doubts",
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("former", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("aside", sa.String(length=64), nullable=True),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_doubts_customer_id")),
        sa.ForeignKeyConstraint(["former"], ["customers.id"], name=op.f("fk_doubts_former")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_doubts")),
    )
    with op.batch_alter_table("doubts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_doubts_former"), ["former"], unique=False)

    op.create_table(
        "esims",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=True),
        sa.Column("item_id", sa.String(length=64), nullable=True),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("iccid", sa.LargeBinary(), nullable=False),
        sa.Column("iccid_hash", sa.String(length=64), nullable=False),
        sa.Column("activation", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("given_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("active_since", columns.Moment(timezone=True), nullable=True),
        sa.Column("expires_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("line_state", sa.String(length=16), nullable=True),
        sa.Column("total_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("used_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("measured_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("look_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("warned", sa.String(length=128), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_esims_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esims")),
        sa.UniqueConstraint("provider", "iccid_hash", name=op.f("uq_esims_provider_iccid_hash")),
    )
    with op.batch_alter_table("esims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_esims_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_esims_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_esims_look_at"), ["look_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_esims_state"), ["state"], unique=False)

    op.create_table(
        "identities",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_identities_customer_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_identities")),
    )
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identities_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "orders",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=True),
        sa.Column("chat_id", sa.String(length=64), nullable=True),
        sa.Column("event_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tax", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tax_rate", sa.String(length=16), nullable=False),
        sa.Column("captured", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stars", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("listed_currency", sa.String(length=3), nullable=True),
        sa.Column("listed_total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("listed_tax", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fee", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fee_currency", sa.String(length=3), nullable=True),
        sa.Column("method", sa.String(length=16), nullable=True),
        sa.Column("reference", sa.String(length=255), nullable=True),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("terms", sa.String(length=16), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("disputed", sa.String(length=16), nullable=True),
        sa.Column("held", sa.String(length=16), nullable=True),
        sa.Column("campaign", sa.String(length=32), nullable=True),
        sa.Column("mail_offered", sa.Boolean(), nullable=True),
        sa.Column("placed_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("paid_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("due_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("late_at", columns.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_orders_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("event_id", name=op.f("uq_orders_event_id")),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_orders_chat_id"), ["chat_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_orders_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_orders_held"), ["held"], unique=False)
        batch_op.create_index(batch_op.f("ix_orders_placed_at"), ["placed_at"], unique=False)
        batch_op.create_index("ix_orders_reference", ["reference"], unique=False)
        batch_op.create_index("ix_orders_state_placed", ["state", "placed_at"], unique=False)

    op.create_table(
        "case_messages",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=True),
        sa.Column("staff_message", sa.String(length=32), nullable=True),
        sa.Column("who", sa.String(length=16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_messages_case_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_case_messages")),
        sa.UniqueConstraint("event_id", name=op.f("uq_case_messages_event_id")),
    )
    with op.batch_alter_table("case_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_messages_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_messages_staff_message"), ["staff_message"], unique=False)

    op.create_table(
        "checkouts",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("session", sa.String(length=255), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("expires_at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_checkouts_order_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_checkouts")),
        sa.UniqueConstraint("session", name=op.f("uq_checkouts_session")),
    )
    with op.batch_alter_table("checkouts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkouts_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_checkouts_state"), ["state"], unique=False)

    op.create_table(
        "claims",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=True),
        sa.Column("item_id", sa.String(length=64), nullable=True),
        sa.Column("chat_id", sa.String(length=64), nullable=True),
        sa.Column("event_id", sa.String(length=64), nullable=True),
        sa.Column("stranger", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("line_state", sa.String(length=16), nullable=True),
        sa.Column("used_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("total_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("measured_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("why", sa.String(length=32), nullable=True),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("replacement", sa.String(length=64), nullable=True),
        sa.Column("untold", sa.Boolean(), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("due_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("decided_at", columns.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_claims_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("event_id", name=op.f("uq_claims_event_id")),
    )
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claims_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_claims_chat_id"), ["chat_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claims_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_claims_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claims_replacement"), ["replacement"], unique=False)
        batch_op.create_index(batch_op.f("ix_claims_state"), ["state"], unique=False)

    op.create_table(
        "disputes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("answer_by", columns.Moment(timezone=True), nullable=True),
        sa.Column("evidence", sa.LargeBinary(), nullable=True),
        sa.Column("submitted_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("closed_at", columns.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_disputes_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
    )
    with op.batch_alter_table("disputes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disputes_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disputes_state"), ["state"], unique=False)

    op.create_table(
        "history",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=True),
        sa.Column("was", sa.String(length=32), nullable=False),
        sa.Column("now", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=64), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_history_order_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_history")),
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_order_id"), ["order_id"], unique=False)

    op.create_table(
        "items",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("most_cost", sa.String(length=32), nullable=False),
        sa.Column("esim_id", sa.String(length=64), nullable=True),
        sa.Column("tops_up", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("changed_at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_items_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("esim_id", name=op.f("uq_items_esim_id")),
    )
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_items_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_items_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_items_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_items_tops_up"), ["tops_up"], unique=False)

    op.create_table(
        "mailings",
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_mailings_order_id")),
        sa.PrimaryKeyConstraint("order_id", "kind", name=op.f("pk_mailings")),
    )
    op.create_table(
        "paperwork",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("saw", sa.String(length=16), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_paperwork_order_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_paperwork")),
    )
    with op.batch_alter_table("paperwork", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paperwork_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paperwork_state"), ["state"], unique=False)

    op.create_table(
        "refunds",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=True),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("payment", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=64), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refunds_order_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_refunds")),
        sa.UniqueConstraint("reference", name=op.f("uq_refunds_reference")),
    )
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refunds_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_refunds_state"), ["state"], unique=False)

    op.create_table(
        "statements",
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_statements_order_id")),
        sa.PrimaryKeyConstraint("order_id", "kind", name=op.f("pk_statements")),
    )
    op.create_table(
        "devices",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("imei", sa.LargeBinary(), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_devices_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_devices")),
    )
    op.create_table(
        "purchases",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("begun_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("request", sa.String(length=128), nullable=True),
        sa.Column("transaction", sa.String(length=128), nullable=True),
        sa.Column("package", sa.String(length=64), nullable=True),
        sa.Column("cost", sa.String(length=32), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_purchases_item_id")),
        sa.PrimaryKeyConstraint("item_id", "attempt", name=op.f("pk_purchases")),
    )
    with op.batch_alter_table("purchases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_purchases_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchases_transaction"), ["transaction"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("purchases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_purchases_transaction"))
        batch_op.drop_index(batch_op.f("ix_purchases_state"))

    op.drop_table("purchases")
    op.drop_table("devices")
    op.drop_table("statements")
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refunds_state"))
        batch_op.drop_index(batch_op.f("ix_refunds_order_id"))

    op.drop_table("refunds")
    with op.batch_alter_table("paperwork", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paperwork_state"))
        batch_op.drop_index(batch_op.f("ix_paperwork_order_id"))

    op.drop_table("paperwork")
    op.drop_table("mailings")
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_items_tops_up"))
        batch_op.drop_index(batch_op.f("ix_items_state"))
        batch_op.drop_index(batch_op.f("ix_items_order_id"))
        batch_op.drop_index(batch_op.f("ix_items_changed_at"))

    op.drop_table("items")
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_history_order_id"))

    op.drop_table("history")
    with op.batch_alter_table("disputes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_disputes_state"))
        batch_op.drop_index(batch_op.f("ix_disputes_order_id"))

    op.drop_table("disputes")
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claims_state"))
        batch_op.drop_index(batch_op.f("ix_claims_replacement"))
        batch_op.drop_index(batch_op.f("ix_claims_order_id"))
        batch_op.drop_index(batch_op.f("ix_claims_due_at"))
        batch_op.drop_index(batch_op.f("ix_claims_chat_id"))
        batch_op.drop_index(batch_op.f("ix_claims_at"))

    op.drop_table("claims")
    with op.batch_alter_table("checkouts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkouts_state"))
        batch_op.drop_index(batch_op.f("ix_checkouts_order_id"))

    op.drop_table("checkouts")
    with op.batch_alter_table("case_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_messages_staff_message"))
        batch_op.drop_index(batch_op.f("ix_case_messages_case_id"))

    op.drop_table("case_messages")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index("ix_orders_state_placed")
        batch_op.drop_index("ix_orders_reference")
        batch_op.drop_index(batch_op.f("ix_orders_placed_at"))
        batch_op.drop_index(batch_op.f("ix_orders_held"))
        batch_op.drop_index(batch_op.f("ix_orders_customer_id"))
        batch_op.drop_index(batch_op.f("ix_orders_chat_id"))

    op.drop_table("orders")
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identities_customer_id"))

    op.drop_table("identities")
    with op.batch_alter_table("esims", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_esims_state"))
        batch_op.drop_index(batch_op.f("ix_esims_look_at"))
        batch_op.drop_index(batch_op.f("ix_esims_item_id"))
        batch_op.drop_index(batch_op.f("ix_esims_customer_id"))

    op.drop_table("esims")
    with op.batch_alter_table("doubts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_doubts_former"))

    op.drop_table("doubts")
    with op.batch_alter_table("declines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_declines_customer_id"))
        batch_op.drop_index(batch_op.f("ix_declines_at"))

    op.drop_table("declines")
    with op.batch_alter_table("copies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_copies_until"))
        batch_op.drop_index(batch_op.f("ix_copies_customer_id"))

    op.drop_table("copies")
    with op.batch_alter_table("codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_codes_digest"))
        batch_op.drop_index(batch_op.f("ix_codes_at"))

    op.drop_table("codes")
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chats_customer_id"))

    op.drop_table("chats")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cases_state"))
        batch_op.drop_index(batch_op.f("ix_cases_last_at"))
        batch_op.drop_index(batch_op.f("ix_cases_customer_id"))

    op.drop_table("cases")
    with op.batch_alter_table("campaign_sends", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_sends_message"))
        batch_op.drop_index(batch_op.f("ix_campaign_sends_chat_id"))
        batch_op.drop_index(batch_op.f("ix_campaign_sends_at"))

    op.drop_table("campaign_sends")
    op.drop_table("wordings")
    with op.batch_alter_table("unreadable", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unreadable_at"))

    op.drop_table("unreadable")
    with op.batch_alter_table("suppressions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suppressions_at"))

    op.drop_table("suppressions")
    with op.batch_alter_table("staff_acts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_acts_at"))

    op.drop_table("staff_acts")
    with op.batch_alter_table("seen_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seen_events_at"))

    op.drop_table("seen_events")
    with op.batch_alter_table("request_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_history_tell"))
        batch_op.drop_index(batch_op.f("ix_request_history_request_id"))

    op.drop_table("request_history")
    with op.batch_alter_table("request_contacts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_contacts_sender"))

    op.drop_table("request_contacts")
    with op.batch_alter_table("privacy_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_privacy_requests_state"))
        batch_op.drop_index(batch_op.f("ix_privacy_requests_customer_id"))

    op.drop_table("privacy_requests")
    with op.batch_alter_table("payment_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_events_at"))

    op.drop_table("payment_events")
    op.drop_table("pauses")
    op.drop_table("metered_months")
    with op.batch_alter_table("metered", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_metered_at"))

    op.drop_table("metered")
    op.drop_table("marks")
    with op.batch_alter_table("leases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leases_until"))

    op.drop_table("leases")
    op.drop_table("known_lines")
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbound_owner"))

    op.drop_table("inbound")
    with op.batch_alter_table("failed_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_failed_events_at"))

    op.drop_table("failed_events")
    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dispatches_chat_id"))
        batch_op.drop_index(batch_op.f("ix_dispatches_at"))
        batch_op.drop_index(batch_op.f("ix_dispatches_about"))

    op.drop_table("dispatches")
    with op.batch_alter_table("disclosures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_disclosures_last_at"))

    op.drop_table("disclosures")
    op.drop_table("customers")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_customer_id"))

    op.drop_table("consents")
    with op.batch_alter_table("campaigns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaigns_state"))

    op.drop_table("campaigns")
    op.drop_table("beats")
    with op.batch_alter_table("alarms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alarms_told_at"))
        batch_op.drop_index(batch_op.f("ix_alarms_last_at"))

    op.drop_table("alarms")
