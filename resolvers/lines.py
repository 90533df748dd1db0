"""The lines of orders, delivery notes and invoices, page by page."""

from uuid import UUID

from models.delivery_note import DeliveryNoteLine
from models.invoice import InvoiceLine
from resolvers.core.context import Context
from resolvers.reading.pagination import Key, Page, PageRequest, as_whole, by_id, page_within
from resolvers.reading.rows import DeliveryNoteLineRow, InvoiceLineRow, LineRow
from resolvers.reading.sources import LINE_KEYS

NOTE_KEYS = [by_id(DeliveryNoteLine.id, descending=False)]
INVOICE_KEYS = [Key("position", InvoiceLine.position, False, as_whole)]


async def lines_of(context: Context, order_id: UUID, request: PageRequest) -> Page[LineRow]:
    return await page_within(context.loaders.lines, order_id, LINE_KEYS, request)


async def note_lines(context: Context, note_id: UUID, request: PageRequest) -> Page[DeliveryNoteLineRow]:
    return await page_within(context.loaders.delivery_note_lines, note_id, NOTE_KEYS, request)


async def invoice_lines(context: Context, invoice_id: UUID, request: PageRequest) -> Page[InvoiceLineRow]:
    return await page_within(context.loaders.invoice_lines, invoice_id, INVOICE_KEYS, request)
