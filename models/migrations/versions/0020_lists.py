"""indexes for orders by catalog and by buyer.

Revision ID: 0020
Revises: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"


def upgrade() -> None:
    columns = ["brand_id", "catalog_id", "placed_at", "id"]
    op.create_index(op.f("ix_orders_brand_id_catalog_id_placed_at_id"), "orders", columns)
    op.create_index(op.f("ix_buyers_brand_id_name_unique_code"), "buyers", ["brand_id", "name", "unique_code"])


def downgrade() -> None:
    op.drop_index(op.f("ix_buyers_brand_id_name_unique_code"), table_name="buyers")
    op.drop_index(op.f("ix_orders_brand_id_catalog_id_placed_at_id"), table_name="orders")
