"""Invariants of a database after anything that can happen: races, crashes, full disks. In SQL, for both databases."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from models.actor import Actor
from models.analytics_sum import Summary
from models.brand import Brand
from models.database.sessions import Database
from models.messages.history import INTERNAL
from models.order import Order
from models.policy import OPEN, REJECTED, Role
from models.scope import EVERYTHING
from resolvers.analytics import order_analytics, rejections
from resolvers.analytics_sums import Cover, cover, read
from resolvers.audit import verify_brand
from resolvers.core.context import Context

_REJECTED = "o.status IN ('REJECTED_BY_BRAND', 'REJECTED')"
_OF_ORDER = "d.brand_id = o.brand_id AND d.order_id = o.id"
_RECORDS = f"(SELECT count(*) FROM order_rejections d WHERE {_OF_ORDER})"
_MAILS = f"(SELECT count(*) FROM outbox_messages d WHERE {_OF_ORDER} AND d.kind = 'ORDER_REJECTED')"
_NOTIFIED = f"(SELECT count(*) FROM order_rejections d WHERE {_OF_ORDER} AND d.notified)"
_BACKLOG = f"(SELECT count(*) FROM backlog_skus d WHERE {_OF_ORDER})"
_WHOLE_NOTES = (
    f"(SELECT count(*) FROM delivery_notes d WHERE {_OF_ORDER} AND NOT EXISTS (SELECT 1 FROM delivery_note_lines l"
    " WHERE l.brand_id = d.brand_id AND l.delivery_note_id = d.id AND l.backlog_sku_id IS NOT NULL))"
)
_INVOICES = (
    "(SELECT count(*) FROM invoiced_orders d JOIN invoices i ON i.brand_id = d.brand_id AND i.id = d.invoice_id"
    f" WHERE {_OF_ORDER} AND i.status <> 'VOID')"
)


def _entries(kind: str) -> str:
    return f"(SELECT count(*) FROM audit_entries d WHERE {_OF_ORDER} AND d.kind = '{kind}')"


# Kinds of audit entries that do not increase the order's version.
_NO_CHANGE = "('ORDER_PLACED', 'TAGS_APPLIED', 'NOTIFICATION_RESENT', 'NOTIFICATION_CANCELLED')"

_INTERNAL = "('" + "', '".join(sorted(INTERNAL)) + "')"

# Violation → the condition for the orders that have it.
WRONG_ORDERS = {
    "rejected and referenced": f"{_REJECTED} AND {_BACKLOG} + {_WHOLE_NOTES} + {_INVOICES} > 0",
    "sent back and referenced": f"o.status = 'SENT_BACK_TO_CART' AND {_BACKLOG} + {_WHOLE_NOTES} + {_INVOICES} > 0",
    "rejected without a record, or a record without being rejected": (
        f"{_RECORDS} <> CASE WHEN {_REJECTED} THEN 1 ELSE 0 END"
    ),
    "not one audit entry for its rejection": f"{_RECORDS} <> {_entries('ORDER_REJECTED')}",
    "not the mail that its rejection promised": f"{_MAILS} <> {_NOTIFIED}",
    "sent back, but not once": (
        f"{_entries('SENT_BACK_TO_CART')} <> CASE WHEN o.status = 'SENT_BACK_TO_CART' THEN 1 ELSE 0 END"
    ),
    "archived, but not once": f"{_entries('ORDER_ARCHIVED')} <> CASE WHEN o.archived_at IS NULL THEN 0 ELSE 1 END",
    "a version that does not count its changes": (
        f"o.version - 1 <> (SELECT count(*) FROM audit_entries d WHERE {_OF_ORDER} AND d.kind NOT IN {_NO_CHANGE})"
    ),
    "changes that its buyer does not see, miscounted": (
        f"o.internal_changes <> (SELECT count(*) FROM audit_entries d WHERE {_OF_ORDER} AND d.kind IN {_INTERNAL})"
    ),
    "delivered twice as a whole": f"{_WHOLE_NOTES} > 1 OR ({_WHOLE_NOTES} = 1 AND {_BACKLOG} > 0)",
    "invoiced twice": f"{_INVOICES} > 1",
    "an amount of its lines that is not its total": (
        f"o.total_minor - o.tax_minor - o.shipping_minor <> (SELECT sum(d.amount_minor) FROM order_lines d"
        f" WHERE {_OF_ORDER} AND d.data_set = o.official)"
    ),
}
WRONG_ROWS = {
    "a backlog SKU that does not add up": (
        "SELECT count(*) FROM backlog_skus b WHERE b.ordered_quantity <> b.remaining_quantity + (SELECT"
        " COALESCE(sum(l.quantity), 0) FROM delivery_note_lines l WHERE l.brand_id = b.brand_id"
        " AND l.order_id = b.order_id AND l.backlog_sku_id = b.id)"
    ),
    "a delivery note without lines": (
        "SELECT count(*) FROM delivery_notes n WHERE NOT EXISTS (SELECT 1 FROM delivery_note_lines l"
        " WHERE l.brand_id = n.brand_id AND l.delivery_note_id = n.id)"
    ),
    "an invoice without an order": (
        "SELECT count(*) FROM invoices i WHERE NOT EXISTS (SELECT 1 FROM invoiced_orders d"
        " WHERE d.brand_id = i.brand_id AND d.invoice_id = i.id)"
    ),
    "a mail of an order that was not rejected": (
        "SELECT count(*) FROM outbox_messages m WHERE m.kind = 'ORDER_REJECTED' AND NOT EXISTS (SELECT 1 FROM"
        " order_rejections d WHERE d.brand_id = m.brand_id AND d.order_id = m.order_id)"
    ),
    "a number of orders that is not theirs": (
        "SELECT count(*) FROM (SELECT brand_id, buyer_id, status, is_archived, sum(orders) AS n FROM (SELECT brand_id,"
        " buyer_id, status, is_archived, orders FROM order_counts UNION ALL SELECT brand_id, buyer_id, status,"
        " archived_at IS NOT NULL, -1 FROM orders) AS parts GROUP BY 1, 2, 3, 4) AS wrong WHERE n <> 0"
    ),
    "a head that does not count its chain": (
        "SELECT count(*) FROM audit_heads h WHERE h.sequence <>"
        " (SELECT count(*) FROM audit_entries e WHERE e.brand_id = h.brand_id)"
    ),
}


async def violations(database: Database) -> list[str]:
    """The violated invariants with the number of rows; empty if all hold."""
    found = []
    async with database.engine.connect() as connection:
        for told, condition in WRONG_ORDERS.items():
            orders = (await connection.execute(text(f"SELECT o.code FROM orders o WHERE {condition}"))).scalars().all()
            if orders:
                found.append(f"{len(orders)} orders: {told} ({', '.join(orders[:3])})")
        for told, statement in WRONG_ROWS.items():
            if rows := (await connection.execute(text(statement))).scalar_one():
                found.append(f"{rows} times: {told}")
    async with database.read(EVERYTHING) as session:
        brands = list(await session.scalars(select(Brand)))
    for brand in brands:
        if problem := (await verify_brand(database, brand)).problem:
            found.append(f"{brand.code}: the audit chain is broken: {problem}")
        found += await _analytics(database, brand)
        found += [f"{brand.code}: {problem}" for problem in await wrong_sums(database, brand.id)]
    return found


async def wrong_sums(database: Database, brand_id: UUID) -> list[str]:
    """The summaries that are not what the orders add up to; marked days are read from the orders, so they are right."""
    actor = Actor(role=Role.ADMIN, id="check", name="Check", brand_id=brand_id)
    wrong = []
    async with database.read(actor.scope, one_snapshot=True) as session:
        used = await cover(session, actor, None, None)
        for summary in Summary:
            sums, orders = [added_up(await read(session, summary, each)) for each in (used, Cover((), ((None, None),)))]
            if sums != orders:
                wrong.append(f"the sums {summary} have {sums}, the orders {orders}")
    return wrong


def added_up(rows: Iterable[Any]) -> dict[tuple[Any, ...], tuple[int, int, int]]:
    """Rows of `read`, as one for each group."""
    found: dict[tuple[Any, ...], tuple[int, int, int]] = {}
    for brand_id, month, key, _, currency, *figures in rows:
        group = (brand_id, month, key, currency)
        orders, quantity, minor = found.get(group, (0, 0, 0))
        found[group] = (orders + int(figures[0]), quantity + int(figures[1]), minor + int(figures[2]))
    return found


async def _analytics(database: Database, brand: Brand) -> list[str]:
    """The figures of counted and of rejected orders equal the sums over the list."""
    actor = Actor(role=Role.ADMIN, id="check", name="Check", brand_id=brand.id)
    context = Context(database, actor, clock=lambda: datetime.now(UTC))
    counted, _ = await order_analytics(context, None, None, None)
    declined = (await rejections(context, None, None)).figures
    wrong = []
    async with context.read() as session:
        for told, figures, statuses in (("counted", counted, OPEN), ("rejected", declined, REJECTED)):
            columns = (func.count(), func.coalesce(func.sum(Order.total_minor), 0))
            listed = (await session.execute(select(*columns).where(Order.status.in_(sorted(statuses))))).one()
            if (figures.orders, sum(figures.totals.values())) != tuple(map(int, listed)):
                wrong.append(f"{brand.code}: analytics has {figures.orders} orders {told}, the list {listed[0]}")
    return wrong
