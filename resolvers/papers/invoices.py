"""What invoices say, for the API."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.invoice import CreditNote
from models.papers.invoices import InvoiceSnapshot, read_invoice
from resolvers.core.context import Context


async def invoice_snapshot_of(context: Context, invoice_id: UUID) -> InvoiceSnapshot | None:
    async with context.read() as session:
        return await read_invoice(session, invoice_id, for_buyer=context.actor.is_buyer)


async def credit_note_of(context: Context, invoice_id: UUID) -> Any:
    """Its code and issued_at; None without one."""
    columns = select(CreditNote.code, CreditNote.issued_at)
    async with context.read() as session:
        return (await session.execute(columns.where(CreditNote.invoice_id == invoice_id))).one_or_none()
