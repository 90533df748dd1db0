"""Rejecting many orders with one toggle and one message."""

from models.bulk_run import BulkRun
from models.messages.history import EventKind
from models.messages.mail import MailKind
from models.policy import OrderAction
from models.rejection import OrderRejection
from resolvers.bulk_batches import act_on_many, save_orders
from resolvers.bulk_runs import BATCH_SIZE, MAX_ORDERS, BulkCommand
from resolvers.core.context import Context
from resolvers.core.notices import cancel_mails
from resolvers.core.refusals import Outcome
from resolvers.core.work import Work

OPERATION = "rejectOrders"


async def reject_orders(context: Context, command: BulkCommand) -> Outcome:
    actor, message = context.actor, command.message

    async def change(work: Work, run: BulkRun) -> None:
        events = []
        for order in work.orders:
            notice = work.notices.get(order.id)
            body = notice.body if notice else message.typed_body
            notified = notice is not None
            events.append(order.reject(actor, work.now, notify=message.notify, notified=notified, body=body))
        # First: the database refuses the record of a rejection that did not happen.
        await save_orders(work, EventKind.ORDER_REJECTED, "status")
        work.add(*(OrderRejection.of(event, actor, bulk_run_id=run.id) for event in events))
        work.record(*events)
        await cancel_mails(work, MailKind.ORDER_REJECTED)

    return await act_on_many(
        context,
        command,
        OPERATION,
        OrderAction.REJECT,
        change,
        mail=MailKind.ORDER_REJECTED,
        most=MAX_ORDERS,
        batch_size=BATCH_SIZE,
    )
