"""what of an order's version and time its buyer sees.

Revision ID: 0014
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("internal_changes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("buyer_updated_at", models.base.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP COLUMN buyer_updated_at")
    op.execute("ALTER TABLE orders DROP COLUMN internal_changes")
