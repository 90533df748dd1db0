"""plans without statistics: SQLite finds the invoices of an order or note without reading all those of the brand.

SQLite has statistics only after ANALYZE. Without them it takes a brand for ten rows: it began a join of invoiced orders
and invoices with all invoices of the brand, in each rejection three times, and preferred an index of the brand that has
all columns of the query to one of the order that has not.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

INDEXES = {"invoiced_orders": "order_id", "invoiced_delivery_notes": "delivery_note_id"}
# SQLite keeps the order of a CROSS JOIN.
JOIN, IN_THIS_ORDER = "FROM invoiced_orders d JOIN invoices i", "FROM invoiced_orders d CROSS JOIN invoices i"


def upgrade() -> None:
    for table, column in INDEXES.items():
        op.create_index(
            op.f(f"ix_{table}_brand_id_{column}_invoice_id"), table, ["brand_id", column, "invoice_id"], unique=False
        )
        op.drop_index(op.f(f"ix_{table}_brand_id_{column}"), table_name=table)
    _replace_in_triggers(JOIN, IN_THIS_ORDER)


def downgrade() -> None:
    _replace_in_triggers(IN_THIS_ORDER, JOIN)
    for table, column in INDEXES.items():
        op.create_index(op.f(f"ix_{table}_brand_id_{column}"), table, ["brand_id", column], unique=False)
        op.drop_index(op.f(f"ix_{table}_brand_id_{column}_invoice_id"), table_name=table)


def _replace_in_triggers(old: str, new: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    found = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid"))
    for name, statement in found.all():
        if old in statement:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.exec_driver_sql(statement.replace(old, new))
