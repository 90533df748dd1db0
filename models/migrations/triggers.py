"""Triggers of the database itself, which bind every writer: the last layer of defence behind models/policy.py.

- no delivery note, invoice, backlog SKU or send-back for a rejected order, and no rejection of an order that has one;
- no change of a rejection, nor of the status of a rejected or sent-back order;
- no change or deletion of audit entries; a voided invoice stays voided.

Used by revision 0001, which must not change once released. Later revisions have statements of their own.
"""

REFERENCES = ("delivery_notes", "invoiced_orders", "backlog_skus", "order_send_backs")
FOREVER = ("order_rejections", "audit_entries")
FINAL = "('REJECTED_BY_BRAND', 'REJECTED', 'SENT_BACK_TO_CART')"

_IS_REJECTED = "EXISTS (SELECT 1 FROM order_rejections r WHERE r.brand_id = NEW.brand_id AND r.order_id = NEW.order_id)"
_IS_REFERENCED = " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} d WHERE d.brand_id = NEW.brand_id AND d.order_id = NEW.order_id)"
    for table in ("delivery_notes", "backlog_skus", "order_send_backs")
) + (
    " OR EXISTS (SELECT 1 FROM invoiced_orders d JOIN invoices i ON i.brand_id = d.brand_id AND i.id = d.invoice_id"
    " WHERE d.brand_id = NEW.brand_id AND d.order_id = NEW.order_id AND i.status <> 'VOID')"
)

# (trigger, when, table, condition, message)
TRIGGERS: list[tuple[str, str, str, str, str]] = [
    *(
        (f"{table}_not_on_rejected", "INSERT", table, _IS_REJECTED, f"{table}: the order is rejected")
        for table in REFERENCES
    ),
    ("order_rejections_not_on_referenced", "INSERT", "order_rejections", _IS_REFERENCED, "the order is referenced"),
    *((f"{table}_no_update", "UPDATE", table, "TRUE", f"{table} cannot be changed") for table in FOREVER),
    *((f"{table}_no_delete", "DELETE", table, "TRUE", f"{table} cannot be deleted") for table in FOREVER),
    (
        "orders_final",
        "UPDATE",
        "orders",
        f"OLD.status IN {FINAL} AND NEW.status <> OLD.status",
        "the status of a rejected or sent-back order is final",
    ),
    (
        "invoices_void",
        "UPDATE",
        "invoices",
        "OLD.status = 'VOID' AND NEW.status <> 'VOID'",
        "a voided invoice stays voided",
    ),
]


def create(dialect: str) -> list[str]:
    return [statement for trigger in TRIGGERS for statement in _create(dialect, *trigger)]


def drop(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return []  # dropped with their tables
    return [f"DROP FUNCTION {name}() CASCADE" for name, *_ in TRIGGERS]


def _create(dialect: str, name: str, when: str, table: str, condition: str, message: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]
    # The lock serializes two transactions that could contradict each other. It comes first, because each statement of a
    # function sees everything that was committed before that statement.
    lock = (
        "PERFORM 1 FROM orders o WHERE o.brand_id = NEW.brand_id AND o.id = NEW.order_id FOR UPDATE;"
        if when == "INSERT"
        else ""
    )
    row = "OLD" if when == "DELETE" else "NEW"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {lock} "
        f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {row}; END $$",
        f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
