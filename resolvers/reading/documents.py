"""Reads delivery notes, invoices and backlog SKUs with their lines, those of many orders or documents at a time."""

from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.backlog_sku import BacklogSku
from models.catalog import Sku
from models.delivery_note import DeliveryNote, DeliveryNoteLine
from models.facts import NOTE_COVERED, NOTE_INVOICED
from models.invoice import Invoice, InvoicedDeliveryNote, InvoicedOrder, InvoiceLine
from models.prices import price_of
from resolvers.reading.grouping import PageKey, grouped, read_pages
from resolvers.reading.rows import (
    SKU_COLUMNS,
    BacklogSkuRow,
    DeliveryNoteLineRow,
    DeliveryNoteRow,
    InvoiceLineRow,
    InvoiceRow,
    SkuRow,
)

NOTE_COLUMNS = (
    DeliveryNote.id,
    DeliveryNote.order_id,
    DeliveryNote.code,
    DeliveryNote.created_at,
    DeliveryNote.updated_at,
    DeliveryNote.tracking_number,
    DeliveryNote.comment,
    or_(NOTE_INVOICED, NOTE_COVERED).label("is_invoiced"),
)
INVOICE_COLUMNS = (
    Invoice.id,
    Invoice.code,
    Invoice.status,
    Invoice.created_at,
    Invoice.issued_at,
    Invoice.voided_at,
    Invoice.currency,
    Invoice.total_minor,
)


async def read_delivery_notes(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[DeliveryNoteRow]]:
    statement = select(DeliveryNote.order_id, *NOTE_COLUMNS).where(DeliveryNote.order_id.in_(ids))
    return grouped((await session.execute(statement.order_by(DeliveryNote.id))).all(), DeliveryNoteRow)


async def read_notes(session: AsyncSession, ids: list[UUID]) -> dict[UUID, DeliveryNoteRow]:
    rows = await session.execute(select(*NOTE_COLUMNS).where(DeliveryNote.id.in_(ids)))
    return {row.id: DeliveryNoteRow(*row) for row in rows}


async def read_note_lines(session: AsyncSession, keys: list[PageKey]) -> dict[PageKey, list[DeliveryNoteLineRow]]:
    line = DeliveryNoteLine
    statement = select(line.delivery_note_id, line.id, line.quantity, *SKU_COLUMNS)
    statement = statement.join(Sku, and_(Sku.brand_id == line.brand_id, Sku.id == line.sku_id))

    def make(*columns: Any) -> DeliveryNoteLineRow:
        return DeliveryNoteLineRow(*(*columns[:2], SkuRow(*columns[2:])))

    return await read_pages(session, keys, statement, line.delivery_note_id, line.id, make)


async def count_note_lines(session: AsyncSession, ids: list[UUID]) -> dict[UUID, int]:
    return await _count(session, DeliveryNoteLine.delivery_note_id, ids)


async def read_invoice_lines(session: AsyncSession, keys: list[PageKey]) -> dict[PageKey, list[InvoiceLineRow]]:
    line = InvoiceLine
    columns = (
        line.position,
        line.order_id,
        line.delivery_note_id,
        line.quantity,
        price_of(line.unit_price_minor, line.unit_price_fraction),
    )
    statement = (
        select(line.invoice_id, *columns, line.amount_minor, Invoice.currency, *SKU_COLUMNS)
        .join(Invoice, and_(Invoice.brand_id == line.brand_id, Invoice.id == line.invoice_id))
        .join(Sku, and_(Sku.brand_id == line.brand_id, Sku.id == line.sku_id))
    )

    def make(*columns: Any) -> InvoiceLineRow:
        return InvoiceLineRow(*(*columns[:-4], SkuRow(*columns[-4:])))

    return await read_pages(session, keys, statement, line.invoice_id, line.position, make)


async def count_invoice_lines(session: AsyncSession, ids: list[UUID]) -> dict[UUID, int]:
    return await _count(session, InvoiceLine.invoice_id, ids)


async def _count(session: AsyncSession, parent: Any, ids: list[UUID]) -> dict[UUID, int]:
    rows = await session.execute(select(parent, func.count()).where(parent.in_(ids)).group_by(parent))
    return {row[0]: row[1] for row in rows}


async def read_invoices(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[InvoiceRow]]:
    statement = (
        select(InvoicedOrder.order_id, *INVOICE_COLUMNS)
        .join(Invoice, and_(Invoice.brand_id == InvoicedOrder.brand_id, Invoice.id == InvoicedOrder.invoice_id))
        .where(InvoicedOrder.order_id.in_(ids))
        .order_by(Invoice.id)
    )
    return grouped((await session.execute(statement)).all(), InvoiceRow)


async def read_invoiced_orders(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[UUID]]:
    columns = (InvoicedOrder.invoice_id, InvoicedOrder.order_id)
    statement = select(*columns).where(InvoicedOrder.invoice_id.in_(ids)).order_by(InvoicedOrder.order_id)
    return grouped((await session.execute(statement)).all(), lambda order_id: order_id)


async def read_invoiced_notes(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[DeliveryNoteRow]]:
    invoiced = InvoicedDeliveryNote
    of_note = and_(DeliveryNote.brand_id == invoiced.brand_id, DeliveryNote.id == invoiced.delivery_note_id)
    statement = select(invoiced.invoice_id, *NOTE_COLUMNS).join(DeliveryNote, of_note)
    wanted = statement.where(invoiced.invoice_id.in_(ids)).order_by(DeliveryNote.id)
    return grouped((await session.execute(wanted)).all(), DeliveryNoteRow)


async def read_backlog_skus(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[BacklogSkuRow]]:
    columns = (BacklogSku.order_id, BacklogSku.id, BacklogSku.ordered_quantity, BacklogSku.remaining_quantity)
    statement = (
        select(*columns, *SKU_COLUMNS)
        .join(Sku, and_(Sku.brand_id == BacklogSku.brand_id, Sku.id == BacklogSku.sku_id))
        .where(BacklogSku.order_id.in_(ids))
        .order_by(Sku.number)
    )

    def make(*columns: Any) -> BacklogSkuRow:
        return BacklogSkuRow(*(*columns[:-4], SkuRow(*columns[-4:])))

    return grouped((await session.execute(statement)).all(), make)
