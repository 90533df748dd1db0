"""the chain of the audit, settings of a brand, invoices for delivery notes.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_audit_heads_brands")),
        sa.PrimaryKeyConstraint("brand_id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "invoiced_delivery_notes",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_note_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "delivery_note_id"],
            ["delivery_notes.brand_id", "delivery_notes.id"],
            name=op.f("fk_invoiced_delivery_notes_delivery_notes"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "invoice_id"],
            ["invoices.brand_id", "invoices.id"],
            name=op.f("fk_invoiced_delivery_notes_invoices"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("brand_id", "invoice_id", "delivery_note_id", name=op.f("pk_invoiced_delivery_notes")),
    )
    op.create_index(
        op.f("ix_invoiced_delivery_notes_brand_id_delivery_note_id"),
        "invoiced_delivery_notes",
        ["brand_id", "delivery_note_id"],
        unique=False,
    )
    op.add_column("audit_entries", sa.Column("sequence", sa.BigInteger(), nullable=True))
    op.add_column("audit_entries", sa.Column("previous_hash", sa.String(length=64), nullable=True))
    op.add_column("audit_entries", sa.Column("hash", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_audit_entries_brand_id_at_id"), "audit_entries", ["brand_id", "at", "id"], unique=False)
    op.create_index(op.f("ix_audit_entries_brand_id_sequence"), "audit_entries", ["brand_id", "sequence"], unique=True)
    op.add_column("brands", sa.Column("mail_sender_name", sa.String(length=200), nullable=True))
    op.add_column("brands", sa.Column("rejection_text_en", sa.Text(), nullable=True))
    op.add_column("brands", sa.Column("rejection_text_ja", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("brands", "rejection_text_ja")
    op.drop_column("brands", "rejection_text_en")
    op.drop_column("brands", "mail_sender_name")
    op.drop_index(op.f("ix_audit_entries_brand_id_sequence"), table_name="audit_entries")
    op.drop_index(op.f("ix_audit_entries_brand_id_at_id"), table_name="audit_entries")
    op.drop_column("audit_entries", "hash")
    op.drop_column("audit_entries", "previous_hash")
    op.drop_column("audit_entries", "sequence")
    op.drop_index(op.f("ix_invoiced_delivery_notes_brand_id_delivery_note_id"), table_name="invoiced_delivery_notes")
    op.drop_table("invoiced_delivery_notes")
    op.drop_table("audit_heads")
