"""Invoices once they are drafted: issued, voided; a draft can be deleted. Voiding or deleting releases the orders."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit
from models.events import EventKind
from models.invoice import Invoice, InvoicedOrder, InvoiceStatus
from models.locale import Text, text_for
from models.messages.refusals import NOT_A_DRAFT, NOT_ISSUABLE, NOT_VOIDABLE
from models.order import Order
from models.permissions import Permission
from resolvers.core.actions import Outcome
from resolvers.core.context import Context
from resolvers.core.refusals import ActionError, Refusal, Refused, not_permitted
from resolvers.delivery_notes import unknown_document


async def issue_invoice(context: Context, invoice_id: UUID) -> Outcome:
    def issue(invoice: Invoice, at: datetime) -> Text | None:
        if invoice.status is not InvoiceStatus.DRAFT:
            return NOT_ISSUABLE
        invoice.status, invoice.issued_at = InvoiceStatus.ISSUED, at
        return None

    return await _change(context, invoice_id, EventKind.INVOICE_ISSUED, issue)


async def void_invoice(context: Context, invoice_id: UUID) -> Outcome:
    def void(invoice: Invoice, at: datetime) -> Text | None:
        if invoice.status is not InvoiceStatus.ISSUED:
            return NOT_VOIDABLE
        invoice.status, invoice.voided_at = InvoiceStatus.VOID, at
        return None

    return await _change(context, invoice_id, EventKind.INVOICE_VOIDED, void)


async def delete_invoice(context: Context, invoice_id: UUID) -> Outcome:
    def check(invoice: Invoice, _: datetime) -> Text | None:
        return None if invoice.status is InvoiceStatus.DRAFT else NOT_A_DRAFT

    return await _change(context, invoice_id, EventKind.INVOICE_DELETED, check, is_deletion=True)


async def _change(
    context: Context,
    invoice_id: UUID,
    kind: EventKind,
    change: Callable[[Invoice, datetime], Text | None],
    *,
    is_deletion: bool = False,
) -> Outcome:
    """`change` answers why it cannot be done. The first order of the invoice stands for it in the outcome."""
    of_invoice = select(InvoicedOrder.order_id).where(InvoicedOrder.invoice_id == invoice_id)
    async with context.read() as session:
        order_ids = sorted(await session.scalars(of_invoice))
    if not order_ids:
        return unknown_document(context, "invoiceId")
    if refusals := not_permitted(context, Permission.MANAGE_INVOICES):
        return Outcome(order_ids[0], refusals=refusals)
    try:
        async with context.transaction() as session:
            found = select(Order).where(Order.id.in_(order_ids)).order_by(Order.id).with_for_update()
            orders = list(await session.scalars(found))
            invoice = await session.scalar(select(Invoice).where(Invoice.id == invoice_id).with_for_update())
            if invoice is None:
                return unknown_document(context, "invoiceId")
            at = context.clock()
            if wrong := change(invoice, at):
                text = text_for(wrong, context.actor.locale)
                raise Refused(Refusal(ActionError.NOT_ALLOWED_IN_STATUS, text, ("input", "invoiceId")))
            await _tell(context, session, orders, invoice, kind, at)
            if is_deletion:
                await session.execute(
                    delete(Invoice).where(Invoice.brand_id == invoice.brand_id, Invoice.id == invoice.id)
                )
    except Refused as refused:
        return Outcome(order_ids[0], refusals=refused.refusals)
    context.refresh()
    return Outcome(order_ids[0])


async def _tell(
    context: Context, session: AsyncSession, orders: list[Order], invoice: Invoice, kind: EventKind, at: datetime
) -> None:
    events = [order.touch(at, kind, code=invoice.code) for order in orders]
    await session.flush()
    await audit.record(session, (audit.entry(event, context.actor, context.request_id) for event in events))
