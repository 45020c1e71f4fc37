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


def downgrade() -> None:
    with op.batch_alter_table("sales", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_keep_until"))

    op.drop_table("sales")
    with op.batch_alter_table("held_statements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_statements_keep_until"))

    op.drop_table("held_statements")
