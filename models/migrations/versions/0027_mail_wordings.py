"""wordings of mails by brand, kind and language; attached documents; a brand's own sender address.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

import models.base
from models.migrations.row_level_security import protect

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"


def upgrade() -> None:
    op.create_table(
        "mail_wordings",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("locale", sa.String(2), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("heading", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_mail_wordings_brands")),
        sa.PrimaryKeyConstraint("brand_id", "kind", "locale", "version", name=op.f("pk_mail_wordings")),
    )
    op.add_column("brands", sa.Column("mails_have_pdf", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("brands", sa.Column("mail_sender_address", sa.String(320), nullable=True))
    if op.get_bind().dialect.name != "sqlite":
        for statement in protect("mail_wordings"):
            op.execute(statement)


def downgrade() -> None:
    op.drop_column("brands", "mail_sender_address")
    op.drop_column("brands", "mails_have_pdf")
    op.drop_table("mail_wordings")
