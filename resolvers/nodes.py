"""Anything with an id, by its id: what `node` and `nodes` ask for besides orders and buyers."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from models.audit import AuditEntry
from models.backlog_sku import BacklogSku
from models.catalog import Sku
from models.invoice import Invoice, InvoicedOrder
from models.order import Order, OrderLine
from models.outbox import OutboxMessage
from models.tag import Tag
from resolvers.core.context import Context
from resolvers.reading.documents import INVOICE_COLUMNS
from resolvers.reading.loaders import HISTORY_COLUMNS, LINE_COLUMNS, NOTIFICATION_COLUMNS
from resolvers.reading.rows import (
    SKU_COLUMNS,
    BacklogSkuRow,
    HistoryRow,
    InvoiceRow,
    LineRow,
    NotificationRow,
    SkuRow,
    TagRow,
)

Found = dict[UUID, Any]
Reader = Callable[[Context, Collection[UUID]], Awaitable[Found]]


async def skus(context: Context, ids: Collection[UUID]) -> Found:
    return await _read(context, select(*SKU_COLUMNS).where(Sku.id.in_(ids)), SkuRow)


async def tags(context: Context, ids: Collection[UUID]) -> Found:
    return await _read(context, select(Tag.id, Tag.code, Tag.name, Tag.color).where(Tag.id.in_(ids)), TagRow)


async def lines(context: Context, ids: Collection[UUID]) -> Found:
    of_order = and_(Order.brand_id == OrderLine.brand_id, Order.id == OrderLine.order_id)
    statement = (
        select(*LINE_COLUMNS, Order.currency, *SKU_COLUMNS)
        .join(Order, of_order)
        .join(Sku, and_(Sku.brand_id == OrderLine.brand_id, Sku.id == OrderLine.sku_id))
    )
    return await _read(context, statement.where(OrderLine.id.in_(ids)), _with_sku(LineRow))


async def delivery_notes(context: Context, ids: Collection[UUID]) -> Found:
    return dict(zip(ids, await context.loaders.delivery_note.load_many(ids), strict=True))


async def invoices(context: Context, ids: Collection[UUID]) -> Found:
    # A buyer sees an invoice through an own order only.
    seen = select(InvoicedOrder.invoice_id)
    return await _read(context, select(*INVOICE_COLUMNS).where(Invoice.id.in_(ids), Invoice.id.in_(seen)), InvoiceRow)


async def backlog_skus(context: Context, ids: Collection[UUID]) -> Found:
    statement = select(BacklogSku.id, BacklogSku.ordered_quantity, BacklogSku.remaining_quantity, *SKU_COLUMNS).join(
        Sku, and_(Sku.brand_id == BacklogSku.brand_id, Sku.id == BacklogSku.sku_id)
    )
    return await _read(context, statement.where(BacklogSku.id.in_(ids)), _with_sku(BacklogSkuRow))


async def notifications(context: Context, ids: Collection[UUID]) -> Found:
    return await _read(context, select(*NOTIFICATION_COLUMNS).where(OutboxMessage.id.in_(ids)), NotificationRow)


async def history(context: Context, ids: Collection[UUID]) -> Found:
    return await _read(context, select(*HISTORY_COLUMNS).where(AuditEntry.id.in_(ids)), HistoryRow)


async def orders(context: Context, ids: Collection[UUID]) -> Found:
    return dict(zip(ids, await context.loaders.order.load_many(ids), strict=True))


async def buyers(context: Context, ids: Collection[UUID]) -> Found:
    return dict(zip(ids, await context.loaders.buyer.load_many(ids), strict=True))


async def _read(context: Context, statement: Any, make: Callable[..., Any]) -> Found:
    async with context.read() as session:
        return {row[0]: make(*row) for row in await session.execute(statement)}


def _with_sku(make: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *columns: make(*columns[:-4], SkuRow(*columns[-4:]))
