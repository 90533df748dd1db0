"""sums for the analytics by day and month, and the marks of the days whose sums are out of date.

Triggers write the marks, so that what an older release writes is marked too. The sums start empty, with everything
marked: the server fills them in the background.

Revision ID: 0020
Revises: 0019
"""

# ruff: noqa: S608 - all names are our own

import sqlalchemy as sa
from alembic import op

from models.migrations.row_level_security import protect

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

# What a sum is made from. Nothing else of an order changes when it is archived, delivered or invoiced.
COLUMNS = (
    "status",
    "official",
    "currency",
    "total_minor",
    "total_quantity",
    "buyer_id",
    "catalog_id",
    "placed_at",
)
LINE_COLUMNS = ("data_set", "order_id", "sku_id", "quantity", "amount_minor")
SKU_COLUMNS = ("model_number", "name")


def upgrade() -> None:
    op.create_table(
        "analytics_sums",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("summary", sa.String(16), nullable=False),
        sa.Column("span", sa.String(8), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("month", sa.String(10), nullable=False),
        sa.Column("key", sa.String(220), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "brand_id", "summary", "span", "starts_on", "month", "key", "currency", name=op.f("pk_analytics_sums")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "analytics_marks",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_analytics_marks")),
    )
    op.create_index(op.f("ix_analytics_marks_brand_id_day"), "analytics_marks", ["brand_id", "day"])
    new_id = "lower(hex(randomblob(16)))" if _is_sqlite() else "gen_random_uuid()"
    op.execute(f"INSERT INTO analytics_marks (brand_id, id, day) SELECT id, {new_id}, NULL FROM brands")
    if _is_sqlite():
        _sqlite_triggers()
    else:
        _postgres_triggers()
        for table in ("analytics_sums", "analytics_marks"):
            for statement in protect(table):
                op.execute(statement)


TRIGGERS = {
    "orders": ("analytics_new", "analytics_changed", "analytics_gone"),
    "order_lines": ("analytics_changed", "analytics_gone"),
    "skus": ("analytics_changed",),
    "brands": ("analytics_changed",),
}


def downgrade() -> None:
    for table, names in TRIGGERS.items():
        for name in names:
            if _is_sqlite():
                op.execute(f"DROP TRIGGER {table}_{name}")
            else:
                op.execute(f"DROP FUNCTION {table}_{name}() CASCADE")
    op.drop_table("analytics_marks")
    op.drop_table("analytics_sums")


def _sqlite_triggers() -> None:
    """One mark for a day is enough: only one transaction writes at a time."""

    def mark(brand: str, day: str, source: str = "") -> str:
        return (
            f"INSERT INTO analytics_marks (brand_id, id, day) SELECT {brand}, lower(hex(randomblob(16))), {day}{source}"
            f"{' AND' if source else ' WHERE'} NOT EXISTS"
            f" (SELECT 1 FROM analytics_marks m WHERE m.brand_id = {brand} AND m.day IS {day})"
        )

    def of_order(row: str) -> str:
        return mark(f"{row}.brand_id", f"substr({row}.placed_at, 1, 10)")

    def of_line(row: str) -> str:
        source = f" FROM orders o WHERE o.brand_id = {row}.brand_id AND o.id = {row}.order_id"
        return mark(f"{row}.brand_id", "substr(o.placed_at, 1, 10)", source)

    def changed(columns: tuple[str, ...]) -> str:
        return " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)

    def trigger(name: str, event: str, *statements: str, when: str = "") -> None:
        condition = f" WHEN {when}" if when else ""
        op.execute(f"CREATE TRIGGER {name} AFTER {event}{condition} BEGIN {'; '.join(statements)}; END")

    trigger("orders_analytics_new", "INSERT ON orders", of_order("NEW"))
    trigger(
        "orders_analytics_changed",
        f"UPDATE OF {', '.join(COLUMNS)} ON orders",
        of_order("OLD"),
        of_order("NEW"),
        when=changed(COLUMNS),
    )
    trigger("orders_analytics_gone", "DELETE ON orders", of_order("OLD"))
    trigger(
        "order_lines_analytics_changed",
        f"UPDATE OF {', '.join(LINE_COLUMNS)} ON order_lines",
        of_line("OLD"),
        of_line("NEW"),
        when=changed(LINE_COLUMNS),
    )
    trigger("order_lines_analytics_gone", "DELETE ON order_lines", of_line("OLD"))
    trigger(
        "skus_analytics_changed",
        f"UPDATE OF {', '.join(SKU_COLUMNS)} ON skus",
        mark("NEW.brand_id", "NULL"),
        when=changed(SKU_COLUMNS),
    )
    trigger(
        "brands_analytics_changed",
        "UPDATE OF time_zone ON brands",
        mark("NEW.id", "NULL"),
        when=changed(("time_zone",)),
    )


def _postgres_triggers() -> None:
    """Each statement or row writes marks of its own, whose keys no other transaction has: nobody waits."""

    def mark(rows: str) -> str:
        return (
            f"INSERT INTO analytics_marks (brand_id, id, day) SELECT b, gen_random_uuid(), d FROM ({rows}) AS r (b, d)"
        )

    def day(row: str) -> str:
        return f"({row}.placed_at AT TIME ZONE 'UTC')::date"

    def of_order(*rows: str) -> str:
        return mark(" UNION ".join(f"SELECT {row}.brand_id, {day(row)}" for row in rows))

    def of_line(*rows: str) -> str:
        of_row = "o.brand_id = {0}.brand_id AND o.id = {0}.order_id"
        return mark(
            " UNION ".join(f"SELECT o.brand_id, {day('o')} FROM orders o WHERE {of_row.format(row)}" for row in rows)
        )

    def changed(columns: tuple[str, ...]) -> str:
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
        return f"FOR EACH ROW WHEN (ROW({old}) IS DISTINCT FROM ROW({new}))"

    def trigger(name: str, event: str, statement: str, each: str = "FOR EACH ROW") -> None:
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement}; RETURN NULL; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} AFTER {event} {each} EXECUTE FUNCTION {name}()")

    # For all rows of an INSERT at once: an import writes thousands.
    trigger(
        "orders_analytics_new",
        "INSERT ON orders",
        mark(f"SELECT DISTINCT n.brand_id, {day('n')} FROM new_rows n"),
        "REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT",
    )
    trigger(
        "orders_analytics_changed",
        f"UPDATE OF {', '.join(COLUMNS)} ON orders",
        of_order("OLD", "NEW"),
        changed(COLUMNS),
    )
    trigger("orders_analytics_gone", "DELETE ON orders", of_order("OLD"))
    trigger(
        "order_lines_analytics_changed",
        f"UPDATE OF {', '.join(LINE_COLUMNS)} ON order_lines",
        of_line("OLD", "NEW"),
        changed(LINE_COLUMNS),
    )
    trigger(
        "order_lines_analytics_gone",
        "DELETE ON order_lines",
        mark(
            f"SELECT DISTINCT o.brand_id, {day('o')} FROM old_rows r"
            " JOIN orders o ON o.brand_id = r.brand_id AND o.id = r.order_id"
        ),
        "REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT",
    )
    trigger(
        "skus_analytics_changed",
        f"UPDATE OF {', '.join(SKU_COLUMNS)} ON skus",
        mark("SELECT NEW.brand_id, NULL::date"),
        changed(SKU_COLUMNS),
    )
    trigger(
        "brands_analytics_changed",
        "UPDATE OF time_zone ON brands",
        mark("SELECT NEW.id, NULL::date"),
        changed(("time_zone",)),
    )


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
