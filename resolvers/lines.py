"""The lines of orders, delivery notes and invoices, page by page."""

from uuid import UUID

from resolvers.core.context import Context
from resolvers.reading.pagination import Page, PageRequest, page_within
from resolvers.reading.rows import DeliveryNoteLineRow, InvoiceLineRow, LineRow
from resolvers.reading.sources import INVOICE_LINE_KEYS, LINE_KEYS, NOTE_LINE_KEYS


async def lines_of(context: Context, order_id: UUID, request: PageRequest) -> Page[LineRow]:
    return await page_within(context.loaders.lines, order_id, LINE_KEYS, request)


async def note_lines(context: Context, note_id: UUID, request: PageRequest) -> Page[DeliveryNoteLineRow]:
    return await page_within(context.loaders.delivery_note_lines, note_id, NOTE_LINE_KEYS, request)


async def invoice_lines(context: Context, invoice_id: UUID, request: PageRequest) -> Page[InvoiceLineRow]:
    return await page_within(context.loaders.invoice_lines, invoice_id, INVOICE_LINE_KEYS, request)
