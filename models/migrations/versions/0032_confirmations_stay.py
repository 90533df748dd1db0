"""what order confirmations (OCs) say, kept when they are created or changed.

Triggers keep that of a rejected or sent-back order, and delete it when what it says of the order has changed: a server
of an older release does not write it again, nor does an erasure by one delete it.

Revision ID: 0032
Revises: 0031
"""

# ruff: noqa: S608 - all names are our own
from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op

import models.base
from models.migrations.row_level_security import protect

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

TABLE = "order_confirmations"
FINAL = "('REJECTED_BY_BRAND', 'REJECTED', 'SENT_BACK_TO_CART')"
STAYS = "what the confirmation of a rejected or sent-back order says cannot be changed"
# Of an order, what its OC says and may change; the last six only when the buyer is erased.
SAID = (
    "tax_minor",
    "shipping_minor",
    "total_minor",
    "total_quantity",
    "prices_include_tax",
    "shipping_tax_kind",
    "shipping_tax_rate",
    "tax_rounding",
    "comment",
    "delivery_address",
    "billing_address",
    "deliver_from",
    "deliver_to",
    "buyer_order_number",
)
# As in 0012. PostgreSQL only.
BY_INDEX = "SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off"


@dataclass(frozen=True)
class Trigger:
    """Refuses with STAYS when `condition` holds. `row`: the one whose order is locked first, on PostgreSQL only."""

    name: str
    when: str
    condition: str
    row: str


def differs(*columns: str) -> str:
    return "(" + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns) + ")"


def decided(row: str) -> str:
    tables = ("order_rejections", "order_send_backs")
    return " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} d WHERE d.brand_id = {row}.brand_id AND d.order_id = {row}.order_id)"
        for table in tables
    )


def final(row: str) -> str:
    order = f"FROM orders o WHERE o.brand_id = {row}.brand_id AND o.id = {row}.order_id"
    return f"(EXISTS (SELECT 1 {order} AND o.status IN {FINAL}) OR {decided(row)})"


NOT_ERASED = (
    "NOT EXISTS (SELECT 1 FROM buyers b WHERE b.brand_id = OLD.brand_id AND b.erased_at IS NOT NULL AND b.id ="
    " (SELECT o.buyer_id FROM orders o WHERE o.brand_id = OLD.brand_id AND o.id = OLD.order_id))"
)
TRIGGERS = (
    Trigger(f"{TABLE}_not_on_decided", "INSERT", decided("NEW"), "NEW"),
    Trigger(f"{TABLE}_final", "UPDATE", f"{differs('brand_id', 'order_id')} OR {final('OLD')}", "OLD"),
    Trigger(f"{TABLE}_final_delete", "DELETE", f"{final('OLD')} AND {NOT_ERASED}", "OLD"),
)
# SQLite only: REPLACE with an explicit rowid. Without one, SQLite shows -1 to the trigger.
REPLACING = Trigger(
    f"{TABLE}_no_replace_row", "INSERT", f"EXISTS (SELECT 1 FROM {TABLE} t WHERE t.rowid = NEW.rowid)", "NEW"
)
NO_TRUNCATE = f"{TABLE}_no_truncate"  # PostgreSQL only
OUTDATED = (f"{TABLE}_of_other_lines", f"{TABLE}_of_other_sums")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("frozen", models.base.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f(f"fk_{TABLE}_orders")
        ),
        sa.PrimaryKeyConstraint("brand_id", "order_id", name=op.f(f"pk_{TABLE}")),
    )
    if _is_sqlite():
        _sqlite_triggers()
    else:
        _postgres_triggers()
        for statement in protect(TABLE):
            op.execute(statement)


def downgrade() -> None:
    """OCs are read live again."""
    names = [trigger.name for trigger in TRIGGERS]
    if _is_sqlite():
        names = list(OUTDATED)  # the others are the table's own
    else:
        names += [NO_TRUNCATE, *OUTDATED]
    for name in names:
        op.execute(f"DROP TRIGGER {name}" if _is_sqlite() else f"DROP FUNCTION {name}() CASCADE")
    op.drop_table(TABLE)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _sqlite_triggers() -> None:
    for trigger in (*TRIGGERS, REPLACING):
        # SQLite knows IS DISTINCT FROM only since 3.39; its IS NOT is the same.
        op.execute(
            f"CREATE TRIGGER {trigger.name} BEFORE {trigger.when} ON {TABLE}"
            f" WHEN {trigger.condition.replace('IS DISTINCT FROM', 'IS NOT')}"
            f" BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"
        )
    deleted = f"DELETE FROM {TABLE} WHERE brand_id = OLD.brand_id AND order_id = OLD"
    op.execute(
        f"CREATE TRIGGER {OUTDATED[0]} AFTER DELETE ON order_lines WHEN OLD.data_set = 'CONFIRMATION'"
        f" BEGIN {deleted}.order_id; END"
    )
    op.execute(
        f"CREATE TRIGGER {OUTDATED[1]} AFTER UPDATE OF {', '.join(SAID)} ON orders"
        f" WHEN {differs(*SAID).replace('IS DISTINCT FROM', 'IS NOT')} BEGIN {deleted}.id; END"
    )


def _postgres_triggers() -> None:
    for trigger in TRIGGERS:
        # As in 0012: two transactions that could contradict each other go one after the other.
        lock = f"PERFORM 1 FROM orders o WHERE o.brand_id = {trigger.row}.brand_id AND o.id = {trigger.row}.order_id"
        body = f"{lock} FOR UPDATE; IF {trigger.condition} THEN {_raising(STAYS)} END IF;"
        returned = "OLD" if trigger.when == "DELETE" else "NEW"
        _create(trigger.name, f"{body} RETURN {returned};", f"BEFORE {trigger.when} ON {TABLE} FOR EACH ROW")
    _create(NO_TRUNCATE, _raising(f"{TABLE} cannot be deleted"), f"BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT")
    lines = "SELECT l.brand_id, l.order_id FROM old_lines l WHERE l.data_set = 'CONFIRMATION'"
    _create(
        OUTDATED[0],
        f"DELETE FROM {TABLE} c WHERE (c.brand_id, c.order_id) IN ({lines}); RETURN NULL;",
        "AFTER DELETE ON order_lines REFERENCING OLD TABLE AS old_lines FOR EACH STATEMENT",
    )
    _create(
        OUTDATED[1],
        f"DELETE FROM {TABLE} c WHERE c.brand_id = OLD.brand_id AND c.order_id = OLD.id; RETURN NULL;",
        f"AFTER UPDATE OF {', '.join(SAID)} ON orders FOR EACH ROW WHEN ({differs(*SAID)})",
    )


def _raising(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation';"


def _create(name: str, body: str, event: str) -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$ BEGIN {body} END $$")
    op.execute(f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {name}()")
