"""Reads delivery notes, invoices and backlog SKUs with their lines, for many orders or documents at a time."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.backlog_sku import BacklogSku
from models.catalog import Sku
from models.delivery_note import DeliveryNote, DeliveryNoteLine
from models.invoice import Invoice, InvoicedDeliveryNote, InvoicedOrder, InvoiceLine
from resolvers.reading.grouping import PageKey, grouped, read_pages
from resolvers.reading.rows import (
    BACKLOG_SKU_COLUMNS,
    DELIVERY_NOTE_COLUMNS,
    DELIVERY_NOTE_LINE_COLUMNS,
    INVOICE_COLUMNS,
    INVOICE_LINE_COLUMNS,
    BacklogSkuRow,
    DeliveryNoteLineRow,
    DeliveryNoteRow,
    InvoiceLineRow,
    InvoiceRow,
    with_sku,
)


async def read_delivery_notes(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[DeliveryNoteRow]]:
    statement = select(DeliveryNote.order_id, *DELIVERY_NOTE_COLUMNS).where(DeliveryNote.order_id.in_(ids))
    return grouped((await session.execute(statement.order_by(DeliveryNote.id))).all(), DeliveryNoteRow)


async def read_notes(session: AsyncSession, ids: list[UUID]) -> dict[UUID, DeliveryNoteRow]:
    rows = await session.execute(select(*DELIVERY_NOTE_COLUMNS).where(DeliveryNote.id.in_(ids)))
    return {row.id: DeliveryNoteRow(*row) for row in rows}


async def read_note_lines(session: AsyncSession, keys: list[PageKey]) -> dict[PageKey, list[DeliveryNoteLineRow]]:
    line = DeliveryNoteLine
    statement = select(line.delivery_note_id, *DELIVERY_NOTE_LINE_COLUMNS).join_from(line, Sku)
    return await read_pages(session, keys, statement, line.delivery_note_id, line.id, with_sku(DeliveryNoteLineRow))


async def count_note_lines(session: AsyncSession, ids: list[UUID]) -> dict[UUID, int]:
    return await _count(session, DeliveryNoteLine.delivery_note_id, ids)


async def read_invoice_lines(session: AsyncSession, keys: list[PageKey]) -> dict[PageKey, list[InvoiceLineRow]]:
    line = InvoiceLine
    statement = select(line.invoice_id, *INVOICE_LINE_COLUMNS).join_from(line, Invoice).join_from(line, Sku)
    return await read_pages(session, keys, statement, line.invoice_id, line.position, with_sku(InvoiceLineRow))


async def count_invoice_lines(session: AsyncSession, ids: list[UUID]) -> dict[UUID, int]:
    return await _count(session, InvoiceLine.invoice_id, ids)


async def _count(session: AsyncSession, parent: Any, ids: list[UUID]) -> dict[UUID, int]:
    rows = await session.execute(select(parent, func.count()).where(parent.in_(ids)).group_by(parent))
    return {row[0]: row[1] for row in rows}


async def read_invoices_by_id(session: AsyncSession, ids: list[UUID]) -> dict[UUID, InvoiceRow]:
    # A buyer sees an invoice only through an order of their own.
    seen = select(InvoicedOrder.invoice_id)
    rows = await session.execute(select(*INVOICE_COLUMNS).where(Invoice.id.in_(ids), Invoice.id.in_(seen)))
    return {row.id: InvoiceRow(*row) for row in rows}


async def read_invoices(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[InvoiceRow]]:
    statement = (
        select(InvoicedOrder.order_id, *INVOICE_COLUMNS)
        .join_from(InvoicedOrder, Invoice)
        .where(InvoicedOrder.order_id.in_(ids))
        .order_by(Invoice.id)
    )
    return grouped((await session.execute(statement)).all(), InvoiceRow)


async def read_invoiced_orders(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[UUID]]:
    columns = (InvoicedOrder.invoice_id, InvoicedOrder.order_id)
    statement = select(*columns).where(InvoicedOrder.invoice_id.in_(ids)).order_by(InvoicedOrder.order_id)
    return grouped((await session.execute(statement)).all(), lambda order_id: order_id)


async def read_invoiced_notes(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[DeliveryNoteRow]]:
    statement = (
        select(InvoicedDeliveryNote.invoice_id, *DELIVERY_NOTE_COLUMNS)
        .join_from(InvoicedDeliveryNote, DeliveryNote)
        .where(InvoicedDeliveryNote.invoice_id.in_(ids))
        .order_by(DeliveryNote.id)
    )
    return grouped((await session.execute(statement)).all(), DeliveryNoteRow)


async def read_backlog_skus(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[BacklogSkuRow]]:
    statement = (
        select(BacklogSku.order_id, *BACKLOG_SKU_COLUMNS)
        .join_from(BacklogSku, Sku)
        .where(BacklogSku.order_id.in_(ids))
        .order_by(Sku.number)
    )
    return grouped((await session.execute(statement)).all(), with_sku(BacklogSkuRow))
