"""unit prices finer than the currency's smallest unit.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = {
    "order_lines": "unit_price_fraction",
    "invoice_lines": "unit_price_fraction",
    "cart_lines": "unit_price_fraction",
    "skus": "price_fraction",
}
WITH_AMOUNTS = ("order_lines", "invoice_lines")
OLD = "amount_minor = quantity * unit_price_minor"
NEW = f"{OLD} + (quantity * unit_price_fraction + 500000) / 1000000"


def upgrade() -> None:
    for table, column in COLUMNS.items():
        check = f"CONSTRAINT ck_{table}_{column} CHECK ({column} >= 0 AND {column} < 1000000)"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER DEFAULT 0 NOT NULL {check}")
    for table in WITH_AMOUNTS:
        _replace_check(table, OLD, NEW)


def downgrade() -> None:
    for table, column in COLUMNS.items():
        if op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {column} <> 0")):  # noqa: S608
            raise RuntimeError(f"{table} has prices finer than the currency's smallest unit: they cannot be kept.")
    for table in WITH_AMOUNTS:
        _replace_check(table, NEW, OLD)
    for table, column in COLUMNS.items():
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _replace_check(table: str, old: str, new: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_amount")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_amount CHECK ({new})")
        return
    # SQLite can change a check only so, or by copying the table (https://www.sqlite.org/lang_altertable.html, 7).
    connection = op.get_bind()
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    changed = connection.execute(
        sa.text("UPDATE sqlite_master SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :table"),
        {"old": f"({old})", "new": f"({new})", "table": table},
    )
    assert changed.rowcount == 1  # noqa: S101
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))
