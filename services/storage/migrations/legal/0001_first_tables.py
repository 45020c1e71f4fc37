"""The first tables of legal."""

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
        "held_statements",
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("keep_until", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "kind", name=op.f("pk_held_statements")),
    )
    with op.batch_alter_table("held_statements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_statements_keep_until"), ["keep_until"], unique=False)

    op.create_table(
        "last_words",
        sa.Column("receipt", sa.String(length=16), nullable=False),
        sa.Column("chat", sa.String(length=64), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("receipt", "chat", name=op.f("pk_last_words")),
    )
    op.create_table(
        "papers",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=True),
        sa.Column("issued_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tax", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gross", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("keep_until", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_papers")),
        sa.UniqueConstraint("kind", "year", "seq", name=op.f("uq_papers_kind_year_seq")),
        sa.UniqueConstraint("number", name=op.f("uq_papers_number")),
    )
    with op.batch_alter_table("papers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_papers_issued_at"), ["issued_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_papers_keep_until"), ["keep_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_papers_order_id"), ["order_id"], unique=False)

    op.create_table(
        "processor_tasks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.String(length=16), nullable=False),
        sa.Column("recipient", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("subjects", sa.LargeBinary(), nullable=True),
        sa.Column("job", sa.String(length=64), nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("due_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("made_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("done_at", columns.Moment(timezone=True), nullable=True),
        sa.Column("proof", sa.String(length=128), nullable=True),
        sa.Column("proof_hash", sa.String(length=64), nullable=True),
        sa.Column("keep_until", columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processor_tasks")),
    )
    with op.batch_alter_table("processor_tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_processor_tasks_keep_until"), ["keep_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_processor_tasks_receipt"), ["receipt"], unique=False)
        batch_op.create_index(batch_op.f("ix_processor_tasks_state"), ["state"], unique=False)

    op.create_table(
        "sales",
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sold_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tax", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refunded", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment", sa.LargeBinary(), nullable=True),
        sa.Column("keep_until", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "kind", name=op.f("pk_sales")),
    )
    with op.batch_alter_table("sales", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_keep_until"), ["keep_until"], unique=False)

    op.create_table(
        "series",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "year", name=op.f("pk_series")),
    )
    op.create_table(
        "tax_evidence",
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("keep_until", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "kind", name=op.f("pk_tax_evidence")),
    )
    with op.batch_alter_table("tax_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tax_evidence_keep_until"), ["keep_until"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("tax_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tax_evidence_keep_until"))

    op.drop_table("tax_evidence")
    op.drop_table("series")
    with op.batch_alter_table("sales", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_keep_until"))

    op.drop_table("sales")
    with op.batch_alter_table("processor_tasks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_processor_tasks_state"))
        batch_op.drop_index(batch_op.f("ix_processor_tasks_receipt"))
        batch_op.drop_index(batch_op.f("ix_processor_tasks_keep_until"))

    op.drop_table("processor_tasks")
    with op.batch_alter_table("papers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_papers_order_id"))
        batch_op.drop_index(batch_op.f("ix_papers_keep_until"))
        batch_op.drop_index(batch_op.f("ix_papers_issued_at"))

    op.drop_table("papers")
    op.drop_table("last_words")
    with op.batch_alter_table("held_statements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_statements_keep_until"))

    op.drop_table("held_statements")
