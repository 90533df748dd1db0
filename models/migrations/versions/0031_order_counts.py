"""the number of orders by buyer and status, which triggers keep in the transaction of each change.

So a list's totalCount does not read its orders, and what an older release writes is counted, too.

Revision ID: 0031
Revises: 0030
"""

# ruff: noqa: S608 - all names are our own

import sqlalchemy as sa
from alembic import op

from models.migrations.row_level_security import protect

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

KEY = ("brand_id", "buyer_id", "status", "is_archived", "part")
COLUMNS = ("buyer_id", "status", "archived_at")  # of an order
INTO = f"INSERT INTO order_counts ({', '.join(KEY)}, orders)"
ADDED = f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET orders = order_counts.orders + excluded.orders"
TRIGGERS = ("orders_counted", "orders_counted_again", "orders_not_counted")


def upgrade() -> None:
    op.create_table(
        "order_counts",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_order_counts")),
        sqlite_with_rowid=False,
    )
    # First the triggers: on PostgreSQL they wait for the writers, and then keep them out until the end.
    if _is_sqlite():
        _sqlite_triggers()
    else:
        _postgres_triggers()
    counted = "SELECT brand_id, buyer_id, status, archived_at IS NOT NULL, 0, count(*) FROM orders GROUP BY 1, 2, 3, 4"
    op.execute(f"{INTO} {counted}")
    if not _is_sqlite():
        for statement in protect("order_counts"):
            op.execute(statement)


def downgrade() -> None:
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER {name}" if _is_sqlite() else f"DROP FUNCTION {name}() CASCADE")
    op.drop_table("order_counts")


def _row(row: str, part: str, orders: int) -> str:
    values = f"{row}.brand_id, {row}.buyer_id, {row}.status, {row}.archived_at IS NOT NULL"
    return f"({values}, {part}, {orders})"


def _sqlite_triggers() -> None:
    def trigger(name: str, event: str, *rows: str, when: str = "") -> None:
        body = " ".join(f"{INTO} VALUES {row} {ADDED};" for row in rows)
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON orders{when} BEGIN {body} END")

    new, old = _row("NEW", "0", 1), _row("OLD", "0", -1)
    places = [(f"{row}.buyer_id", f"{row}.status", f"({row}.archived_at IS NULL)") for row in ("OLD", "NEW")]
    changed = " OR ".join(f"{before} IS NOT {after}" for before, after in zip(*places, strict=True))
    trigger(TRIGGERS[0], "INSERT", new)
    trigger(TRIGGERS[1], f"UPDATE OF {', '.join(COLUMNS)}", old, new, when=f" WHEN {changed}")
    trigger(TRIGGERS[2], "DELETE", old)


def _postgres_triggers() -> None:
    def trigger(name: str, event: str, rows: str, each: str) -> None:
        body = f"BEGIN {INTO} {rows} {ADDED}; RETURN NULL; END"
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON orders {each} EXECUTE FUNCTION {name}()")

    part = "txid_current()"
    new, old = _row("NEW", part, 1), _row("OLD", part, -1)
    before, after = (f"ROW({row}.buyer_id, {row}.status, {row}.archived_at IS NULL)" for row in ("OLD", "NEW"))
    # For all rows of an INSERT at once: an import writes thousands.
    trigger(
        TRIGGERS[0],
        "INSERT",
        f"SELECT n.brand_id, n.buyer_id, n.status, n.archived_at IS NOT NULL, {part}, count(*) FROM new_rows n"
        " GROUP BY 1, 2, 3, 4",
        "REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT",
    )
    trigger(
        TRIGGERS[1],
        f"UPDATE OF {', '.join(COLUMNS)}",
        f"VALUES {old}, {new}",
        f"FOR EACH ROW WHEN ({before} IS DISTINCT FROM {after})",
    )
    trigger(TRIGGERS[2], "DELETE", f"VALUES {old}", "FOR EACH ROW")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
