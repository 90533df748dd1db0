"""indexes that no query uses.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNUSED = (
    ("ix_skus_brand_id_model_number", "skus", ["brand_id", "model_number"]),
    ("ix_order_replacements_brand_id_replaced_order_id", "order_replacements", ["brand_id", "replaced_order_id"]),
)


def upgrade() -> None:
    for name, table, _ in UNUSED:
        op.drop_index(op.f(name), table_name=table)


def downgrade() -> None:
    for name, table, columns in UNUSED:
        op.create_index(op.f(name), table, columns, unique=False)
