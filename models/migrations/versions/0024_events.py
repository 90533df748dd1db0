"""events: what buyers are told, numbered for each buyer; when the last entry of an audit chain was written.

A trigger writes the events of buyers, so that what an older release writes is there too. They are a table of their own
because the numbers of the brand's chain would tell a buyer how much else happens, and so that no session of a buyer
reads the audit.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

import models.base
from models.migrations.row_level_security import protect

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

# As SHOWN_TO_BUYERS of models/messages/history.py; a test compares them.
SHOWN = (
    "ORDER_PLACED",
    "ORDER_REJECTED",
    "OC_CREATED",
    "OC_UPDATED",
    "OC_APPROVED",
    "OC_REFUSED",
    "OC_CONFIRMED",
    "OC_MADE_EDITABLE",
    "SENT_BACK_TO_CART",
    "DELIVERY_NOTE_CREATED",
    "DELIVERY_NOTE_UPDATED",
    "DELIVERY_NOTE_DELETED",
    "INVOICE_ISSUED",
    "INVOICE_VOIDED",
)
KINDS = ", ".join(f"'{kind}'" for kind in SHOWN)
COLUMNS = "brand_id, buyer_id, sequence, entry_sequence, order_id, kind, at, user_name, code, comment"
OF_ENTRY = ("brand_id", "order_id", "sequence", "kind", "at", "actor_kind", "actor_name", "details")
INSERT = f"INSERT INTO buyer_events ({COLUMNS})"
# The entries of an INSERT are numbered after the events that the buyer has: the lock of the chain's head keeps other
# transactions from doing the same.
OF_BUYER = "b.brand_id = e.brand_id AND b.buyer_id = o.buyer_id"
LAST = f"COALESCE((SELECT max(b.sequence) FROM buyer_events b WHERE {OF_BUYER}), 0)"  # noqa: S608
NUMBER = "row_number() OVER (PARTITION BY e.brand_id, o.buyer_id ORDER BY e.sequence)"


def _events(entries: str, number: str) -> str:
    """SELECT of the events among `entries`, a table called e."""
    detail = "json_extract(e.details, '$.{}')" if _is_sqlite() else "e.details ->> '{}'"
    return (
        f"SELECT e.brand_id, o.buyer_id, {number}, e.sequence, e.order_id, e.kind, e.at,"  # noqa: S608
        f" CASE WHEN e.actor_kind = 'BUYER' THEN e.actor_name END, {detail.format('code')},"
        f" CASE WHEN e.actor_kind = 'BUYER' THEN {detail.format('comment')} END"
        f" FROM {entries} JOIN orders o ON o.brand_id = e.brand_id AND o.id = e.order_id"
        f" WHERE e.sequence IS NOT NULL AND e.kind IN ({KINDS})"
    )


def upgrade() -> None:
    op.add_column("audit_heads", sa.Column("at", models.base.UtcDateTime(timezone=True), nullable=True))
    op.create_table(
        "buyer_events",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_sequence", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("user_name", sa.String(200), nullable=True),
        sa.Column("code", sa.String(64), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["brand_id", "order_id"], ["orders.brand_id", "orders.id"], name=op.f("fk_buyer_events_orders")
        ),
        sa.PrimaryKeyConstraint("brand_id", "buyer_id", "sequence", name=op.f("pk_buyer_events")),
    )
    op.execute(f"{INSERT} {_events('audit_entries e', NUMBER)}")
    op.create_index(
        op.f("ix_buyer_events_brand_id_entry_sequence"), "buyer_events", ["brand_id", "entry_sequence"], unique=True
    )
    op.create_index(
        op.f("ix_buyer_events_brand_id_order_id_sequence"), "buyer_events", ["brand_id", "order_id", "sequence"]
    )
    if _is_sqlite():
        columns = ", ".join(f"NEW.{name} AS {name}" for name in OF_ENTRY)
        new = _events(f"(SELECT {columns}) e", f"{LAST} + 1")
        op.execute(f"CREATE TRIGGER audit_entries_events AFTER INSERT ON audit_entries BEGIN {INSERT} {new}; END")
        return
    # For all rows of an INSERT at once: an import writes thousands.
    new = f"{INSERT} {_events('new_rows e', f'{LAST} + {NUMBER}')}"
    op.execute(
        "CREATE FUNCTION audit_entries_events() RETURNS trigger LANGUAGE plpgsql"
        f" AS $$ BEGIN {new}; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_events AFTER INSERT ON audit_entries REFERENCING NEW TABLE AS new_rows"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_events()"
    )
    for statement in protect("buyer_events"):
        op.execute(statement)


def downgrade() -> None:
    if _is_sqlite():
        op.execute("DROP TRIGGER audit_entries_events")
    else:
        op.execute("DROP FUNCTION audit_entries_events() CASCADE")
    op.drop_table("buyer_events")
    op.drop_column("audit_heads", "at")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
