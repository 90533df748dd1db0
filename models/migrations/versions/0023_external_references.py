"""references of orders in other systems.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

from models.migrations.row_level_security import protect

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

TABLE = "order_external_references"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.String(200), nullable=False),
        sa.Column("app_name", sa.String(200), nullable=True),
        sa.Column("reference", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f(f"fk_{TABLE}_orders")
        ),
        sa.PrimaryKeyConstraint("brand_id", "order_id", "app_id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("brand_id", "reference", "app_id", name=op.f(f"uq_{TABLE}_brand_id_reference_app_id")),
    )
    if op.get_bind().dialect.name != "sqlite":
        for statement in protect(TABLE):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table(TABLE)
