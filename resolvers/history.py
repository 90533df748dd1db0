"""The history of an order, by page."""

from uuid import UUID

from models.audit import AuditEntry
from resolvers.context import Context
from resolvers.pagination import Page, PageRequest, by_id, page_within
from resolvers.rows import HistoryRow

KEYS = [by_id(AuditEntry.id, descending=False)]


async def history_of(context: Context, order_id: UUID, request: PageRequest) -> Page[HistoryRow]:
    return await page_within(context.loaders.history, order_id, KEYS, request)
