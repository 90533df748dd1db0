"""final is final in plain SQL too: rows that are referenced stay, orders that were decided keep all they say.

Also: each audit entry continues its brand's chain, and the head keeps a marker of the entries older than the chain.

Revision ID: 0012
Revises: 0011
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

REJECTED = "('REJECTED_BY_BRAND', 'REJECTED')"
FINAL = "('REJECTED_BY_BRAND', 'REJECTED', 'SENT_BACK_TO_CART')"
# Columns of a final order that nobody changes. The others: brand_id and id (0007), status (0001), archived_at (below),
# updated_at and version.
CONTENT = (
    "code",
    "buyer_id",
    "catalog_id",
    "official",
    "currency",
    "tax_minor",
    "shipping_minor",
    "total_minor",
    "total_quantity",
    "comment",
    "delivery_address",
    "placed_at",
    "confirmation_created_at",
    "approval_asked",
    "content_hash",
)
# The other columns of a mail are the relay's.
MAIL = ("kind", "recipients", "notice", "created_at")
OF_BRAND = (
    "api_keys",
    "audit_heads",
    "bulk_runs",
    "buyers",
    "catalogs",
    "document_numbers",
    "idempotency_keys",
    "invoices",
    "skus",
    "tags",
    "orders",
    "audit_entries",
)
OF_ORDER = (
    "audit_entries",
    "backlog_skus",
    "delivery_notes",
    "delivery_note_lines",
    "invoiced_orders",
    "invoice_lines",
    "order_lines",
    "order_rejections",
    "order_replacements",
    "order_send_backs",
    "order_tags",
    "outbox_messages",
)
OF_SKU = ("order_lines", "cart_lines", "backlog_skus", "delivery_note_lines", "invoice_lines")
# SQLite only: keys by which REPLACE would put a row in the place of an old one; no DELETE trigger sees that.
KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "brands": (("id",), ("code",)),
    "buyers": (("brand_id", "id"), ("brand_id", "unique_code")),
    "catalogs": (("brand_id", "id"), ("brand_id", "code")),
    "skus": (("brand_id", "id"), ("brand_id", "number")),
    "order_lines": (("brand_id", "id"), ("brand_id", "order_id", "data_set", "position")),
    "order_replacements": (("brand_id", "order_id"),),
    "outbox_messages": (("brand_id", "id"),),
    "audit_heads": (("brand_id",),),
}
# The same for UPDATE OR REPLACE, where 0007 already has the trigger for INSERT.
KEYS_OF_UPDATES = KEYS | {
    "orders": (("brand_id", "id"), ("brand_id", "code")),
    "invoices": (("brand_id", "id"), ("brand_id", "code")),
}
# No UPDATE at all (0001, 0007).
FOREVER = ("order_rejections", "order_send_backs", "audit_entries")
# PostgreSQL only. The tables that a decision is about; TRUNCATE of others reaches them by CASCADE.
NO_TRUNCATE = ("orders", "order_lines", "order_replacements", "outbox_messages", "audit_heads")


@dataclass(frozen=True)
class Trigger:
    """Refuses with `message` when `condition` holds.

    `order`: the order whose row is locked first, e.g. OLD.order_id; on PostgreSQL only.
    """

    name: str
    when: str
    table: str
    condition: str
    message: str
    order: str | None = None


def exists(table: str, row: str, order: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} d WHERE d.brand_id = {row}.brand_id AND d.order_id = {row}.{order})"


def decided(row: str, order: str) -> str:
    """There is the record of a decision. Lines are written after their order, and before the record."""
    return f"({exists('order_rejections', row, order)} OR {exists('order_send_backs', row, order)})"


def final(row: str, order: str = "order_id") -> str:
    status = (
        f"EXISTS (SELECT 1 FROM orders o WHERE o.brand_id = {row}.brand_id AND o.id = {row}.{order}"
        f" AND o.status IN {FINAL})"
    )
    return f"({status} OR {decided(row, order)})"


def differs(*columns: str) -> str:
    return "(" + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns) + ")"


def any_of(tables: tuple[str, ...], column: str) -> str:
    return " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} d WHERE d.brand_id = OLD.brand_id AND d.{column} = OLD.id)" for table in tables
    )


def not_as_recorded() -> str:
    return (
        f"(NEW.status NOT IN {REJECTED} AND {exists('order_rejections', 'NEW', 'id')})"
        f" OR (NEW.status <> 'SENT_BACK_TO_CART' AND {exists('order_send_backs', 'NEW', 'id')})"
    )


# ORDER BY, so that no other index but the one on (brand_id, sequence) serves.
CONTINUES_THE_CHAIN = (
    "COALESCE((SELECT p.sequence || ' ' || p.hash FROM audit_entries p WHERE p.brand_id = NEW.brand_id"
    " AND p.sequence < NEW.sequence ORDER BY p.sequence DESC LIMIT 1), '0 ')"
    " = (NEW.sequence - 1) || ' ' || NEW.previous_hash"
)
HAS_ENTRIES = "EXISTS (SELECT 1 FROM audit_entries e WHERE e.brand_id = NEW.brand_id)"
KEY_STAYS = "the key of a row that others refer to cannot be changed"

TRIGGERS = [
    Trigger(
        "brands_referenced",
        "DELETE",
        "brands",
        " OR ".join(f"EXISTS (SELECT 1 FROM {table} d WHERE d.brand_id = OLD.id)" for table in OF_BRAND),
        "the brand is referenced",
    ),
    Trigger(
        "buyers_referenced",
        "DELETE",
        "buyers",
        any_of(("orders", "carts", "buyer_recipients"), "buyer_id"),
        "the buyer is referenced",
    ),
    Trigger(
        "catalogs_referenced",
        "DELETE",
        "catalogs",
        any_of(("orders", "carts"), "catalog_id"),
        "the catalog is referenced",
    ),
    Trigger("skus_referenced", "DELETE", "skus", any_of(OF_SKU, "sku_id"), "the SKU is referenced"),
    Trigger(
        "orders_referenced",
        "DELETE",
        "orders",
        f"OLD.status IN {FINAL} OR {any_of(OF_ORDER, 'order_id')}"
        " OR EXISTS (SELECT 1 FROM order_replacements d"
        " WHERE d.brand_id = OLD.brand_id AND d.replaced_order_id = OLD.id)",
        "the order is final or referenced",
    ),
    Trigger("orders_as_recorded_new", "INSERT", "orders", not_as_recorded(), "the order was rejected or sent back"),
    Trigger("orders_as_recorded", "UPDATE", "orders", not_as_recorded(), "the order was rejected or sent back"),
    Trigger(
        "orders_final_content",
        "UPDATE",
        "orders",
        f"(OLD.status IN {FINAL} OR {decided('OLD', 'id')}) AND ({differs(*CONTENT)} OR NEW.version < OLD.version)",
        "a rejected or sent-back order cannot be changed",
    ),
    Trigger(
        "orders_archived",
        "UPDATE",
        "orders",
        f"OLD.archived_at IS NOT NULL AND {differs('archived_at')}",
        "an archived order stays archived",
    ),
    Trigger(
        "order_lines_not_on_decided",
        "INSERT",
        "order_lines",
        decided("NEW", "order_id"),
        "the lines of a rejected or sent-back order cannot be changed",
        "NEW.order_id",
    ),
    Trigger(
        "order_lines_final",
        "UPDATE",
        "order_lines",
        f"{differs('brand_id', 'id', 'order_id')} OR {final('OLD')}",
        "the lines of a rejected or sent-back order cannot be changed",
        "OLD.order_id",
    ),
    Trigger(
        "order_lines_final_delete",
        "DELETE",
        "order_lines",
        final("OLD"),
        "the lines of a rejected or sent-back order cannot be changed",
        "OLD.order_id",
    ),
    Trigger(
        "order_send_backs_not_on_open",
        "INSERT",
        "order_send_backs",
        "NOT EXISTS (SELECT 1 FROM orders o WHERE o.brand_id = NEW.brand_id AND o.id = NEW.order_id"
        " AND o.status = 'SENT_BACK_TO_CART')",
        "the order is not sent back",
        "NEW.order_id",
    ),
    Trigger("order_replacements_no_update", "UPDATE", "order_replacements", "TRUE", "a replacement cannot be changed"),
    Trigger("order_replacements_no_delete", "DELETE", "order_replacements", "TRUE", "a replacement cannot be deleted"),
    Trigger(
        "outbox_messages_final",
        "UPDATE",
        "outbox_messages",
        f"{differs('brand_id', 'id', 'order_id')} OR ({differs(*MAIL)} AND {final('OLD')})",
        "the mail of a rejected or sent-back order cannot be changed",
    ),
    Trigger(
        "outbox_messages_final_delete",
        "DELETE",
        "outbox_messages",
        f"OLD.status = 'PENDING' AND {final('OLD')}",
        "the mail of a rejected or sent-back order is still to be sent",
    ),
    Trigger(
        "audit_entries_chained",
        "INSERT",
        "audit_entries",
        "NEW.sequence IS NULL OR NEW.previous_hash IS NULL OR NEW.hash IS NULL OR length(NEW.hash) <> 64"
        f" OR NOT ({CONTINUES_THE_CHAIN})",
        "an audit entry must continue the chain of its brand",
    ),
    Trigger(
        "audit_heads_new",
        "INSERT",
        "audit_heads",
        f"NEW.sequence <> 0 OR NEW.hash <> '' OR NEW.unchained <> 0 OR NEW.unchained_hash <> '' OR {HAS_ENTRIES}",
        "a chain begins with nothing",
    ),
    Trigger(
        "audit_heads_grow",
        "UPDATE",
        "audit_heads",
        f"{differs('brand_id', 'unchained', 'unchained_hash')} OR NEW.sequence < OLD.sequence"
        " OR (NEW.sequence = OLD.sequence AND NEW.hash <> OLD.hash)",
        "the head of an audit chain only moves forward",
    ),
    Trigger("audit_heads_no_delete", "DELETE", "audit_heads", "TRUE", "the head of an audit chain cannot be deleted"),
]


# PostgreSQL only. A plan that was made while a table was empty stays for the session: a scan of what is now a large
# table for each row (20 s for 7,000 entries).
BY_INDEX = "SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off"


def replacing_row(table: str) -> Trigger:
    """REPLACE with an explicit rowid. Without one, SQLite shows -1 to the trigger."""
    condition = f"EXISTS (SELECT 1 FROM {table} t WHERE t.rowid = NEW.rowid)"
    return Trigger(f"{table}_no_replace_row", "INSERT", table, condition, f"UNIQUE constraint failed: {table}.rowid")


def replacing(table: str, when: str, keys: tuple[tuple[str, ...], ...]) -> Trigger:
    taken = " OR ".join("(" + " AND ".join(f"t.{name} = NEW.{name}" for name in key) + ")" for key in keys)
    condition = f"EXISTS (SELECT 1 FROM {table} t WHERE ({taken}))"
    if when == "UPDATE":
        condition = f"NEW.rowid <> OLD.rowid OR {condition[:-1]} AND t.rowid <> OLD.rowid)"
    message = f"UNIQUE constraint failed: {table} has it already"
    return Trigger(f"{table}_no_replace_{when.lower()}", when, table, condition, message)


# PostgreSQL always checks foreign keys, which keep these keys.
ON_SQLITE = [
    Trigger("brands_stay", "UPDATE", "brands", differs("id"), KEY_STAYS),
    *(
        Trigger(f"{table}_stay", "UPDATE", table, differs("brand_id", "id"), KEY_STAYS)
        for table in ("buyers", "catalogs", "skus")
    ),
    *(replacing_row(table) for table in (*KEYS_OF_UPDATES, *FOREVER)),
    *(replacing(table, "INSERT", keys) for table, keys in KEYS.items()),
    *(replacing(table, "UPDATE", keys) for table, keys in KEYS_OF_UPDATES.items()),
]


def upgrade() -> None:
    _mark_older_entries()
    for trigger in [*TRIGGERS, *ON_SQLITE] if _is_sqlite() else TRIGGERS:
        for statement in _sqlite(trigger) if _is_sqlite() else _postgresql(trigger):
            op.execute(statement)
    if not _is_sqlite():
        for table in NO_TRUNCATE:
            name = f"{table}_no_truncate"
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"RAISE EXCEPTION '{table} cannot be deleted' USING ERRCODE = 'check_violation'; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    """Keeps the markers: otherwise, going down and up would make entries older than the chain."""
    if _is_sqlite():
        for trigger in (*TRIGGERS, *ON_SQLITE):
            op.execute(f"DROP TRIGGER {trigger.name}")
    else:
        for name in (*(trigger.name for trigger in TRIGGERS), *(f"{table}_no_truncate" for table in NO_TRUNCATE)):
            op.execute(f"DROP FUNCTION {name}() CASCADE")


def _mark_older_entries() -> None:
    """Each brand's head keeps the number and the hash of the entries that were written before there was a chain."""
    if "unchained" in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("audit_heads")}:
        return  # this revision was here before
    op.add_column("audit_heads", sa.Column("unchained", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("audit_heads", sa.Column("unchained_hash", sa.String(length=64), server_default="", nullable=False))
    entries = sa.table(
        "audit_entries",
        sa.column("brand_id", sa.Uuid()),
        sa.column("id", sa.Uuid()),
        sa.column("order_id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("at", models.base.UtcDateTime()),
        sa.column("actor_kind", sa.String()),
        sa.column("actor_id", sa.String()),
        sa.column("actor_name", sa.String()),
        sa.column("request_id", sa.String()),
        sa.column("details", models.base.Json),
        sa.column("sequence", sa.BigInteger()),
        sa.column("previous_hash", sa.String()),
    )
    heads = sa.table(
        "audit_heads",
        sa.column("brand_id", sa.Uuid()),
        sa.column("sequence", sa.BigInteger()),
        sa.column("hash", sa.String()),
        sa.column("unchained", sa.BigInteger()),
        sa.column("unchained_hash", sa.String()),
    )
    connection = op.get_bind()
    older = sa.select(entries).where(entries.c.sequence.is_(None)).order_by(entries.c.brand_id, entries.c.id)
    counts: dict[Any, int] = {}
    hashes: dict[Any, Any] = {}
    found = connection.execute(older)
    while batch := found.mappings().fetchmany(1_000):
        for row in batch:
            brand_id = row["brand_id"]
            counts[brand_id] = counts.get(brand_id, 0) + 1
            hashes.setdefault(brand_id, hashlib.sha256()).update(_text(row).encode() + b"\n")
    for brand_id, count in counts.items():
        marker = {"unchained": count, "unchained_hash": hashes[brand_id].hexdigest()}
        if not connection.execute(heads.update().where(heads.c.brand_id == brand_id).values(marker)).rowcount:
            connection.execute(heads.insert().values(brand_id=brand_id, sequence=0, hash="", **marker))


def _text(row: Any) -> str:
    """As hashed_text of models/audit.py when this was written."""

    def plain(value: object) -> str:
        return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)

    return json.dumps(dict(row), sort_keys=True, ensure_ascii=False, default=plain)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _sqlite(trigger: Trigger) -> list[str]:
    # SQLite knows IS DISTINCT FROM only since 3.39; its IS NOT is the same.
    condition = trigger.condition.replace("IS DISTINCT FROM", "IS NOT")
    return [
        f"CREATE TRIGGER {trigger.name} BEFORE {trigger.when} ON {trigger.table} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END"
    ]


def _postgresql(trigger: Trigger) -> list[str]:
    # The lock comes first: each statement of a function sees what was committed before that statement.
    lock = ""
    if trigger.order:
        row = trigger.order.partition(".")[0]
        lock = f"PERFORM 1 FROM orders o WHERE o.brand_id = {row}.brand_id AND o.id = {trigger.order} FOR UPDATE;"
    name, result = trigger.name, "OLD" if trigger.when == "DELETE" else "NEW"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$ BEGIN {lock} "
        f"IF {trigger.condition} THEN RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {result}; END $$",
        f"CREATE TRIGGER {name} BEFORE {trigger.when} ON {trigger.table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
