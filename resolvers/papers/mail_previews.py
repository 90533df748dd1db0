"""Previews of the mails about delivery notes and invoices: with the content of a document, or of the order before."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.delivery_note import DeliveryNote
from models.invoice import Invoice, InvoicedOrder, InvoiceStatus
from models.locale import Text, text_for
from models.messages.mail import MailKind
from models.messages.refusals import UNKNOWN_DOCUMENT
from models.order import Order
from models.outbox import OrderNotice
from models.papers.delivery_notes import read_delivery_note
from models.papers.invoices import issued, read_invoice
from resolvers.core.context import Context
from resolvers.core.notices import About
from resolvers.inputs import InputError
from resolvers.papers.mails import NOT_YET, billed, sample_of, sent

ARGUMENTS = {MailKind.DELIVERY_NOTE_CREATED: "deliveryNoteId", MailKind.INVOICE_ISSUED: "invoiceId"}
OF_OTHER_KIND = Text(
    "A mail of the kind {kind} is not about this document.",
    "種類が {kind} のメールは、この文書に関するものではありません。",
)


def about(context: Context, kind: MailKind, given: dict[str, UUID | None]) -> About | None:
    """`given`: argument → id, None if it is no such id. Without a document: the order's newest, or else none.

    None for a mail that is about no document. Raises InputError.
    """
    locale = context.actor.locale
    for argument in given:
        if argument != ARGUMENTS.get(kind):
            raise InputError(text_for(OF_OTHER_KIND, locale, kind=kind), argument)
    if kind not in ARGUMENTS:
        return None
    argument = ARGUMENTS[kind]

    async def change(session: AsyncSession, order: Order, notice: OrderNotice) -> OrderNotice:
        find = _of_invoice if kind is MailKind.INVOICE_ISSUED else _of_note
        id = given.get(argument)
        found = None if argument in given and id is None else await find(context, session, order, notice, id)
        if found is None and argument in given:
            raise InputError(text_for(UNKNOWN_DOCUMENT, locale), argument, code="NOT_FOUND")
        return found or sample_of(notice)

    return change


async def _of_note(
    context: Context, session: AsyncSession, order: Order, notice: OrderNotice, id: UUID | None
) -> OrderNotice | None:
    notes = select(DeliveryNote.id).where(DeliveryNote.brand_id == order.brand_id, DeliveryNote.order_id == order.id)
    if id:
        notes = notes.where(DeliveryNote.id == id)
    note_id = await session.scalar(notes.order_by(DeliveryNote.id.desc()).limit(1))
    note = await read_delivery_note(session, note_id) if note_id else None
    return sent(notice, note, note_id) if note and note_id else None


async def _of_invoice(
    context: Context, session: AsyncSession, order: Order, notice: OrderNotice, id: UUID | None
) -> OrderNotice | None:
    """A draft as it would be issued now, without its number."""
    invoices = (
        select(Invoice.id)
        .join(InvoicedOrder, (InvoicedOrder.brand_id == Invoice.brand_id) & (InvoicedOrder.invoice_id == Invoice.id))
        .where(InvoicedOrder.brand_id == order.brand_id, InvoicedOrder.order_id == order.id)
    )
    invoices = invoices.where(Invoice.id == id) if id else invoices.where(Invoice.status != InvoiceStatus.VOID)
    invoice_id = await session.scalar(invoices.order_by(Invoice.id.desc()).limit(1))
    invoice = await read_invoice(session, invoice_id, for_buyer=False) if invoice_id else None
    if invoice is None or invoice_id is None:
        return None
    if invoice.status is InvoiceStatus.DRAFT:
        invoice = issued(invoice, NOT_YET.in_(notice.locale), context.clock())
    return billed(notice, invoice, invoice_id)
