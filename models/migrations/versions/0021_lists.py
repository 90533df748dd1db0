"""indexes for the lists of orders (by catalog, by buyer), invoices and delivery notes, and for the order that
replaces one; search by names of SKUs and catalogs.

What an older release writes has no folded texts: it is found by the letters of its name.

Revision ID: 0021
Revises: 0020
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.folding import folded_if_other

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

INDEXES = (
    ("orders", ("brand_id", "catalog_id", "placed_at", "id")),
    ("buyers", ("brand_id", "name", "unique_code")),
    ("invoices", ("brand_id", "created_at", "id")),
    ("invoices", ("brand_id", "status", "created_at", "id")),
    ("delivery_notes", ("brand_id", "created_at", "id")),
    ("order_replacements", ("brand_id", "replaced_order_id")),
)
# table, the column with its folded texts, their columns
FOLDED = (("skus", "folded_name", ("name",)), ("catalogs", "folded", ("code", "name")))
AT_ONCE = 1_000


def upgrade() -> None:
    for table, column, texts in FOLDED:
        op.add_column(table, sa.Column(column, sa.Text(), nullable=True))
        _fold(table, column, texts)
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def downgrade() -> None:
    for table, columns in reversed(INDEXES):
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
    for table, column, _ in reversed(FOLDED):
        op.drop_column(table, column)


def _fold(table: str, column: str, texts: tuple[str, ...]) -> None:
    """Rows whose texts are ASCII need nothing: lower() folds them."""
    keys = (sa.column("brand_id", sa.Uuid()), sa.column("id", sa.Uuid()))
    rows = sa.table(table, *keys, *(sa.column(name, sa.Text()) for name in (*texts, column)))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    size: Callable[[Any], Any] = (
        (lambda text: sa.func.length(sa.cast(text, sa.LargeBinary))) if is_sqlite else sa.func.octet_length
    )
    wide = sa.or_(*(size(rows.c[name]) != sa.func.length(rows.c[name]) for name in texts))
    of_row = sa.and_(rows.c.brand_id == sa.bindparam("of_brand"), rows.c.id == sa.bindparam("of_id"))
    change = rows.update().where(of_row).values({column: sa.bindparam("new")})
    found = op.get_bind().execute(sa.select(rows).where(wide)).mappings()
    while batch := found.fetchmany(AT_ONCE):
        changed = [
            {"of_brand": row["brand_id"], "of_id": row["id"], "new": folded}
            for row in batch
            if (folded := folded_if_other(*(row[name] for name in texts)))
        ]
        if changed:
            op.get_bind().execute(change, changed)
