"""Rejecting many orders with one toggle, one message and one reason."""

from dataclasses import dataclass, field
from uuid import UUID

from models.bulk_run import BulkRun
from models.messages.history import EventKind
from models.messages.mail import MailKind
from models.policy import OrderAction
from resolvers.bulk_batches import act_on_many, save_orders
from resolvers.bulk_runs import BATCH_SIZE, MAX_ORDERS, BulkCommand
from resolvers.core.cancelled_mails import cancel_mails
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refused
from resolvers.core.work import Work
from resolvers.rejection import record_rejections
from resolvers.rejection_reasons import Grounds, read_reason, reason_of_run

OPERATION = "rejectOrders"


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectOrders(BulkCommand):
    grounds: Grounds = field(default_factory=Grounds)

    async def request_hash(self) -> str:
        return await self.hash_with(self.grounds.arguments)


async def reject_orders(context: Context, command: RejectOrders) -> Outcome:
    actor, message, grounds = context.actor, command.message, command.grounds

    async def check(work: Work, brand_id: UUID) -> None:
        if refusals := grounds.check(context):
            raise Refused(*refusals)
        await read_reason(work, brand_id, grounds)

    async def change(work: Work, run: BulkRun) -> None:
        reason = await reason_of_run(work, grounds)
        grounds.show(work, reason)
        events = []
        for order in work.orders:
            notice = work.notices.get(order.id)
            body = notice.body if notice else message.typed_body
            notified = notice is not None
            event = order.reject(
                actor,
                work.now,
                notify=message.notify,
                notified=notified,
                body=body,
                reason=reason,
                note=grounds.typed_note,
            )
            events.append(event)
        # First: the database refuses the record of a rejection that did not happen.
        await save_orders(work, EventKind.ORDER_REJECTED, "status")
        await record_rejections(work, events, run.id)
        await cancel_mails(work, MailKind.ORDER_REJECTED)

    return await act_on_many(
        context,
        command,
        OPERATION,
        OrderAction.REJECT,
        change,
        mail=MailKind.ORDER_REJECTED,
        check=check,
        most=MAX_ORDERS,
        batch_size=BATCH_SIZE,
    )
