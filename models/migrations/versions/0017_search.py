"""search: the endings of order codes, folded texts beside others, who is in the audit; one tag for each folded code.

Triggers write the endings and the actors, so that what an older release writes is found too. The folded texts are for
what lower() does not fold; an older release leaves them out, and what it writes is found without regard to case.

Revision ID: 0017
Revises: 0016
"""

# ruff: noqa: S608 - all names are our own

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.folding import fold, folded_if_other
from models.migrations.row_level_security import protect

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

# table → the column with its folded texts, their columns, the columns of its primary key
FOLDED = {
    "orders": ("folded_code", ("code",), ("brand_id", "id")),
    "buyers": ("folded", ("unique_code", "name"), ("brand_id", "id")),
    "buyer_recipients": ("folded", ("email",), ("brand_id", "buyer_id", "email")),
    "skus": ("folded", ("number", "model_number"), ("brand_id", "id")),
    "tags": ("folded", ("code",), ("brand_id", "id")),
}
AT_ONCE = 1_000
KEY = "pk_order_code_suffixes"
TAG_LENGTH = 200  # as in models/tag.py: an index of PostgreSQL takes no text of any length
LENGTH = 64  # of the longest order code
PLACES = f"(SELECT column1 AS n FROM (VALUES {', '.join(f'({n})' for n in range(1, LENGTH + 1))}) AS v)"


def upgrade() -> None:
    for table, (column, *_) in FOLDED.items():
        op.add_column(table, sa.Column(column, sa.Text(), nullable=True))
    for table, (column, texts, key) in FOLDED.items():
        if table != "tags":
            _fold(table, column, texts, key)
    _fold_tags()
    op.create_index(op.f("ix_tags_brand_id_folded"), "tags", ["brand_id", "folded"], unique=True)
    _make_suffixes()
    _make_actors()
    for table in ("audit_entries", "order_code_suffixes"):
        op.execute(f"ANALYZE {table}")  # otherwise a planner that knows the other indexes takes the new one for all
    if not _is_sqlite():
        for table in ("order_code_suffixes", "audit_actors"):
            for statement in protect(table):
                op.execute(statement)


def downgrade() -> None:
    triggers = {"orders": ("suffixes_new", "suffixes_changed", "suffixes_gone"), "audit_entries": ("actors",)}
    for table, names in triggers.items():
        for name in names:
            if _is_sqlite():
                op.execute(f"DROP TRIGGER {table}_{name}")
            else:
                op.execute(f"DROP FUNCTION {table}_{name}() CASCADE")
    op.drop_index(op.f("ix_audit_entries_brand_id_actor_id_actor_name"), table_name="audit_entries")
    op.drop_table("audit_actors")
    op.drop_table("order_code_suffixes")
    op.drop_index(op.f("ix_tags_brand_id_folded"), table_name="tags")
    for table, (column, *_) in FOLDED.items():
        op.drop_column(table, column)


def _fold(table: str, column: str, texts: tuple[str, ...], key: tuple[str, ...]) -> None:
    """Rows whose texts are ASCII need nothing: lower() folds them."""
    rows = _table(table, column, texts, key)
    size: Callable[[Any], Any] = (
        (lambda text: sa.func.length(sa.cast(text, sa.LargeBinary))) if _is_sqlite() else sa.func.octet_length
    )
    wide = sa.or_(*(size(rows.c[name]) != sa.func.length(rows.c[name]) for name in texts))
    found = op.get_bind().execute(sa.select(rows).where(wide)).mappings()
    of_row = sa.and_(*(rows.c[name] == sa.bindparam(f"of_{name}") for name in key))
    change = rows.update().where(of_row).values({column: sa.bindparam("new")})
    while batch := found.fetchmany(AT_ONCE):
        changed = [
            {f"of_{name}": row[name] for name in key} | {"new": folded}
            for row in batch
            if (folded := folded_if_other(*(row[name] for name in texts)))
        ]
        if changed:
            op.get_bind().execute(change, changed)


def _fold_tags() -> None:
    """Of tags that are one now, the first has the folded code; the others stay, for people to look through."""
    rows = _table("tags", *FOLDED["tags"])
    connection = op.get_bind()
    seen: set[tuple[Any, str]] = set()
    for row in connection.execute(sa.select(rows).order_by(rows.c.brand_id, rows.c.id)).mappings().all():
        folded = fold(row["code"])[:TAG_LENGTH]
        if (row["brand_id"], folded) not in seen:
            seen.add((row["brand_id"], folded))
            of_tag = sa.and_(rows.c.brand_id == row["brand_id"], rows.c.id == row["id"])
            connection.execute(rows.update().where(of_tag).values(folded=folded))


def _table(table: str, column: str, texts: tuple[str, ...], key: tuple[str, ...]) -> sa.TableClause:
    ids = [sa.column(name, sa.Uuid()) for name in key if name.endswith("id")]
    return sa.table(table, *ids, *(sa.column(name, sa.Text()) for name in (*texts, column)))


def _make_suffixes() -> None:
    op.create_table(
        "order_code_suffixes",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("suffix", sa.String(LENGTH, collation=None if _is_sqlite() else "C"), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        *([sa.PrimaryKeyConstraint("brand_id", "suffix", "order_id", name=KEY)] if _is_sqlite() else []),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO order_code_suffixes (brand_id, suffix, order_id)"
        f" SELECT DISTINCT brand_id, substr(t, n, {LENGTH}) AS suffix, id FROM"
        " (SELECT brand_id, id, lower(code) AS t FROM orders"
        " UNION ALL SELECT brand_id, id, folded_code FROM orders WHERE folded_code IS NOT NULL) AS c"
        f" JOIN {PLACES} AS p ON n <= length(t) ORDER BY 1, 2, 3"
    )
    of_row = (
        "INSERT INTO order_code_suffixes (brand_id, suffix, order_id)"
        f" SELECT DISTINCT NEW.brand_id, substr(t, n, {LENGTH}), NEW.id"
        f" FROM (SELECT lower(NEW.code) AS t UNION SELECT NEW.folded_code) AS c JOIN {PLACES} AS p ON n <= length(t)"
    )
    gone = (
        f"DELETE FROM order_code_suffixes WHERE brand_id = OLD.brand_id AND order_id = OLD.id AND suffix IN ("
        f"SELECT substr(t, n, {LENGTH})"
        f" FROM (SELECT lower(OLD.code) AS t UNION SELECT OLD.folded_code) AS c JOIN {PLACES} AS p ON n <= length(t))"
    )
    if _is_sqlite():
        op.execute(f"CREATE TRIGGER orders_suffixes_new AFTER INSERT ON orders BEGIN {of_row}; END")
        op.execute(
            "CREATE TRIGGER orders_suffixes_changed AFTER UPDATE OF code, folded_code ON orders"
            f" BEGIN {gone}; {of_row}; END"
        )
        op.execute(f"CREATE TRIGGER orders_suffixes_gone AFTER DELETE ON orders BEGIN {gone}; END")
        return
    op.create_primary_key(op.f(KEY), "order_code_suffixes", ["brand_id", "suffix", "order_id"])
    # For all rows of an INSERT at once: an import writes thousands.
    _trigger(
        "orders_suffixes_new",
        "INSERT INTO order_code_suffixes (brand_id, suffix, order_id)"
        f" SELECT DISTINCT r.brand_id, substr(t, n, {LENGTH}), r.id FROM new_rows r"
        " CROSS JOIN LATERAL (SELECT lower(r.code) AS t UNION SELECT r.folded_code) AS c"
        f" CROSS JOIN LATERAL generate_series(1, least(length(t), {LENGTH})) AS n WHERE t IS NOT NULL",
        "AFTER INSERT ON orders REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT",
    )
    _trigger(
        "orders_suffixes_changed",
        f"{gone}; {of_row}",
        "AFTER UPDATE OF code, folded_code ON orders FOR EACH ROW"
        " WHEN (ROW(OLD.code, OLD.folded_code) IS DISTINCT FROM ROW(NEW.code, NEW.folded_code))",
    )
    _trigger("orders_suffixes_gone", gone, "AFTER DELETE ON orders FOR EACH ROW")


def _make_actors() -> None:
    op.create_table(
        "audit_actors",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.String(200), nullable=False),
        sa.Column("actor_name", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "actor_id", "actor_name", name=op.f("pk_audit_actors")),
    )
    columns = ("brand_id", "actor_id", "actor_name")
    op.create_index(op.f("ix_audit_entries_brand_id_actor_id_actor_name"), "audit_entries", list(columns))
    names = ", ".join(columns)
    op.execute(f"INSERT INTO audit_actors ({names}) SELECT DISTINCT {names} FROM audit_entries")
    known = " AND ".join(f"a.{name} = NEW.{name}" for name in columns)
    new = (
        f"INSERT INTO audit_actors ({names}) SELECT NEW.brand_id, NEW.actor_id, NEW.actor_name"
        f" WHERE NOT EXISTS (SELECT 1 FROM audit_actors a WHERE {known})"
    )
    if _is_sqlite():
        op.execute(f"CREATE TRIGGER audit_entries_actors AFTER INSERT ON audit_entries BEGIN {new}; END")
    else:
        _trigger("audit_entries_actors", f"{new} ON CONFLICT DO NOTHING", "AFTER INSERT ON audit_entries FOR EACH ROW")


def _trigger(name: str, statements: str, when: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statements}; RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
