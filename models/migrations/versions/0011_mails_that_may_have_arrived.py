"""mails that may have been delivered, and cancelled mails.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLE = "outbox_messages"
INDEX = "ix_outbox_messages_brand_id_due_at"
# As in models/outbox.py when this was written.
READY = "status NOT IN ('SENT', 'FAILED', 'CANCELLED') AND unclear < 3 AND leased_until IS NULL"
READY_BEFORE = "status NOT IN ('SENT', 'FAILED') AND leased_until IS NULL"
BEFORE = ("PENDING", "SENT", "FAILED")
STATUSES = (*BEFORE, "MAY_HAVE_BEEN_DELIVERED", "CANCELLED")


def _index(ready: str) -> None:
    where = sa.text(ready)
    op.create_index(INDEX, TABLE, ["brand_id", "due_at"], postgresql_where=where, sqlite_where=where)


def _statuses(names: tuple[str, ...], length: int, length_before: int) -> None:
    told = ", ".join(f"'{name}'" for name in names)
    with op.batch_alter_table(TABLE) as batch:
        batch.drop_constraint(op.f("ck_outbox_messages_status"), type_="check")
        batch.alter_column("status", type_=sa.String(length), existing_type=sa.String(length_before), nullable=False)
        batch.create_check_constraint(op.f("ck_outbox_messages_status"), f"status IN ({told})")


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("unclear", sa.Integer(), server_default="0", nullable=False))
    op.add_column(TABLE, sa.Column("cancelled_by", sa.String(64), nullable=True))
    op.drop_index(INDEX, table_name=TABLE)
    _statuses(STATUSES, 32, 16)
    _index(READY)


def downgrade() -> None:
    """The older release knows neither status: what may have been delivered counts as sent, the rest as failed."""
    op.execute("UPDATE outbox_messages SET status = 'SENT' WHERE status = 'MAY_HAVE_BEEN_DELIVERED'")
    op.execute("UPDATE outbox_messages SET status = 'FAILED' WHERE status = 'CANCELLED'")
    op.drop_index(INDEX, table_name=TABLE)
    _statuses(BEFORE, 16, 32)
    op.drop_column(TABLE, "cancelled_by")
    op.drop_column(TABLE, "unclear")
    _index(READY_BEFORE)
