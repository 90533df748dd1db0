"""bulk runs that follow a dry run.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bulk_runs", sa.Column("token", sa.String(64), nullable=True))
    op.create_index("ix_bulk_runs_brand_id_token", "bulk_runs", ["brand_id", "token"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_bulk_runs_brand_id_token", table_name="bulk_runs")
    op.drop_column("bulk_runs", "token")
