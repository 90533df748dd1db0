"""Invoices once they are drafted: issued, which gives them their number, and voided; a draft can be deleted.

Voiding or deleting releases the orders.
"""

from typing import Unpack
from uuid import UUID

from sqlalchemy import delete, select

from models.document_number import next_code
from models.invoice import CreditNote, Invoice, InvoicedOrder, InvoiceStatus
from models.locale import Text
from models.messages.history import EventKind
from models.messages.mail import MailKind
from models.messages.refusals import NOT_A_DRAFT, NOT_ISSUABLE, NOT_VOIDABLE, UNKNOWN_DOCUMENT
from models.papers.invoices import InvoiceSnapshot, credit_note, frozen, issued, read_invoice
from models.papers.missing import MISSING, missing_fields
from models.permissions import Permission
from resolvers.core.actions import Change, Terms, act, not_found, on_orders_of
from resolvers.core.cancelled_mails import cancel_mails_of_document
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.core.refusals import Outcome, RefusalCode, Refused, invalid, refusal
from resolvers.core.work import Work
from resolvers.papers.mails import billed


async def issue_invoice(
    context: Context, invoice_id: UUID | None, message: Message | None = None, **terms: Unpack[Terms]
) -> Outcome:
    async def change(work: Work) -> UUID:
        invoice = await _locked(work, invoice_id, InvoiceStatus.DRAFT, NOT_ISSUABLE)
        draft = invoice.code
        snapshot = await _snapshot(work, invoice.id)
        if missing := missing_fields(snapshot):
            raise Refused(*(invalid(context, MISSING[each], "invoiceId") for each in missing))
        invoice.code = await next_code(work.session, invoice.brand_id, "INV")
        invoice.status, invoice.issued_at = InvoiceStatus.ISSUED, work.now
        said = issued(snapshot, invoice.code, work.now)
        invoice.frozen = frozen(said)
        work.notices = {order_id: billed(notice, said, invoice.id) for order_id, notice in work.notices.items()}
        return _record(work, invoice, EventKind.INVOICE_ISSUED, draft=draft)

    return await _act(context, invoice_id, change, terms, message, MailKind.INVOICE_ISSUED)


async def void_invoice(context: Context, invoice_id: UUID | None, **terms: Unpack[Terms]) -> Outcome:
    async def change(work: Work) -> UUID:
        invoice = await _locked(work, invoice_id, InvoiceStatus.ISSUED, NOT_VOIDABLE)
        snapshot = await _snapshot(work, invoice.id)
        invoice.status, invoice.voided_at = InvoiceStatus.VOID, work.now
        code = await next_code(work.session, invoice.brand_id, "CN")
        kept = frozen(credit_note(snapshot, code, work.now))
        work.add(
            CreditNote(brand_id=invoice.brand_id, invoice_id=invoice.id, code=code, issued_at=work.now, frozen=kept)
        )
        made = _record(work, invoice, EventKind.INVOICE_VOIDED, credit_note=code)
        await cancel_mails_of_document(work, invoice.id, EventKind.INVOICE_VOIDED, invoice.code)
        return made

    return await _act(context, invoice_id, change, terms)


async def delete_invoice(context: Context, invoice_id: UUID | None, **terms: Unpack[Terms]) -> Outcome:
    async def change(work: Work) -> UUID:
        invoice = await _locked(work, invoice_id, InvoiceStatus.DRAFT, NOT_A_DRAFT)
        await work.save(delete(Invoice).where(Invoice.brand_id == invoice.brand_id, Invoice.id == invoice.id))
        return _record(work, invoice, EventKind.INVOICE_DELETED)

    return await _act(context, invoice_id, change, terms)


async def _act(
    context: Context,
    invoice_id: UUID | None,
    change: Change,
    terms: Terms,
    message: Message | None = None,
    mail: MailKind | None = None,
) -> Outcome:
    """The first order of the invoice stands for it in the outcome and in the mail."""
    order_ids = select(InvoicedOrder.order_id).where(InvoicedOrder.invoice_id == invoice_id)
    on = on_orders_of(order_ids, "invoiceId")
    return await act(context, change, on=on, needs=Permission.MANAGE_INVOICES, message=message, mail=mail, **terms)


async def _locked(work: Work, invoice_id: UUID | None, status: InvoiceStatus, otherwise: Text) -> Invoice:
    """The invoice in the status that the change starts from. Raises Refused, with `otherwise` for another status."""
    invoice = await work.find(select(Invoice).where(Invoice.id == invoice_id).with_for_update())
    if invoice is None:
        raise Refused(not_found(work.context, UNKNOWN_DOCUMENT, "invoiceId"))
    if invoice.status is not status:
        raise Refused(refusal(work.context, RefusalCode.NOT_ALLOWED_IN_STATUS, otherwise, "invoiceId"))
    return invoice


async def _snapshot(work: Work, invoice_id: UUID) -> InvoiceSnapshot:
    await work.save()
    snapshot = await read_invoice(work.session, invoice_id, for_buyer=False)
    if snapshot is None:
        raise Refused(not_found(work.context, UNKNOWN_DOCUMENT, "invoiceId"))
    return snapshot


def _record(work: Work, invoice: Invoice, kind: EventKind, **details: str) -> UUID:
    work.record(*(order.touch(work.now, kind, code=invoice.code, **details) for order in work.orders))
    return invoice.id
