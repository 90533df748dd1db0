"""orders, rejection, outbox, audit.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

import models.base
from models.migrations import triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brands",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("mail_reply_to", sa.String(length=320), nullable=True),
        sa.Column("archiving_enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brands")),
        sa.UniqueConstraint("code", name=op.f("uq_brands_code")),
    )
    op.create_table(
        "buyers",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unique_code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=100), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("is_offline", sa.Boolean(), nullable=False),
        sa.CheckConstraint("locale IN ('en', 'ja')", name=op.f("ck_buyers_locale")),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_buyers_brands")),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_buyers")),
        sa.UniqueConstraint("brand_id", "unique_code", name=op.f("uq_buyers_brand_id_unique_code")),
    )
    op.create_table(
        "catalogs",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_catalogs_brands")),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_catalogs")),
        sa.UniqueConstraint("brand_id", "code", name=op.f("uq_catalogs_brand_id_code")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.String(length=200), nullable=False),
        sa.Column("operation", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", models.base.Json, nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_idempotency_keys_brands")),
        sa.PrimaryKeyConstraint("brand_id", "actor_id", "operation", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_table(
        "invoices",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum("DRAFT", "ISSUED", "VOID", name="status", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("created_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_invoices_brands")),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("brand_id", "code", name=op.f("uq_invoices_brand_id_code")),
    )
    op.create_table(
        "skus",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("model_number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_skus_brands")),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_skus")),
        sa.UniqueConstraint("brand_id", "number", name=op.f("uq_skus_brand_id_number")),
    )
    with op.batch_alter_table("skus", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_skus_brand_id_model_number"), ["brand_id", "model_number"], unique=False)

    op.create_table(
        "tags",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("color", sa.String(length=7), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_tags_brands")),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_tags")),
        sa.UniqueConstraint("brand_id", "code", name=op.f("uq_tags_brand_id_code")),
    )
    op.create_table(
        "buyer_recipients",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "buyer_id"], ["buyers.brand_id", "buyers.id"], name=op.f("fk_buyer_recipients_buyers")
        ),
        sa.PrimaryKeyConstraint("brand_id", "buyer_id", "email", name=op.f("pk_buyer_recipients")),
    )
    op.create_table(
        "carts",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("catalog_id", sa.Uuid(), nullable=False),
        sa.Column("updated_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "buyer_id"], ["buyers.brand_id", "buyers.id"], name=op.f("fk_carts_buyers")
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "catalog_id"], ["catalogs.brand_id", "catalogs.id"], name=op.f("fk_carts_catalogs")
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_carts")),
        sa.UniqueConstraint("brand_id", "buyer_id", "catalog_id", name=op.f("uq_carts_brand_id_buyer_id_catalog_id")),
    )
    op.create_table(
        "orders",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("catalog_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "OC_REQUIRED",
                "OC_CREATED",
                "OC_APPROVED",
                "OC_UPDATE_REQUIRED",
                "OC_CONFIRMED",
                "REJECTED_BY_BRAND",
                "REJECTED",
                "SENT_BACK_TO_CART",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "official",
            sa.Enum("ORIGINAL", "CONFIRMATION", name="official", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_quantity", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("delivery_address", sa.Text(), nullable=False),
        sa.Column("placed_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmation_created_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("approval_asked", sa.Boolean(), nullable=False),
        sa.Column("archived_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("updated_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["brand_id", "buyer_id"], ["buyers.brand_id", "buyers.id"], name=op.f("fk_orders_buyers")
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "catalog_id"], ["catalogs.brand_id", "catalogs.id"], name=op.f("fk_orders_catalogs")
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_orders")),
        sa.UniqueConstraint("brand_id", "code", name=op.f("uq_orders_brand_id_code")),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_orders_brand_id_buyer_id_placed_at_id"),
            ["brand_id", "buyer_id", "placed_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_orders_brand_id_currency_total_minor_id"),
            ["brand_id", "currency", "total_minor", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_orders_brand_id_placed_at_id"), ["brand_id", "placed_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_orders_brand_id_status_placed_at_id"),
            ["brand_id", "status", "placed_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_orders_brand_id_updated_at_id"), ["brand_id", "updated_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_orders_id"), ["id"], unique=False)

    op.create_table(
        "audit_entries",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum("MEMBER", "BUYER", "APP", "OPERATOR", name="actorkind", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("actor_id", sa.String(length=200), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("details", models.base.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f("fk_audit_entries_orders")
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_audit_entries_brands")),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_audit_entries")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_entries_brand_id_order_id_id"), ["brand_id", "order_id", "id"], unique=False
        )

    op.create_table(
        "backlog_skus",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("sku_id", sa.Uuid(), nullable=False),
        sa.Column("ordered_quantity", sa.BigInteger(), nullable=False),
        sa.Column("remaining_quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("remaining_quantity BETWEEN 0 AND ordered_quantity", name=op.f("ck_backlog_skus_remaining")),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f("fk_backlog_skus_orders")
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "sku_id"], ["skus.brand_id", "skus.id"], name=op.f("fk_backlog_skus_skus")
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_backlog_skus")),
        sa.UniqueConstraint("brand_id", "order_id", "sku_id", name=op.f("uq_backlog_skus_brand_id_order_id_sku_id")),
    )
    op.create_table(
        "delivery_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f("fk_delivery_notes_orders")
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_delivery_notes")),
        sa.UniqueConstraint("brand_id", "code", name=op.f("uq_delivery_notes_brand_id_code")),
    )
    with op.batch_alter_table("delivery_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_notes_brand_id_order_id"), ["brand_id", "order_id"], unique=False)

    op.create_table(
        "invoiced_orders",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "invoice_id"],
            ["invoices.brand_id", "invoices.id"],
            name=op.f("fk_invoiced_orders_invoices"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f("fk_invoiced_orders_orders")
        ),
        sa.PrimaryKeyConstraint("brand_id", "invoice_id", "order_id", name=op.f("pk_invoiced_orders")),
    )
    with op.batch_alter_table("invoiced_orders", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invoiced_orders_brand_id_order_id"), ["brand_id", "order_id"], unique=False
        )

    op.create_table(
        "order_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column(
            "data_set",
            sa.Enum("ORIGINAL", "CONFIRMATION", name="data_set", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor = quantity * unit_price_minor", name=op.f("ck_order_lines_amount")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_lines_quantity")),
        sa.CheckConstraint("unit_price_minor >= 0", name=op.f("ck_order_lines_unit_price")),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f("fk_order_lines_orders")
        ),
        sa.ForeignKeyConstraint(["brand_id", "sku_id"], ["skus.brand_id", "skus.id"], name=op.f("fk_order_lines_skus")),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_order_lines")),
        sa.UniqueConstraint(
            "brand_id",
            "order_id",
            "data_set",
            "position",
            name=op.f("uq_order_lines_brand_id_order_id_data_set_position"),
        ),
    )
    with op.batch_alter_table("order_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_lines_brand_id_sku_id"), ["brand_id", "sku_id"], unique=False)

    op.create_table(
        "order_rejections",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("rejected_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum("MEMBER", "BUYER", "APP", "OPERATOR", name="actorkind", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("actor_id", sa.String(length=200), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("status_before", sa.String(length=32), nullable=False),
        sa.Column("notified", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f("fk_order_rejections_orders")
        ),
        sa.PrimaryKeyConstraint("brand_id", "order_id", name=op.f("pk_order_rejections")),
    )
    op.create_table(
        "order_send_backs",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("sent_back_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f("fk_order_send_backs_orders")
        ),
        sa.PrimaryKeyConstraint("brand_id", "order_id", name=op.f("pk_order_send_backs")),
    )
    op.create_table(
        "order_tags",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("tag_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f("fk_order_tags_orders")
        ),
        sa.ForeignKeyConstraint(["brand_id", "tag_id"], ["tags.brand_id", "tags.id"], name=op.f("fk_order_tags_tags")),
        sa.PrimaryKeyConstraint("brand_id", "order_id", "tag_id", name=op.f("pk_order_tags")),
    )
    with op.batch_alter_table("order_tags", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_order_tags_brand_id_tag_id_order_id"), ["brand_id", "tag_id", "order_id"], unique=False
        )

    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("recipients", models.base.Json, nullable=False),
        sa.Column("notice", models.base.Json, nullable=False),
        sa.Column(
            "status",
            sa.Enum("PENDING", "SENT", "FAILED", name="status", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("leased_until", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f("fk_outbox_messages_orders")
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_outbox_messages")),
    )
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outbox_messages_brand_id_order_id"), ["brand_id", "order_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_outbox_messages_status_due_at"), ["status", "due_at"], unique=False)
    for statement in triggers.create(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for statement in triggers.drop(op.get_bind().dialect.name):
        op.execute(statement)
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_messages_status_due_at"))
        batch_op.drop_index(batch_op.f("ix_outbox_messages_brand_id_order_id"))

    op.drop_table("outbox_messages")
    with op.batch_alter_table("order_tags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_tags_brand_id_tag_id_order_id"))

    op.drop_table("order_tags")
    op.drop_table("order_send_backs")
    op.drop_table("order_rejections")
    with op.batch_alter_table("order_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_lines_brand_id_sku_id"))

    op.drop_table("order_lines")
    with op.batch_alter_table("invoiced_orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoiced_orders_brand_id_order_id"))

    op.drop_table("invoiced_orders")
    with op.batch_alter_table("delivery_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_notes_brand_id_order_id"))

    op.drop_table("delivery_notes")
    op.drop_table("backlog_skus")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_brand_id_order_id_id"))

    op.drop_table("audit_entries")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_orders_id"))
        batch_op.drop_index(batch_op.f("ix_orders_brand_id_updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_orders_brand_id_status_placed_at_id"))
        batch_op.drop_index(batch_op.f("ix_orders_brand_id_placed_at_id"))
        batch_op.drop_index(batch_op.f("ix_orders_brand_id_currency_total_minor_id"))
        batch_op.drop_index(batch_op.f("ix_orders_brand_id_buyer_id_placed_at_id"))

    op.drop_table("orders")
    op.drop_table("carts")
    op.drop_table("buyer_recipients")
    op.drop_table("tags")
    with op.batch_alter_table("skus", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_skus_brand_id_model_number"))

    op.drop_table("skus")
    op.drop_table("invoices")
    op.drop_table("idempotency_keys")
    op.drop_table("catalogs")
    op.drop_table("buyers")
    op.drop_table("brands")
