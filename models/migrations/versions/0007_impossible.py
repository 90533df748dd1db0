"""what the database itself refuses, further: final orders keep their words, documents stay with their order.

Revision ID: 0007
Revises: 0006
"""

from dataclasses import dataclass

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DOCUMENTS = ("delivery_notes", "invoiced_orders", "backlog_skus")
REJECTED = "('REJECTED_BY_BRAND', 'REJECTED')"
FINAL = "('REJECTED_BY_BRAND', 'REJECTED', 'SENT_BACK_TO_CART')"
FOREVER = ("order_rejections", "audit_entries", "order_send_backs")
# SQLite only: what REPLACE would put in the place of an old row, by its keys; no DELETE trigger sees that.
KEYS = {
    "orders": ("id", "code"),
    "invoices": ("id", "code"),
    "order_rejections": ("order_id",),
    "order_send_backs": ("order_id",),
    "audit_entries": ("id", "sequence"),
}


@dataclass(frozen=True)
class Trigger:
    """Refuses with `message` when `condition` holds. `order`: the column with the order whose row is locked before."""

    name: str
    when: str
    table: str
    condition: str
    message: str
    order: str | None = None


def status_of(order: str, statuses: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM orders o WHERE o.brand_id = NEW.brand_id AND o.id = NEW.{order}"
        f" AND o.status IN {statuses})"
    )


def referenced(order: str) -> str:
    notes_and_backlog = (
        f"EXISTS (SELECT 1 FROM {table} d WHERE d.brand_id = NEW.brand_id AND d.order_id = NEW.{order})"
        for table in ("delivery_notes", "backlog_skus")
    )
    invoices = (
        "EXISTS (SELECT 1 FROM invoiced_orders d JOIN invoices i ON i.brand_id = d.brand_id AND i.id = d.invoice_id"
        f" WHERE d.brand_id = NEW.brand_id AND d.order_id = NEW.{order} AND i.status <> 'VOID')"
    )
    return f"({' OR '.join((*notes_and_backlog, invoices))})"


def changed(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


# What is left of a backlog SKU and what notes deliver of it are never more than was ordered of it.
DELIVERED = (
    "SELECT COALESCE(SUM(l.quantity), 0) FROM delivery_note_lines l"
    " WHERE l.brand_id = NEW.brand_id AND l.order_id = NEW.order_id AND l.backlog_sku_id = {sku} AND l.id <> {line}"
)
MORE_THAN_ORDERED = (
    "NEW.backlog_sku_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM backlog_skus b WHERE b.brand_id = NEW.brand_id"
    " AND b.order_id = NEW.order_id AND b.id = NEW.backlog_sku_id AND b.sku_id = NEW.sku_id"
    f" AND b.remaining_quantity + NEW.quantity + ({DELIVERED.format(sku='b.id', line='NEW.id')}) <= b.ordered_quantity)"
)
MORE_LEFT_THAN_ORDERED = (
    f"NEW.remaining_quantity > OLD.remaining_quantity AND NEW.remaining_quantity +"
    f" ({DELIVERED.format(sku='NEW.id', line='NEW.id')}) > NEW.ordered_quantity"
)

TRIGGERS = [
    *(
        Trigger(
            f"{table}_not_on_final",
            "INSERT",
            table,
            status_of("order_id", FINAL),
            f"{table}: the order is rejected or sent back",
            "order_id",
        )
        for table in DOCUMENTS
    ),
    *(
        Trigger(
            f"{table}_stays",
            "UPDATE",
            table,
            changed("brand_id", "order_id", *(["invoice_id"] if table == "invoiced_orders" else [])),
            f"{table} cannot be moved to another order",
        )
        for table in DOCUMENTS
    ),
    Trigger(
        "order_rejections_not_on_open",
        "INSERT",
        "order_rejections",
        f"NOT {status_of('order_id', REJECTED)}",
        "the order is not rejected",
        "order_id",
    ),
    Trigger(
        "order_send_backs_not_on_referenced",
        "INSERT",
        "order_send_backs",
        f"{referenced('order_id')} OR {status_of('order_id', REJECTED)}",
        "the order is referenced or rejected",
        "order_id",
    ),
    Trigger("order_send_backs_no_update", "UPDATE", "order_send_backs", "TRUE", "order_send_backs cannot be changed"),
    Trigger("order_send_backs_no_delete", "DELETE", "order_send_backs", "TRUE", "order_send_backs cannot be deleted"),
    Trigger("orders_stay", "UPDATE", "orders", changed("brand_id", "id"), "the key of an order cannot be changed"),
    Trigger(
        "orders_final_not_when_referenced",
        "UPDATE",
        "orders",
        f"NEW.status IN {FINAL} AND OLD.status NOT IN {FINAL} AND {referenced('id')}",
        "a referenced order cannot be rejected or sent back",
    ),
    Trigger(
        "delivery_note_lines_not_more_than_ordered",
        "INSERT",
        "delivery_note_lines",
        MORE_THAN_ORDERED,
        "more is delivered than was ordered",
        "order_id",
    ),
    Trigger(
        "delivery_note_lines_no_update",
        "UPDATE",
        "delivery_note_lines",
        f"({changed('brand_id', 'order_id', 'delivery_note_id')}) OR ({MORE_THAN_ORDERED})",
        "more is delivered than was ordered",
    ),
    Trigger(
        "backlog_skus_not_more_than_ordered",
        "UPDATE",
        "backlog_skus",
        MORE_LEFT_THAN_ORDERED,
        "more is left than was ordered",
    ),
]


def upgrade() -> None:
    for trigger in TRIGGERS:
        for statement in _sqlite(trigger) if _is_sqlite() else _postgresql(trigger):
            op.execute(statement)
    if _is_sqlite():
        for table, keys in KEYS.items():
            taken = " OR ".join(f"(t.brand_id = NEW.brand_id AND t.{key} = NEW.{key})" for key in keys)
            condition = f"EXISTS (SELECT 1 FROM {table} t WHERE {taken})"
            message = f"UNIQUE constraint failed: {table} has it already"
            op.execute(_sqlite(Trigger(f"{table}_no_replace", "INSERT", table, condition, message))[0])
    else:
        for table in FOREVER:
            name = f"{table}_no_truncate"
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"RAISE EXCEPTION '{table} cannot be deleted' USING ERRCODE = 'check_violation'; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    names = [trigger.name for trigger in TRIGGERS]
    if _is_sqlite():
        for name in (*names, *(f"{table}_no_replace" for table in KEYS)):
            op.execute(f"DROP TRIGGER {name}")
    else:
        for name in (*names, *(f"{table}_no_truncate" for table in FOREVER)):
            op.execute(f"DROP FUNCTION {name}() CASCADE")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _sqlite(trigger: Trigger) -> list[str]:
    return [
        f"CREATE TRIGGER {trigger.name} BEFORE {trigger.when} ON {trigger.table} WHEN {trigger.condition} "
        f"BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END"
    ]


def _postgresql(trigger: Trigger) -> list[str]:
    # The lock comes first: each statement of a function sees what was committed before that statement.
    lock = f"PERFORM 1 FROM orders o WHERE o.brand_id = NEW.brand_id AND o.id = NEW.{trigger.order} FOR UPDATE;"
    name, row = trigger.name, "OLD" if trigger.when == "DELETE" else "NEW"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {lock if trigger.order else ''} "
        f"IF {trigger.condition} THEN RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {row}; END $$",
        f"CREATE TRIGGER {name} BEFORE {trigger.when} ON {trigger.table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
