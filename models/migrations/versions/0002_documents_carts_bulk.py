"""carts, delivery note lines, reordered orders, bulk runs.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk_runs",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.String(length=200), nullable=False),
        sa.Column("operation", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("order_ids", models.base.Json, nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_bulk_runs_brands")),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_bulk_runs")),
    )
    op.create_index(
        op.f("ix_bulk_runs_brand_id_actor_id_operation_key"),
        "bulk_runs",
        ["brand_id", "actor_id", "operation", "key"],
        unique=True,
    )
    op.create_table(
        "cart_lines",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cart_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_lines_quantity")),
        sa.CheckConstraint("unit_price_minor >= 0", name=op.f("ck_cart_lines_unit_price")),
        sa.ForeignKeyConstraint(
            ["brand_id", "cart_id"],
            ["carts.brand_id", "carts.id"],
            name=op.f("fk_cart_lines_carts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["brand_id", "sku_id"], ["skus.brand_id", "skus.id"], name=op.f("fk_cart_lines_skus")),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_cart_lines")),
        sa.UniqueConstraint("brand_id", "cart_id", "position", name=op.f("uq_cart_lines_brand_id_cart_id_position")),
    )
    op.create_table(
        "order_replacements",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("replaced_order_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f("fk_order_replacements_orders")
        ),
        sa.ForeignKeyConstraint(["brand_id", "replaced_order_id"], ["orders.brand_id", "orders.id"], name="replaced"),
        sa.PrimaryKeyConstraint("brand_id", "order_id", name=op.f("pk_order_replacements")),
    )
    op.create_index(
        op.f("ix_order_replacements_brand_id_replaced_order_id"),
        "order_replacements",
        ["brand_id", "replaced_order_id"],
        unique=False,
    )
    op.create_table(
        "delivery_note_lines",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_note_id", sa.Uuid(), nullable=False),
        sa.Column("backlog_sku_id", sa.Uuid(), nullable=True),
        sa.Column("sku_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_delivery_note_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["brand_id", "backlog_sku_id"],
            ["backlog_skus.brand_id", "backlog_skus.id"],
            name=op.f("fk_delivery_note_lines_backlog_skus"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "delivery_note_id"],
            ["delivery_notes.brand_id", "delivery_notes.id"],
            name=op.f("fk_delivery_note_lines_delivery_notes"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "sku_id"], ["skus.brand_id", "skus.id"], name=op.f("fk_delivery_note_lines_skus")
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_delivery_note_lines")),
    )
    op.create_index(
        op.f("ix_delivery_note_lines_brand_id_delivery_note_id"),
        "delivery_note_lines",
        ["brand_id", "delivery_note_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_delivery_note_lines_brand_id_order_id"), "delivery_note_lines", ["brand_id", "order_id"], unique=False
    )
    op.add_column("carts", sa.Column("currency", sa.String(length=3), nullable=True))
    op.add_column("carts", sa.Column("source_order_id", sa.Uuid(), nullable=True))
    op.add_column("invoices", sa.Column("currency", sa.String(length=3), nullable=True))
    op.add_column("invoices", sa.Column("total_minor", sa.BigInteger(), nullable=True))
    op.add_column("invoices", sa.Column("issued_at", models.base.UtcDateTime(timezone=True), nullable=True))
    op.add_column("invoices", sa.Column("voided_at", models.base.UtcDateTime(timezone=True), nullable=True))
    op.add_column("order_rejections", sa.Column("bulk_run_id", sa.Uuid(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION month_in_zone(at timestamptz, zone text) RETURNS text LANGUAGE sql STABLE AS "
            "$$ SELECT to_char(at AT TIME ZONE zone, 'YYYY-MM') $$"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION month_in_zone(timestamptz, text)")
    op.drop_column("order_rejections", "bulk_run_id")
    op.drop_column("invoices", "voided_at")
    op.drop_column("invoices", "issued_at")
    op.drop_column("invoices", "total_minor")
    op.drop_column("invoices", "currency")
    op.drop_column("carts", "source_order_id")
    op.drop_column("carts", "currency")
    op.drop_index(op.f("ix_delivery_note_lines_brand_id_order_id"), table_name="delivery_note_lines")
    op.drop_index(op.f("ix_delivery_note_lines_brand_id_delivery_note_id"), table_name="delivery_note_lines")
    op.drop_table("delivery_note_lines")
    op.drop_index(op.f("ix_order_replacements_brand_id_replaced_order_id"), table_name="order_replacements")
    op.drop_table("order_replacements")
    op.drop_table("cart_lines")
    op.drop_index(op.f("ix_bulk_runs_brand_id_actor_id_operation_key"), table_name="bulk_runs")
    op.drop_table("bulk_runs")
