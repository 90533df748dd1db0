"""Batched reads: what the orders of one page need is read together, in a constant number of statements.

Each loader opens a session of its own by the viewer's door, because sibling fields are resolved concurrently.
Pages inside an order (lines, history) are keyed by (order, size, after).
"""

from collections.abc import Awaitable, Callable, Hashable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.dataloader import DataLoader

from models.audit import AuditEntry
from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.catalog import Sku
from models.order import DataSet, Order, OrderLine, OrderReplacement
from models.outbox import OutboxMessage
from models.prices import price_of
from models.rejection import OrderRejection
from models.tag import OrderTag, Tag
from resolvers.reading.documents import (
    count_invoice_lines,
    count_note_lines,
    read_backlog_skus,
    read_delivery_notes,
    read_invoice_lines,
    read_invoiced_notes,
    read_invoiced_orders,
    read_invoices,
    read_note_lines,
    read_notes,
)
from resolvers.reading.grouping import PageKey, grouped, read_pages
from resolvers.reading.rows import (
    ORDER_COLUMNS,
    SKU_COLUMNS,
    BacklogSkuRow,
    BrandRow,
    BuyerRow,
    DeliveryNoteLineRow,
    DeliveryNoteRow,
    HistoryRow,
    InvoiceLineRow,
    InvoiceRow,
    LineRow,
    NotificationRow,
    OrderRow,
    RejectionRow,
    SkuRow,
    TagRow,
)
from resolvers.reading.verdicts import Verdict, read_verdicts

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LINE_COLUMNS = (
    OrderLine.id,
    OrderLine.position,
    OrderLine.quantity,
    price_of(OrderLine.unit_price_minor, OrderLine.unit_price_fraction),
    OrderLine.amount_minor,
)
HISTORY_COLUMNS = tuple(getattr(AuditEntry, name) for name in HistoryRow.__dataclass_fields__)
NOTIFICATION_COLUMNS = (
    OutboxMessage.id,
    OutboxMessage.kind,
    OutboxMessage.status,
    OutboxMessage.recipients,
    OutboxMessage.attempts,
    OutboxMessage.sent_at,
    OutboxMessage.last_error,
)
IS_OFFICIAL = and_(
    Order.brand_id == OrderLine.brand_id, Order.id == OrderLine.order_id, Order.official == OrderLine.data_set
)


class Loaders:
    """All loaders of one request. A key that the viewer may not see loads as None, or as nothing."""

    def __init__(self, door: Callable[[], AbstractAsyncContextManager[AsyncSession]]) -> None:
        def one(read: Callable[[AsyncSession, list[K]], Awaitable[dict[K, V]]]) -> DataLoader[K, V | None]:
            async def load(keys: list[K]) -> list[V | None]:
                async with door() as session:
                    found = await read(session, keys)
                return [found.get(key) for key in keys]

            return DataLoader(load_fn=load)

        def many(read: Callable[[AsyncSession, list[K]], Awaitable[dict[K, list[V]]]]) -> DataLoader[K, list[V]]:
            async def load(keys: list[K]) -> list[list[V]]:
                async with door() as session:
                    found = await read(session, keys)
                return [found.get(key, []) for key in keys]

            return DataLoader(load_fn=load)

        self.order: DataLoader[UUID, OrderRow | None] = one(read_orders)
        self.verdict: DataLoader[UUID, Verdict | None] = one(read_verdicts)
        self.rejection: DataLoader[UUID, RejectionRow | None] = one(read_rejections)
        self.buyer: DataLoader[UUID, BuyerRow | None] = one(read_buyers)
        self.brand: DataLoader[UUID, BrandRow | None] = one(read_brands)
        self.line_count: DataLoader[UUID, int | None] = one(count_lines)
        self.history_count: DataLoader[UUID, int | None] = one(count_history)
        self.lines: DataLoader[PageKey, list[LineRow]] = many(read_lines)
        self.history: DataLoader[PageKey, list[HistoryRow]] = many(read_history)
        self.tags: DataLoader[UUID, list[TagRow]] = many(read_tags)
        self.delivery_notes: DataLoader[UUID, list[DeliveryNoteRow]] = many(read_delivery_notes)
        self.invoices: DataLoader[UUID, list[InvoiceRow]] = many(read_invoices)
        self.delivery_note: DataLoader[UUID, DeliveryNoteRow | None] = one(read_notes)
        self.delivery_note_lines: DataLoader[PageKey, list[DeliveryNoteLineRow]] = many(read_note_lines)
        self.delivery_note_line_count: DataLoader[UUID, int | None] = one(count_note_lines)
        self.invoice_lines: DataLoader[PageKey, list[InvoiceLineRow]] = many(read_invoice_lines)
        self.invoice_line_count: DataLoader[UUID, int | None] = one(count_invoice_lines)
        self.invoiced_orders: DataLoader[UUID, list[UUID]] = many(read_invoiced_orders)
        self.invoiced_notes: DataLoader[UUID, list[DeliveryNoteRow]] = many(read_invoiced_notes)
        self.backlog_skus: DataLoader[UUID, list[BacklogSkuRow]] = many(read_backlog_skus)
        self.contents: DataLoader[tuple[UUID, DataSet], list[LineRow]] = many(read_contents)
        self.replaced: DataLoader[UUID, UUID | None] = one(read_replaced)
        self.notifications: DataLoader[UUID, list[NotificationRow]] = many(read_notifications)


async def read_orders(session: AsyncSession, ids: list[UUID]) -> dict[UUID, OrderRow]:
    rows = await session.execute(select(*ORDER_COLUMNS).where(Order.id.in_(ids)))
    return {row.id: OrderRow(*row) for row in rows}


async def read_rejections(session: AsyncSession, ids: list[UUID]) -> dict[UUID, RejectionRow]:
    columns = (
        OrderRejection.order_id,
        OrderRejection.rejected_at,
        OrderRejection.actor_name,
        OrderRejection.notified,
        OrderRejection.body,
    )
    # Joined to orders so that a buyer's scope (own orders only) holds here too.
    statement = (
        select(*columns)
        .join(Order, and_(Order.brand_id == OrderRejection.brand_id, Order.id == OrderRejection.order_id))
        .where(OrderRejection.order_id.in_(ids))
    )
    return {row.order_id: RejectionRow(*row[1:]) for row in await session.execute(statement)}


async def read_buyers(session: AsyncSession, ids: list[UUID]) -> dict[UUID, BuyerRow]:
    columns = (Buyer.id, Buyer.unique_code, Buyer.name, Buyer.is_offline, Buyer.locale)
    rows = (await session.execute(select(*columns).where(Buyer.id.in_(ids)))).all()
    recipients = (
        select(BuyerRecipient.buyer_id, BuyerRecipient.email)
        .join(Buyer, and_(Buyer.brand_id == BuyerRecipient.brand_id, Buyer.id == BuyerRecipient.buyer_id))
        .where(BuyerRecipient.buyer_id.in_(ids))
        .order_by(BuyerRecipient.email)
    )
    emails = grouped((await session.execute(recipients)).all(), str)
    return {row.id: BuyerRow(*row, tuple(emails.get(row.id, ()))) for row in rows}


async def read_brands(session: AsyncSession, ids: list[UUID]) -> dict[UUID, BrandRow]:
    columns = (Brand.id, Brand.code, Brand.name, Brand.time_zone, Brand.mail_reply_to)
    return {row.id: BrandRow(*row) for row in await session.execute(select(*columns).where(Brand.id.in_(ids)))}


async def count_lines(session: AsyncSession, ids: list[UUID]) -> dict[UUID, int]:
    statement = select(OrderLine.order_id, func.count()).join(Order, IS_OFFICIAL).where(OrderLine.order_id.in_(ids))
    return {row[0]: row[1] for row in await session.execute(statement.group_by(OrderLine.order_id))}


async def count_history(session: AsyncSession, ids: list[UUID]) -> dict[UUID, int]:
    statement = select(AuditEntry.order_id, func.count()).where(AuditEntry.order_id.in_(ids))
    return {row[0]: row[1] for row in await session.execute(statement.group_by(AuditEntry.order_id)) if row[0]}


async def read_lines(session: AsyncSession, keys: list[PageKey]) -> dict[PageKey, list[LineRow]]:
    statement = select(OrderLine.order_id, *LINE_COLUMNS, Order.currency, *SKU_COLUMNS).join(Order, IS_OFFICIAL)
    statement = statement.join(Sku, and_(Sku.brand_id == OrderLine.brand_id, Sku.id == OrderLine.sku_id))

    def make(*columns: Any) -> LineRow:
        return LineRow(*(*columns[:-4], SkuRow(*columns[-4:])))

    return await read_pages(session, keys, statement, OrderLine.order_id, OrderLine.position, make)


async def read_contents(
    session: AsyncSession, keys: list[tuple[UUID, DataSet]]
) -> dict[tuple[UUID, DataSet], list[LineRow]]:
    """All lines of one data set of an order."""
    of_order = and_(Order.brand_id == OrderLine.brand_id, Order.id == OrderLine.order_id)
    is_sku = and_(Sku.brand_id == OrderLine.brand_id, Sku.id == OrderLine.sku_id)
    columns = (OrderLine.order_id, OrderLine.data_set, *LINE_COLUMNS, Order.currency, *SKU_COLUMNS)
    statement = select(*columns).join(Order, of_order).join(Sku, is_sku)
    wanted = statement.where(OrderLine.order_id.in_({order_id for order_id, _ in keys}))
    found: dict[tuple[UUID, DataSet], list[LineRow]] = {}
    for order_id, data_set, *rest in await session.execute(wanted.order_by(OrderLine.position)):
        line: Any = (*rest[:-4], SkuRow(*rest[-4:]))
        found.setdefault((order_id, data_set), []).append(LineRow(*line))
    return found


async def read_replaced(session: AsyncSession, ids: list[UUID]) -> dict[UUID, UUID]:
    columns = (OrderReplacement.order_id, OrderReplacement.replaced_order_id)
    rows = await session.execute(select(*columns).where(OrderReplacement.order_id.in_(ids)))
    return {row[0]: row[1] for row in rows}


async def read_history(session: AsyncSession, keys: list[PageKey]) -> dict[PageKey, list[HistoryRow]]:
    statement = select(AuditEntry.order_id, *HISTORY_COLUMNS)
    return await read_pages(session, keys, statement, AuditEntry.order_id, AuditEntry.id, HistoryRow)


async def read_tags(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[TagRow]]:
    statement = (
        select(OrderTag.order_id, Tag.id, Tag.code, Tag.name, Tag.color)
        .join(Tag, and_(Tag.brand_id == OrderTag.brand_id, Tag.id == OrderTag.tag_id))
        .where(OrderTag.order_id.in_(ids))
        .order_by(Tag.code)
    )
    return grouped((await session.execute(statement)).all(), TagRow)


async def read_notifications(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[NotificationRow]]:
    statement = select(OutboxMessage.order_id, *NOTIFICATION_COLUMNS).where(OutboxMessage.order_id.in_(ids))
    rows = await session.execute(statement.order_by(OutboxMessage.id))
    return grouped(rows.all(), NotificationRow)
