"""letterheads and logos of brands, tax by line, addresses of orders, what issued documents say, credit notes.

Revision ID: 0025
Revises: 0024
"""

# ruff: noqa: S608 - all names are our own
import sqlalchemy as sa
from alembic import op

import models.base
from models.migrations.row_level_security import protect

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

FINAL = "('REJECTED_BY_BRAND', 'REJECTED', 'SENT_BACK_TO_CART')"
# As CONTENT of 0016, and what is new.
CONTENT_BEFORE = (
    "code",
    "buyer_id",
    "catalog_id",
    "official",
    "currency",
    "tax_minor",
    "shipping_minor",
    "total_minor",
    "total_quantity",
    "placed_at",
    "confirmation_created_at",
    "approval_asked",
    "content_hash",
)
CONTENT = (
    *CONTENT_BEFORE,
    "deliver_from",
    "deliver_to",
    "prices_include_tax",
    "shipping_tax_kind",
    "shipping_tax_rate",
    "tax_rounding",
)
# What an erasure empties.
PERSONAL = ("comment", "delivery_address", "billing_address", "buyer_order_number")
# As in 0016.
ERASED_BUYER = ("erased_at", "name", "address", "is_offline", "unique_code")
BUYER_STAYS = "an erased buyer stays erased"
ORDER_STAYS = "a rejected or sent-back order cannot be changed"
# As in 0012. PostgreSQL only.
BY_INDEX = "SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off"
ERASED = (
    "EXISTS (SELECT 1 FROM buyers b WHERE b.brand_id = OLD.brand_id AND b.id = OLD.buyer_id"
    " AND b.erased_at IS NOT NULL)"
)
# (trigger, when, table, condition, message)
NEW = (
    (
        "invoices_frozen",
        "UPDATE",
        "invoices",
        "OLD.frozen IS NOT NULL AND (NEW.frozen IS DISTINCT FROM OLD.frozen"
        " OR NEW.issued_at IS DISTINCT FROM OLD.issued_at OR NEW.code IS DISTINCT FROM OLD.code"
        " OR NEW.prices_include_tax IS DISTINCT FROM OLD.prices_include_tax)",
        "what an issued invoice says cannot be changed",
    ),
    *(
        (f"{table}_no_{event.lower()}", event, table, "TRUE", f"{table} cannot be {done}")
        for table in ("credit_notes", "brand_logos")
        for event, done in (("UPDATE", "changed"), ("DELETE", "deleted"))
    ),
)
TAX_OF = (
    ("order_lines", "tax"),
    ("invoice_lines", "tax"),
    ("invoiced_orders", "shipping_tax"),
    ("orders", "shipping_tax"),
)
NEW_COLUMNS = (
    "delivery_notes.frozen",
    "delivery_notes.cartons",
    "delivery_notes.carrier",
    "invoices.frozen",
    "invoices.prices_include_tax",
    "invoices.tax_rounding",
    "orders.tax_rounding",
    "orders.prices_include_tax",
    "orders.buyer_order_number",
    "orders.deliver_to",
    "orders.deliver_from",
    "orders.billing_address",
    "skus.size",
    "skus.color",
    "skus.style",
    "buyers.delivery_address",
)
TABLES = ("brand_logos", "brand_letterheads", "credit_notes")


def upgrade() -> None:
    op.create_table(
        "brand_logos",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_brand_logos_brands")),
        sa.PrimaryKeyConstraint("brand_id", "digest", name=op.f("pk_brand_logos")),
    )
    op.create_table(
        "brand_letterheads",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("registration_kind", sa.String(16), nullable=True),
        sa.Column("registration_number", sa.String(50), nullable=True),
        sa.Column("logo_digest", sa.String(64), nullable=True),
        sa.Column("accent_color", sa.String(7), nullable=True),
        sa.Column("bank_details", sa.Text(), nullable=True),
        sa.Column("payment_days", sa.Integer(), nullable=True),
        sa.Column("payment_terms_en", sa.Text(), nullable=True),
        sa.Column("payment_terms_ja", sa.Text(), nullable=True),
        sa.Column("footer_en", sa.Text(), nullable=True),
        sa.Column("footer_ja", sa.Text(), nullable=True),
        sa.Column("greeting_en", sa.Text(), nullable=True),
        sa.Column("greeting_ja", sa.Text(), nullable=True),
        sa.Column("paper", sa.String(8), nullable=True),
        sa.Column("default_tax_kind", sa.String(16), nullable=True),
        sa.Column("default_tax_rate", sa.Integer(), nullable=True),
        sa.Column("prices_include_tax", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("tax_rounding", sa.String(8), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_brand_letterheads_brands")),
        sa.ForeignKeyConstraint(
            ["brand_id", "logo_digest"],
            ["brand_logos.brand_id", "brand_logos.digest"],
            name=op.f("fk_brand_letterheads_brand_logos"),
        ),
        sa.PrimaryKeyConstraint("brand_id", name=op.f("pk_brand_letterheads")),
    )
    op.create_table(
        "credit_notes",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("issued_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("frozen", models.base.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "invoice_id"], ["invoices.brand_id", "invoices.id"], name=op.f("fk_credit_notes_invoices")
        ),
        sa.PrimaryKeyConstraint("brand_id", "invoice_id", name=op.f("pk_credit_notes")),
        sa.UniqueConstraint("brand_id", "code", name=op.f("uq_credit_notes_brand_id_code")),
    )
    op.add_column("buyers", sa.Column("delivery_address", sa.Text(), server_default="", nullable=False))
    op.add_column("skus", sa.Column("style", sa.String(100), nullable=True))
    op.add_column("skus", sa.Column("color", sa.String(100), nullable=True))
    op.add_column("skus", sa.Column("size", sa.String(50), nullable=True))
    op.add_column("orders", sa.Column("billing_address", sa.Text(), server_default="", nullable=False))
    op.add_column("orders", sa.Column("deliver_from", sa.Date(), nullable=True))
    op.add_column("orders", sa.Column("deliver_to", sa.Date(), nullable=True))
    op.add_column("orders", sa.Column("buyer_order_number", sa.String(64), server_default="", nullable=False))
    op.add_column("orders", sa.Column("prices_include_tax", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("orders", sa.Column("tax_rounding", sa.String(8), nullable=True))
    op.add_column("invoices", sa.Column("tax_rounding", sa.String(8), nullable=True))
    op.add_column("invoices", sa.Column("prices_include_tax", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("invoices", sa.Column("frozen", models.base.Json, nullable=True))
    op.add_column("delivery_notes", sa.Column("carrier", sa.String(100), server_default="", nullable=False))
    op.add_column("delivery_notes", sa.Column("cartons", sa.Integer(), nullable=True))
    op.add_column("delivery_notes", sa.Column("frozen", models.base.Json, nullable=True))
    for table, name in TAX_OF:
        op.add_column(table, sa.Column(f"{name}_kind", sa.String(16), nullable=True))
        op.add_column(table, sa.Column(f"{name}_rate", sa.Integer(), nullable=True))
    _replace_orders_final(_content(CONTENT, PERSONAL))
    _replace("buyers_erased", "UPDATE", "buyers", _erased(*ERASED_BUYER, "delivery_address"), BUYER_STAYS)
    for trigger in NEW:
        _create(*trigger)
    if not _is_sqlite():
        for table in TABLES:
            for statement in protect(table):
                op.execute(statement)


def downgrade() -> None:
    for name, *_ in NEW:
        op.execute(f"DROP TRIGGER {name}" if _is_sqlite() else f"DROP FUNCTION {name}() CASCADE")
    emptied = f"(NEW.comment = '' AND NEW.delivery_address = '' AND {ERASED})"
    personal = f"({_differs('comment', 'delivery_address')} AND NOT {emptied})"
    _replace_orders_final(f"({_differs(*CONTENT_BEFORE)} OR {personal})")
    _replace("buyers_erased", "UPDATE", "buyers", _erased(*ERASED_BUYER), BUYER_STAYS)
    for table, name in TAX_OF:
        op.drop_column(table, f"{name}_rate")
        op.drop_column(table, f"{name}_kind")
    for column in NEW_COLUMNS:
        table, name = column.split(".")
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    for table in reversed(TABLES):
        op.drop_table(table)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _differs(*columns: str) -> str:
    return "(" + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns) + ")"


def _content(content: tuple[str, ...], personal: tuple[str, ...]) -> str:
    """Each personal column by itself: an erasure by the release before empties only those that it knows."""
    emptied = (f"({_differs(column)} AND NOT (NEW.{column} = '' AND {ERASED}))" for column in personal)
    return f"({' OR '.join((_differs(*content), *emptied))})"


def _replace_orders_final(content: str) -> None:
    decided = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} d WHERE d.brand_id = OLD.brand_id AND d.order_id = OLD.id)"
        for table in ("order_rejections", "order_send_backs")
    )
    condition = f"(OLD.status IN {FINAL} OR ({decided})) AND ({content} OR NEW.version < OLD.version)"
    _replace("orders_final_content", "UPDATE", "orders", condition, ORDER_STAYS)


def _erased(*columns: str) -> str:
    return f"OLD.erased_at IS NOT NULL AND {_differs(*columns)}"


def _replace(name: str, when: str, table: str, condition: str, message: str) -> None:
    if _is_sqlite():
        op.execute(f"DROP TRIGGER {name}")
        _create(name, when, table, condition, message)
    else:
        op.execute(_function(name, when, condition, message))


def _create(name: str, when: str, table: str, condition: str, message: str) -> None:
    if _is_sqlite():
        # SQLite knows IS DISTINCT FROM only since 3.39; its IS NOT is the same.
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN {condition.replace('IS DISTINCT FROM', 'IS NOT')} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
    else:
        op.execute(_function(name, when, condition, message))
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _function(name: str, when: str, condition: str, message: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {'OLD' if when == 'DELETE' else 'NEW'}; END $$"
    )
