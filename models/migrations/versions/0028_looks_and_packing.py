"""barcode, position and picture of SKUs; contents of cartons.

Revision ID: 0028
Revises: 0027
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import models.base
from models.migrations.row_level_security import protect

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "barcode": sa.String(14),
    "position": sa.Integer(),
    "picture_digest": sa.String(64),
}


def upgrade() -> None:
    op.create_table(
        "sku_pictures",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_sku_pictures_brands")),
        sa.PrimaryKeyConstraint("brand_id", "digest", name=op.f("pk_sku_pictures")),
    )
    for name, kind in COLUMNS.items():
        op.add_column("skus", sa.Column(name, kind, nullable=True))
    op.add_column("delivery_notes", sa.Column("packing", models.base.Json, nullable=True))
    if op.get_bind().dialect.name != "sqlite":
        for statement in protect("sku_pictures"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_column("delivery_notes", "packing")
    for name in reversed(COLUMNS):
        op.drop_column("skus", name)
    op.drop_table("sku_pictures")
