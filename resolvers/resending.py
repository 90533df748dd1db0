"""Sending a mail again that failed, or that may or may not have arrived: as a new message, to the present addresses.

After a final decision only the mail about that decision can be sent again. Nor can one about a void invoice, a deleted
delivery note, or an OC that is confirmed no longer.
"""

from dataclasses import replace
from typing import Unpack
from uuid import UUID

from sqlalchemy import select

from models.delivery_note import DeliveryNote
from models.events import OrderChanged
from models.invoice import Invoice, InvoiceStatus
from models.locale import Text
from models.messages.history import EventKind
from models.messages.mail import MailKind
from models.messages.refusals import (
    DOCUMENT_IS_UNDONE,
    MAIL_IS_OUTDATED,
    NOBODY_TO_SEND_TO,
    NOT_RESENDABLE,
    UNKNOWN_NOTIFICATION,
)
from models.order import Order
from models.outbox import MAX_UNCLEAR, NotificationStatus, OrderNotice, OutboxMessage
from models.papers.delivery_notes import DeliveryNoteSnapshot
from models.permissions import Permission
from models.plain_json import from_plain
from models.policy import FINAL, REJECTED, OrderStatus
from resolvers.core.actions import Terms, act, not_found, on_orders_of
from resolvers.core.cancelled_mails import OF_CONFIRMATION
from resolvers.core.context import Context
from resolvers.core.corrected_mails import with_confirmation
from resolvers.core.notices import addresses_of
from resolvers.core.refusals import Outcome, Refusal, RefusalCode, Refused, refusal
from resolvers.core.work import Work
from resolvers.papers.mails import sent

# The mail about the decision that ended an order.
FINAL_MAIL = {
    **dict.fromkeys(REJECTED, MailKind.ORDER_REJECTED),
    OrderStatus.SENT_BACK_TO_CART: MailKind.SENT_BACK_TO_CART,
}


async def resend_notification(context: Context, notification_id: UUID | None, **terms: Unpack[Terms]) -> Outcome:
    """Makes a new message, which says what an OC or a delivery note says now. The old one stays as it is."""

    async def change(work: Work) -> UUID:
        order = work.order
        failed = await work.find(select(OutboxMessage).where(OutboxMessage.id == notification_id))
        if failed is None:
            raise Refused(not_found(context, UNKNOWN_NOTIFICATION, "notificationId"))
        if not _has_ended_unsent(failed) or await _is_followed(work, order, failed):
            raise Refused(_not_now(context, NOT_RESENDABLE))
        if order.status in FINAL and failed.kind != FINAL_MAIL[order.status]:
            raise Refused(_not_now(context, MAIL_IS_OUTDATED))
        if await _is_undone(work, order, failed):
            raise Refused(_not_now(context, DOCUMENT_IS_UNDONE))
        addresses = await addresses_of(work.session, order, MailKind(failed.kind))
        if not addresses:
            raise Refused(_not_now(context, NOBODY_TO_SEND_TO))
        message = work.promise(replace(await _as_of_now(work, order, failed), to=addresses), order)
        kind = EventKind.NOTIFICATION_RESENT
        work.record(OrderChanged(brand_id=order.brand_id, order_id=order.id, at=work.now, kind=kind))
        return message.id

    order_id = select(OutboxMessage.order_id).where(OutboxMessage.id == notification_id)
    on = on_orders_of(order_id, "notificationId", UNKNOWN_NOTIFICATION)
    return await act(context, change, on=on, needs=Permission.RESEND_MAILS, **terms)


def _has_ended_unsent(message: OutboxMessage) -> bool:
    """Whether no further try follows and the mail server has not said that it accepted the mail."""
    is_unclear = message.status is NotificationStatus.MAY_HAVE_BEEN_DELIVERED
    return message.status is NotificationStatus.FAILED or (is_unclear and message.unclear >= MAX_UNCLEAR)


async def _is_followed(work: Work, order: Order, failed: OutboxMessage) -> bool:
    """Whether it has been sent again already, and that has not failed."""
    later = select(OutboxMessage.id).where(
        OutboxMessage.brand_id == order.brand_id,
        OutboxMessage.order_id == order.id,
        OutboxMessage.kind == failed.kind,
        OutboxMessage.id > failed.id,
    )
    return await work.find(later.limit(1)) is not None


async def _is_undone(work: Work, order: Order, failed: OutboxMessage) -> bool:
    """Whether what the mail is about no longer holds: the confirmation, the delivery note or the invoice."""
    if failed.kind == MailKind.OC_CONFIRMED:
        return order.status is not OrderStatus.OC_CONFIRMED
    document = (failed.notice.get("contents") or {}).get("document_id")
    if document is None:
        return False
    id = UUID(document)
    is_issued = Invoice.status == InvoiceStatus.ISSUED
    invoice = select(Invoice.id).where(Invoice.brand_id == order.brand_id, Invoice.id == id, is_issued)
    note = select(DeliveryNote.id).where(DeliveryNote.brand_id == order.brand_id, DeliveryNote.id == id)
    return await work.find(invoice if failed.kind == MailKind.INVOICE_ISSUED else note) is None


async def _as_of_now(work: Work, order: Order, failed: OutboxMessage) -> OrderNotice:
    notice = OrderNotice.stored(failed.notice)
    if failed.kind in OF_CONFIRMATION:
        return await with_confirmation(work.session, order, notice)
    if failed.kind == MailKind.DELIVERY_NOTE_CREATED and notice.contents and "document_id" in notice.contents:
        id = UUID(notice.contents["document_id"])
        frozen = select(DeliveryNote.frozen).where(DeliveryNote.brand_id == order.brand_id, DeliveryNote.id == id)
        if found := await work.find(frozen):
            return sent(notice, from_plain(DeliveryNoteSnapshot, found), id)
    return notice


def _not_now(context: Context, text: Text) -> Refusal:
    return refusal(context, RefusalCode.NOT_ALLOWED_IN_STATUS, text, "notificationId")
