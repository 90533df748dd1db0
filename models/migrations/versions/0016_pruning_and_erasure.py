"""only mails that are done with can be deleted; the personal data of an erased buyer, and nothing else, can be emptied.

Also: buyers without a language of their own, which follow the brand's.

Revision ID: 0016
Revises: 0015
"""

from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

FINAL = "('REJECTED_BY_BRAND', 'REJECTED', 'SENT_BACK_TO_CART')"
# As CONTENT of 0012, without what an erasure empties.
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
    "placed_at",
    "confirmation_created_at",
    "approval_asked",
    "content_hash",
)
PERSONAL = ("comment", "delivery_address")
REJECTION = (
    "brand_id",
    "order_id",
    "rejected_at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "status_before",
    "notified",
    "bulk_run_id",
)
# As in 0012. PostgreSQL only.
BY_INDEX = "SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off"


@dataclass(frozen=True)
class Trigger:
    name: str
    when: str
    table: str
    condition: str
    message: str


def differs(*columns: str) -> str:
    return "(" + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns) + ")"


def exists(table: str, order: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} d WHERE d.brand_id = OLD.brand_id AND d.order_id = OLD.{order})"


def decided(order: str) -> str:
    return f"({exists('order_rejections', order)} OR {exists('order_send_backs', order)})"


# The buyer of OLD's order was erased.
ERASED = (
    "EXISTS (SELECT 1 FROM orders o JOIN buyers b ON b.brand_id = o.brand_id AND b.id = o.buyer_id"
    " WHERE o.brand_id = OLD.brand_id AND o.id = OLD.order_id AND b.erased_at IS NOT NULL)"
)
ORDER_EMPTIED = (
    "(NEW.comment = '' AND NEW.delivery_address = '' AND EXISTS (SELECT 1 FROM buyers b"
    " WHERE b.brand_id = OLD.brand_id AND b.id = OLD.buyer_id AND b.erased_at IS NOT NULL))"
)
MAIL_EMPTIED = f"(NEW.recipients = '[]' AND NEW.notice = '{{}}' AND {ERASED})"
IS_FINAL = (
    "(EXISTS (SELECT 1 FROM orders o WHERE o.brand_id = OLD.brand_id AND o.id = OLD.order_id"
    f" AND o.status IN {FINAL}) OR {decided('order_id')})"
)

ORDER_STAYS = "a rejected or sent-back order cannot be changed"
MAIL_STAYS = "the mail of a rejected or sent-back order cannot be changed"
REJECTION_STAYS = "order_rejections cannot be changed"


def orders_final(content: str) -> Trigger:
    condition = f"(OLD.status IN {FINAL} OR {decided('id')}) AND ({content} OR NEW.version < OLD.version)"
    return Trigger("orders_final_content", "UPDATE", "orders", condition, ORDER_STAYS)


def mails_final(content: str) -> Trigger:
    condition = f"{differs('brand_id', 'id', 'order_id')} OR ({content} AND {IS_FINAL})"
    return Trigger("outbox_messages_final", "UPDATE", "outbox_messages", condition, MAIL_STAYS)


def rejections_stay(condition: str) -> Trigger:
    return Trigger("order_rejections_no_update", "UPDATE", "order_rejections", condition, REJECTION_STAYS)


# What 0001 and 0012 made, and what becomes of it.
BEFORE = (
    orders_final(differs(*CONTENT, *PERSONAL)),
    mails_final(differs("kind", "recipients", "notice", "created_at")),
    rejections_stay("TRUE"),
)
AFTER = (
    orders_final(f"({differs(*CONTENT)} OR ({differs(*PERSONAL)} AND NOT {ORDER_EMPTIED}))"),
    mails_final(f"({differs('kind', 'created_at')} OR ({differs('recipients', 'notice')} AND NOT {MAIL_EMPTIED}))"),
    rejections_stay(f"{differs(*REJECTION)} OR NEW.body IS NOT NULL OR NOT {ERASED}"),
)
NEW = (
    Trigger(
        "outbox_messages_unsettled_delete",
        "DELETE",
        "outbox_messages",
        "OLD.status = 'PENDING' OR OLD.leased_until IS NOT NULL"
        " OR (OLD.status = 'MAY_HAVE_BEEN_DELIVERED' AND OLD.unclear < 3)",
        "the mail is still to be sent",
    ),
    Trigger(
        "buyers_erased",
        "UPDATE",
        "buyers",
        f"OLD.erased_at IS NOT NULL AND {differs('erased_at', 'name', 'address', 'is_offline', 'unique_code')}",
        "an erased buyer stays erased",
    ),
    Trigger(
        "buyer_recipients_not_of_erased",
        "INSERT",
        "buyer_recipients",
        "EXISTS (SELECT 1 FROM buyers b WHERE b.brand_id = NEW.brand_id AND b.id = NEW.buyer_id"
        " AND b.erased_at IS NOT NULL)",
        "the buyer was erased",
    ),
)


def upgrade() -> None:
    op.add_column("buyers", sa.Column("has_own_locale", sa.Boolean(), server_default=sa.true(), nullable=False))
    # Nobody can tell who has chosen the brand's language; those who were given none are far more.
    op.execute(
        "UPDATE buyers SET has_own_locale = FALSE"
        " WHERE locale = (SELECT b.locale FROM brands b WHERE b.id = buyers.brand_id)"
    )
    op.add_column("buyers", sa.Column("erased_at", models.base.UtcDateTime(), nullable=True))
    op.add_column("invoices", sa.Column("buyer_name", sa.String(200), nullable=True))
    op.add_column("invoices", sa.Column("buyer_address", sa.Text(), nullable=True))
    for trigger in AFTER:
        _replace(trigger)
    for trigger in NEW:
        _create(trigger)


def downgrade() -> None:
    buyers = sa.table("buyers", sa.column("erased_at", models.base.UtcDateTime()))
    erased = sa.select(sa.func.count()).select_from(buyers).where(buyers.c.erased_at.is_not(None))
    if op.get_bind().execute(erased).scalar():
        raise RuntimeError("A buyer was erased: an older release would show the erasure as a forgery.")
    for trigger in NEW:
        op.execute(f"DROP TRIGGER {trigger.name}" if _is_sqlite() else f"DROP FUNCTION {trigger.name}() CASCADE")
    for trigger in BEFORE:
        _replace(trigger)
    op.drop_column("invoices", "buyer_address")
    op.drop_column("invoices", "buyer_name")
    op.drop_column("buyers", "erased_at")
    op.drop_column("buyers", "has_own_locale")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _replace(trigger: Trigger) -> None:
    if _is_sqlite():
        op.execute(f"DROP TRIGGER {trigger.name}")
        _create(trigger)
    else:
        op.execute(_function(trigger))


def _create(trigger: Trigger) -> None:
    name = trigger.name
    if _is_sqlite():
        # SQLite knows IS DISTINCT FROM only since 3.39; its IS NOT is the same.
        condition = trigger.condition.replace("IS DISTINCT FROM", "IS NOT")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {trigger.when} ON {trigger.table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END"
        )
    else:
        op.execute(_function(trigger))
        event = f"{trigger.when} ON {trigger.table}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _function(trigger: Trigger) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$ BEGIN "
        f"IF {trigger.condition} THEN RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {'OLD' if trigger.when == 'DELETE' else 'NEW'}; END $$"
    )
