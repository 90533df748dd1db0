"""Anything with an id, by its id: what the queries `node` and `nodes` read."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.audit import AuditEntry
from models.backlog_sku import BacklogSku
from models.catalog import Sku
from models.order import Order, OrderLine
from models.outbox import OutboxMessage
from models.rejection_reason import RejectionReason
from models.tag import Tag
from resolvers.core.context import Context
from resolvers.reading.rows import (
    BACKLOG_SKU_COLUMNS,
    HISTORY_COLUMNS,
    LINE_COLUMNS,
    NOTIFICATION_COLUMNS,
    REASON_COLUMNS,
    SKU_COLUMNS,
    TAG_COLUMNS,
    BacklogSkuRow,
    HistoryRow,
    LineRow,
    NotificationRow,
    ReasonRow,
    SkuRow,
    TagRow,
    with_sku,
)

# Id → row; ids that the viewer may not see are missing, or have None.
Found = dict[UUID, Any]
Reader = Callable[[Context, Collection[UUID]], Awaitable[Found]]


async def skus(context: Context, ids: Collection[UUID]) -> Found:
    return await _read(context, select(*SKU_COLUMNS).where(Sku.id.in_(ids)), SkuRow)


async def catalogs(context: Context, ids: Collection[UUID]) -> Found:
    return dict(zip(ids, await context.loaders.catalog.load_many(ids), strict=True))


async def brands(context: Context, ids: Collection[UUID]) -> Found:
    return dict(zip(ids, await context.loaders.brand.load_many(ids), strict=True))


async def tags(context: Context, ids: Collection[UUID]) -> Found:
    return await _read(context, select(*TAG_COLUMNS).where(Tag.id.in_(ids)), TagRow)


async def rejection_reasons(context: Context, ids: Collection[UUID]) -> Found:
    return await _read(context, select(*REASON_COLUMNS).where(RejectionReason.id.in_(ids)), ReasonRow)


async def lines(context: Context, ids: Collection[UUID]) -> Found:
    statement = select(*LINE_COLUMNS).join_from(OrderLine, Order).join_from(OrderLine, Sku)
    return await _read(context, statement.where(OrderLine.id.in_(ids)), with_sku(LineRow))


async def delivery_notes(context: Context, ids: Collection[UUID]) -> Found:
    return dict(zip(ids, await context.loaders.delivery_note.load_many(ids), strict=True))


async def invoices(context: Context, ids: Collection[UUID]) -> Found:
    return dict(zip(ids, await context.loaders.invoice.load_many(ids), strict=True))


async def backlog_skus(context: Context, ids: Collection[UUID]) -> Found:
    statement = select(*BACKLOG_SKU_COLUMNS).join_from(BacklogSku, Sku).where(BacklogSku.id.in_(ids))
    return await _read(context, statement, with_sku(BacklogSkuRow))


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
