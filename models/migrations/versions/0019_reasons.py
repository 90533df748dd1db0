"""reasons and notes of rejections; bulk runs that follow a dry run.

Every brand gets the reasons that a new brand has. What was given with a rejection is as permanent as the rejection.

Revision ID: 0019
Revises: 0018
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

import models.base
from models.migrations.row_level_security import protect

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

REASONS = {
    "OUT_OF_STOCK": ("Out of stock", "在庫切れ"),
    "MINIMUM_NOT_MET": ("Minimum order not met", "最低注文条件を満たしていない"),
    "CREDIT": ("Credit or payment", "与信・支払い"),
    "DUPLICATE": ("Duplicate order", "重複注文"),
    "PRICE": ("Wrong price", "価格の相違"),
    "DISCONTINUED": ("Discontinued product", "取扱終了"),
    "BUYER_ASKED": ("The buyer asked for it", "バイヤーからの依頼"),
    "OTHER": ("Other", "その他"),
}
TABLES = ("rejection_reasons", "order_rejection_grounds")
# After the order's status, and before the record of the rejection.
NOT_WHILE_REJECTING = (
    "EXISTS (SELECT 1 FROM order_rejections r WHERE r.brand_id = NEW.brand_id AND r.order_id = NEW.order_id)"
    " OR NOT EXISTS (SELECT 1 FROM orders o WHERE o.brand_id = NEW.brand_id AND o.id = NEW.order_id"
    " AND o.status IN ('REJECTED_BY_BRAND', 'REJECTED'))"
)
# Only an erasure of the order's buyer empties the note (0016).
NOT_AN_ERASURE = (
    "NEW.brand_id <> OLD.brand_id OR NEW.order_id <> OLD.order_id OR NEW.note IS NOT NULL"
    " OR NEW.reason_id IS DISTINCT FROM OLD.reason_id"
    " OR NOT EXISTS (SELECT 1 FROM orders o JOIN buyers b ON b.brand_id = o.brand_id AND b.id = o.buyer_id"
    " WHERE o.brand_id = OLD.brand_id AND o.id = OLD.order_id AND b.erased_at IS NOT NULL)"
)
KEY_CHANGES = "NEW.brand_id <> OLD.brand_id OR NEW.id <> OLD.id OR NEW.code <> OLD.code"
# (table, when, condition, message); the trigger is named after the first two.
TRIGGERS = (
    ("order_rejection_grounds", "INSERT", NOT_WHILE_REJECTING, "grounds are given when the order is rejected"),
    ("order_rejection_grounds", "UPDATE", NOT_AN_ERASURE, "the grounds of a rejection cannot be changed"),
    ("order_rejection_grounds", "DELETE", None, "the grounds of a rejection cannot be deleted"),
    ("rejection_reasons", "UPDATE", KEY_CHANGES, "the code of a rejection reason cannot be changed"),
    ("rejection_reasons", "DELETE", None, "a rejection reason cannot be deleted, only archived"),
)
# SQLite only: keys by which REPLACE would put a row in the place of an old one; no DELETE trigger sees that.
KEYS = {
    "order_rejection_grounds": ("t.brand_id = NEW.brand_id AND t.order_id = NEW.order_id",),
    "rejection_reasons": (
        "t.brand_id = NEW.brand_id AND t.id = NEW.id",
        "t.brand_id = NEW.brand_id AND t.code = NEW.code",
    ),
}


def upgrade() -> None:
    op.add_column("bulk_runs", sa.Column("token", sa.String(64), nullable=True))
    op.create_index("ix_bulk_runs_brand_id_token", "bulk_runs", ["brand_id", "token"], unique=True)
    op.add_column(
        "brands",
        sa.Column("rejection_reason_required", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    reasons = op.create_table(
        "rejection_reasons",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("label_en", sa.String(100), nullable=False),
        sa.Column("label_ja", sa.String(100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_rejection_reasons_brands")),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_rejection_reasons")),
        sa.UniqueConstraint("brand_id", "code", name=op.f("uq_rejection_reasons_brand_id_code")),
    )
    op.create_table(
        "order_rejection_grounds",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("reason_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"],
            ["orders.brand_id", "orders.id"],
            name=op.f("fk_order_rejection_grounds_orders"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "reason_id"],
            ["rejection_reasons.brand_id", "rejection_reasons.id"],
            name=op.f("fk_order_rejection_grounds_rejection_reasons"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "order_id", name=op.f("pk_order_rejection_grounds")),
    )
    brands = op.get_bind().scalars(sa.select(sa.column("id", sa.Uuid())).select_from(sa.table("brands"))).all()
    rows = [
        {"brand_id": brand, "id": uuid4(), "code": code, "label_en": en, "label_ja": ja, "position": position}
        for brand in brands
        for position, (code, (en, ja)) in enumerate(REASONS.items(), 1)
    ]
    op.bulk_insert(reasons, rows)
    for statement in _sqlite() if _is_sqlite() else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    if not _is_sqlite():
        for name in (
            *(f"{table}_on_{when.lower()}" for table, when, *_ in TRIGGERS),
            *(f"{table}_no_truncate" for table in TABLES),
        ):
            op.execute(f"DROP FUNCTION {name}() CASCADE")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("brands", "rejection_reason_required")
    op.drop_index("ix_bulk_runs_brand_id_token", table_name="bulk_runs")
    op.drop_column("bulk_runs", "token")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _sqlite() -> list[str]:
    triggers = [(f"{table}_on_{when.lower()}", when, table, *rest) for table, when, *rest in TRIGGERS]
    for table, keys in KEYS.items():
        for when in ("INSERT", "UPDATE"):
            same = "" if when == "INSERT" else " AND t.rowid <> OLD.rowid"
            taken = " OR ".join((*keys, "t.rowid = NEW.rowid"))
            condition = f"EXISTS (SELECT 1 FROM {table} t WHERE ({taken}){same})"  # noqa: S608 - names of our own
            message = f"UNIQUE constraint failed: {table} has it already"
            triggers.append((f"{table}_no_replace_{when.lower()}", when, table, condition, message))
    # SQLite knows IS DISTINCT FROM only since 3.39; its IS NOT is the same.
    return [
        f"CREATE TRIGGER {name} BEFORE {when} ON {table} "
        f"WHEN {(condition or 'TRUE').replace('IS DISTINCT FROM', 'IS NOT')} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        for name, when, table, condition, message in triggers
    ]


def _postgresql() -> list[str]:
    statements = [statement for table in TABLES for statement in protect(table)]
    for table, when, condition, message in TRIGGERS:
        name, row = f"{table}_on_{when.lower()}", "OLD" if when == "DELETE" else "NEW"
        # The lock comes first: each statement of a function sees what was committed before that statement.
        lock = "PERFORM 1 FROM orders o WHERE o.brand_id = NEW.brand_id AND o.id = NEW.order_id FOR UPDATE;"
        statements += [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"{lock if when == 'INSERT' else ''} IF {condition or 'TRUE'} THEN "
            f"RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; RETURN {row}; END $$",
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    for table in TABLES:
        name = f"{table}_no_truncate"
        statements += [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{table} cannot be deleted' USING ERRCODE = 'check_violation'; END $$",
            f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        ]
    return statements
