"""Sending a failed mail again: as a new message, to the addresses that the buyer has now."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit, outbox
from models.events import EventKind, OrderChanged
from models.locale import Text, text_for
from models.messages.refusals import NOBODY_TO_SEND_TO, NOT_PERMITTED, NOT_RESENDABLE, UNKNOWN_NOTIFICATION
from models.order import Order
from models.outbox import NotificationStatus, OrderNotice, OutboxMessage
from models.permissions import Permission, permits
from resolvers.core.actions import Outcome, lock
from resolvers.core.context import Context
from resolvers.core.notices import addresses_of
from resolvers.core.refusals import ActionError, Refusal


async def resend_notification(context: Context, notification_id: UUID) -> tuple[Outcome, UUID | None]:
    """The outcome and the new message's id. The failed message stays as it is."""
    locale = context.actor.locale

    def refused(order_id: UUID | None, code: ActionError, text: Text) -> tuple[Outcome, None]:
        refusal = Refusal(code, text_for(text, locale), ("input", "notificationId"))
        return Outcome(order_id, refusals=[refusal]), None

    async with context.transaction() as session:
        failed = await session.scalar(select(OutboxMessage).where(OutboxMessage.id == notification_id))
        order = await lock(session, failed.order_id) if failed else None
        if failed is None or order is None:
            return refused(None, ActionError.NOT_FOUND, UNKNOWN_NOTIFICATION)
        if not permits(context.actor.role, Permission.RESEND_MAILS):
            return refused(order.id, ActionError.NOT_PERMITTED, NOT_PERMITTED)
        if failed.status is not NotificationStatus.FAILED or await _is_followed(session, order, failed):
            return refused(order.id, ActionError.NOT_ALLOWED_IN_STATUS, NOT_RESENDABLE)
        addresses = await addresses_of(session, order)
        if not addresses:
            return refused(order.id, ActionError.NOT_ALLOWED_IN_STATUS, NOBODY_TO_SEND_TO)
        now = context.clock()
        notice = replace(OrderNotice(**failed.notice), to=addresses)
        message = outbox.message(notice, brand_id=order.brand_id, order_id=order.id, at=now)
        session.add(message)
        event = OrderChanged(brand_id=order.brand_id, order_id=order.id, at=now, kind=EventKind.NOTIFICATION_RESENT)
        await audit.record(session, [audit.entry(event, context.actor, context.request_id)])
    context.refresh()
    context.on_mail()
    return Outcome(order.id), message.id


async def _is_followed(session: AsyncSession, order: Order, failed: OutboxMessage) -> bool:
    """Whether it has been sent again already, and that has not failed."""
    later = and_(
        OutboxMessage.brand_id == order.brand_id,
        OutboxMessage.order_id == order.id,
        OutboxMessage.kind == failed.kind,
        OutboxMessage.id > failed.id,
    )
    found = await session.scalar(select(OutboxMessage.id).where(later).limit(1))
    return found is not None
