"""sign-outs: the tokens of a user that were issued up to an instant are refused.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

import models.base
from models.migrations.row_level_security import protect, unprotect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_outs",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("identity", sa.String(length=200), nullable=False),
        sa.Column("at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_sign_outs_brands")),
        sa.PrimaryKeyConstraint("brand_id", "identity", name=op.f("pk_sign_outs")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in protect("sign_outs"):
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in unprotect("sign_outs"):
            op.execute(statement)
    op.drop_table("sign_outs")
