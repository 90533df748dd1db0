"""the member in charge of an order.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

import models.base
from models.migrations.row_level_security import protect

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"


def upgrade() -> None:
    op.create_table(
        "order_assignees",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.String(200), nullable=False),
        sa.Column("actor_name", sa.String(200), nullable=False),
        sa.Column("assigned_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f("fk_order_assignees_orders")
        ),
        sa.PrimaryKeyConstraint("brand_id", "order_id", name=op.f("pk_order_assignees")),
    )
    columns = ["brand_id", "actor_id", "order_id"]
    op.create_index(op.f("ix_order_assignees_brand_id_actor_id_order_id"), "order_assignees", columns)
    if op.get_bind().dialect.name != "sqlite":
        for statement in protect("order_assignees"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("order_assignees")
