"""what went out stays in plain SQL too: issued invoices, credit notes, logos on documents, and the events of buyers.

Revision ID: 0030
Revises: 0029
"""

# ruff: noqa: S608 - all names are our own
from dataclasses import dataclass

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

# As in 0012. PostgreSQL only.
BY_INDEX = "SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off"
INVOICE_STAYS = "an issued invoice cannot be changed or deleted"
EVENT_STAYS = "the events of a buyer cannot be changed or deleted"


@dataclass(frozen=True)
class Trigger:
    """Refuses with `message` when `condition` holds."""

    name: str
    when: str
    table: str
    condition: str
    message: str


def differs(*columns: str) -> str:
    return "(" + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns) + ")"


def of_invoice(statuses: str) -> str:
    """A draft is deleted before what belongs to it, so there is no invoice then."""
    return (
        "EXISTS (SELECT 1 FROM invoices i WHERE i.brand_id = OLD.brand_id AND i.id = OLD.invoice_id"
        f" AND i.status IN ({statuses}))"
    )


OUT = of_invoice("'ISSUED', 'VOID'")
# The release that 0014 stands beside issues a draft first and gets its number from a trigger then.
NUMBER_CHANGES = f"(OLD.code NOT LIKE 'DRAFT-%' AND {differs('code')})"
# Only an erasure of the buyer (0016) empties what its users said.
IS_ERASURE = (
    f"(NOT {differs('brand_id', 'buyer_id', 'sequence', 'entry_sequence', 'order_id', 'kind', 'at', 'code')}"
    " AND NEW.comment IS NULL AND NEW.user_name = '(erased)' AND EXISTS (SELECT 1 FROM buyers b"
    " WHERE b.brand_id = OLD.brand_id AND b.id = OLD.buyer_id AND b.erased_at IS NOT NULL))"
)
OF_ENTRY = (
    "e.brand_id = n.brand_id AND e.sequence = n.entry_sequence AND e.order_id = n.order_id AND e.kind = n.kind"
    " AND e.at = n.at"
)
INVENTED = "an event of a buyer is made of an audit entry"
TRIGGERS = (
    Trigger("invoices_issued_delete", "DELETE", "invoices", "OLD.status <> 'DRAFT'", INVOICE_STAYS),
    Trigger(
        "invoices_issued_stay",
        "UPDATE",
        "invoices",
        f"OLD.status <> 'DRAFT' AND (NEW.status = 'DRAFT' OR {differs('currency', 'total_minor')} OR {NUMBER_CHANGES})",
        INVOICE_STAYS,
    ),
    *(
        Trigger(f"{table}_issued_delete", "DELETE", table, OUT, INVOICE_STAYS)
        for table in ("invoiced_orders", "invoice_lines")
    ),
    # A void invoice no longer names a note that is deleted.
    Trigger(
        "invoiced_delivery_notes_issued_delete",
        "DELETE",
        "invoiced_delivery_notes",
        of_invoice("'ISSUED'"),
        INVOICE_STAYS,
    ),
    Trigger(
        "invoiced_orders_issued_stay",
        "UPDATE",
        "invoiced_orders",
        f"{OUT} AND {differs('is_whole', 'tax_minor', 'shipping_minor', 'shipping_tax_kind', 'shipping_tax_rate')}",
        INVOICE_STAYS,
    ),
    Trigger(
        "invoice_lines_issued_stay",
        "UPDATE",
        "invoice_lines",
        f"{OUT} AND "
        + differs(
            "brand_id",
            "id",
            "invoice_id",
            "order_id",
            "position",
            "sku_id",
            "quantity",
            "unit_price_minor",
            "unit_price_fraction",
            "amount_minor",
            "tax_kind",
            "tax_rate",
        ),
        INVOICE_STAYS,
    ),
    Trigger("buyer_events_no_update", "UPDATE", "buyer_events", f"NOT {IS_ERASURE}", EVENT_STAYS),
    Trigger("buyer_events_no_delete", "DELETE", "buyer_events", "TRUE", EVENT_STAYS),
)
# SQLite only: keys by which REPLACE would put a row in the place of an old one; no DELETE trigger sees that.
KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "credit_notes": (("brand_id", "invoice_id"), ("brand_id", "code")),
    "brand_logos": (("brand_id", "digest"),),
    "buyer_events": (("brand_id", "buyer_id", "sequence"), ("brand_id", "entry_sequence")),
}
# PostgreSQL only.
NO_TRUNCATE = (
    "invoices",
    "invoiced_orders",
    "invoiced_delivery_notes",
    "invoice_lines",
    "credit_notes",
    "brand_logos",
    "buyer_events",
)


def replacing(table: str, keys: tuple[tuple[str, ...], ...]) -> Trigger:
    """Also with an explicit rowid. Without one, SQLite shows -1 to the trigger."""
    taken = " OR ".join("(" + " AND ".join(f"t.{name} = NEW.{name}" for name in key) + ")" for key in keys)
    condition = f"EXISTS (SELECT 1 FROM {table} t WHERE {taken} OR t.rowid = NEW.rowid)"
    return Trigger(f"{table}_no_replace", "INSERT", table, condition, f"UNIQUE constraint failed: {table} has it")


def invented() -> Trigger:
    condition = f"NOT EXISTS (SELECT 1 FROM audit_entries e WHERE {OF_ENTRY.replace('n.', 'NEW.')})"
    return Trigger("buyer_events_of_entries", "INSERT", "buyer_events", condition, INVENTED)


ON_SQLITE = (*(replacing(table, keys) for table, keys in KEYS.items()), invented())


def upgrade() -> None:
    if _is_sqlite():
        for trigger in (*TRIGGERS, *ON_SQLITE):
            # SQLite knows IS DISTINCT FROM only since 3.39; its IS NOT is the same.
            op.execute(
                f"CREATE TRIGGER {trigger.name} BEFORE {trigger.when} ON {trigger.table}"
                f" WHEN {trigger.condition.replace('IS DISTINCT FROM', 'IS NOT')}"
                f" BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END"
            )
        return
    for trigger in TRIGGERS:
        row = "OLD" if trigger.when == "DELETE" else "NEW"
        body = f"IF {trigger.condition} THEN {_raising(trigger.message)} END IF; RETURN {row};"
        _create(trigger.name, BY_INDEX, body, f"BEFORE {trigger.when} ON {trigger.table} FOR EACH ROW")
    # For all rows of an INSERT at once: an import writes thousands.
    missing = f"SELECT 1 FROM new_rows n WHERE NOT EXISTS (SELECT 1 FROM audit_entries e WHERE {OF_ENTRY})"
    _create(
        invented().name,
        BY_INDEX,
        f"IF EXISTS ({missing}) THEN {_raising(INVENTED)} END IF; RETURN NULL;",
        "AFTER INSERT ON buyer_events REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT",
    )
    for table in NO_TRUNCATE:
        name = f"{table}_no_truncate"
        _create(name, "", _raising(f"{table} cannot be deleted"), f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT")


def downgrade() -> None:
    if _is_sqlite():
        for trigger in (*TRIGGERS, *ON_SQLITE):
            op.execute(f"DROP TRIGGER {trigger.name}")
    else:
        truncating = (f"{table}_no_truncate" for table in NO_TRUNCATE)
        for name in (*(trigger.name for trigger in TRIGGERS), invented().name, *truncating):
            op.execute(f"DROP FUNCTION {name}() CASCADE")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _raising(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation';"


def _create(name: str, settings: str, body: str, event: str) -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {settings} AS $$ BEGIN {body} END $$")
    op.execute(f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {name}()")
