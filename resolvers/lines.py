"""The lines of an order, by page."""

from uuid import UUID

from models.order import OrderLine
from resolvers.core.context import Context
from resolvers.reading.pagination import Key, Page, PageRequest, as_whole, page_within
from resolvers.reading.rows import LineRow

KEYS = [Key("position", OrderLine.position, False, as_whole)]


async def lines_of(context: Context, order_id: UUID, request: PageRequest) -> Page[LineRow]:
    return await page_within(context.loaders.lines, order_id, KEYS, request)
