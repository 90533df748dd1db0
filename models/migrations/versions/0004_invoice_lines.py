"""what invoices bill, numbers of documents, more of a delivery note.

Revision ID: 0004
Revises: 0003
"""

import uuid

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_numbers",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_document_numbers_brands")),
        sa.PrimaryKeyConstraint("brand_id", "kind", name=op.f("pk_document_numbers")),
    )
    op.create_table(
        "invoice_lines",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_note_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_invoice_lines_quantity")),
        sa.CheckConstraint("amount_minor = quantity * unit_price_minor", name=op.f("ck_invoice_lines_amount")),
        sa.ForeignKeyConstraint(
            ["brand_id", "invoice_id"],
            ["invoices.brand_id", "invoices.id"],
            name=op.f("fk_invoice_lines_invoices"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f("fk_invoice_lines_orders")
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "delivery_note_id"],
            ["delivery_notes.brand_id", "delivery_notes.id"],
            name=op.f("fk_invoice_lines_delivery_notes"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "sku_id"], ["skus.brand_id", "skus.id"], name=op.f("fk_invoice_lines_skus")
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_invoice_lines")),
        sa.UniqueConstraint(
            "brand_id", "invoice_id", "position", name=op.f("uq_invoice_lines_brand_id_invoice_id_position")
        ),
    )
    for column in ("order_id", "delivery_note_id"):
        op.create_index(
            op.f(f"ix_invoice_lines_brand_id_{column}"), "invoice_lines", ["brand_id", column], unique=False
        )
    op.add_column(
        "invoiced_orders", sa.Column("is_whole", sa.Boolean(), nullable=False, server_default=sa.text("TRUE"))
    )
    for name in ("tax_minor", "shipping_minor"):
        op.add_column("invoiced_orders", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("delivery_notes", sa.Column("updated_at", models.base.UtcDateTime(timezone=True), nullable=True))
    op.add_column(
        "delivery_notes", sa.Column("tracking_number", sa.String(length=100), nullable=False, server_default="")
    )
    op.add_column("delivery_notes", sa.Column("comment", sa.Text(), nullable=False, server_default=""))
    _fill_in()


def _fill_in() -> None:
    """Invoices made until now were each for the official content of one order as a whole."""
    op.execute(
        "UPDATE invoiced_orders SET tax_minor = o.tax_minor, shipping_minor = o.shipping_minor FROM orders o "
        "WHERE o.brand_id = invoiced_orders.brand_id AND o.id = invoiced_orders.order_id"
    )
    columns = "brand_id, order_id, invoice_id, position, sku_id, quantity, unit_price_minor, amount_minor"
    lines = op.get_bind().execute(
        sa.text(
            "SELECT l.brand_id, l.order_id, i.invoice_id, l.position, l.sku_id, l.quantity, l.unit_price_minor, "
            "l.amount_minor FROM invoiced_orders i "
            "JOIN orders o ON o.brand_id = i.brand_id AND o.id = i.order_id "
            "JOIN order_lines l ON l.brand_id = o.brand_id AND l.order_id = o.id AND l.data_set = o.official"
        )
    )
    names = [name.strip() for name in columns.split(",")]
    uuids = {"brand_id", "order_id", "invoice_id", "sku_id"}
    table = sa.table(
        "invoice_lines",
        sa.column("id", sa.Uuid()),
        *(sa.column(name, sa.Uuid() if name in uuids else sa.BigInteger()) for name in names),
    )
    while batch := lines.fetchmany(1_000):
        rows = [dict(zip(names, row, strict=True)) for row in batch]
        for row in rows:
            row["id"] = models.base.new_id()
            for name in uuids:
                row[name] = uuid.UUID(str(row[name]))
        op.bulk_insert(table, rows)


def downgrade() -> None:
    op.drop_column("delivery_notes", "comment")
    op.drop_column("delivery_notes", "tracking_number")
    op.drop_column("delivery_notes", "updated_at")
    op.drop_column("invoiced_orders", "shipping_minor")
    op.drop_column("invoiced_orders", "tax_minor")
    op.drop_column("invoiced_orders", "is_whole")
    op.drop_index(op.f("ix_invoice_lines_brand_id_delivery_note_id"), table_name="invoice_lines")
    op.drop_index(op.f("ix_invoice_lines_brand_id_order_id"), table_name="invoice_lines")
    op.drop_table("invoice_lines")
    op.drop_table("document_numbers")
