"""the relay: brands in turn, leases that ran out, recipients that are left.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# As in models/outbox.py when this was written.
READY = sa.text("status NOT IN ('SENT', 'FAILED') AND leased_until IS NULL")
IN_HAND = sa.text("leased_until IS NOT NULL")


def upgrade() -> None:
    op.add_column("outbox_messages", sa.Column("lost", sa.Integer(), server_default="0", nullable=False))
    op.add_column("outbox_messages", sa.Column("left_over", models.base.Json, nullable=True))
    op.create_index(
        op.f("ix_outbox_messages_brand_id_due_at"),
        "outbox_messages",
        ["brand_id", "due_at"],
        unique=False,
        postgresql_where=READY,
        sqlite_where=READY,
    )
    op.create_index(
        op.f("ix_outbox_messages_leased_until"),
        "outbox_messages",
        ["leased_until"],
        unique=False,
        postgresql_where=IN_HAND,
        sqlite_where=IN_HAND,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_outbox_messages_leased_until"), table_name="outbox_messages")
    op.drop_index(op.f("ix_outbox_messages_brand_id_due_at"), table_name="outbox_messages")
    op.drop_column("outbox_messages", "left_over")
    op.drop_column("outbox_messages", "lost")
