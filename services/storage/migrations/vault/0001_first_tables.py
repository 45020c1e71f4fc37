"""The first tables of vault."""

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
        "erasures",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("wish", sa.String(length=16), nullable=False),
        sa.Column("not_before", columns.Moment(timezone=True), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("asked_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("done_at", columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_erasures_customer_id")),
    )
    op.create_table(
        "joins",
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("into", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", columns.Moment(timezone=True), nullable=False),
        sa.Column("done_at", columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_joins")),
    )
    with op.batch_alter_table("joins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_joins_into"), ["into"], unique=False)

    op.create_table(
        "keys",
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_keys")),
    )
    op.create_table(
        "roots",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roots")),
    )


def downgrade() -> None:
    op.drop_table("roots")
    op.drop_table("keys")
    with op.batch_alter_table("joins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_joins_into"))

    op.drop_table("joins")
    op.drop_table("erasures")
