"""Rejecting many orders with one toggle and one message."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit
from models.bulk_run import BulkRun
from models.messages.mail import MailKind
from models.order import Order
from models.policy import OrderAction
from models.rejection import OrderRejection
from resolvers import bulk_batches, bulk_runs
from resolvers.bulk_runs import BATCH, MAX_ORDERS, BulkCommand, Outcome, Result
from resolvers.core.context import Context
from resolvers.core.notices import typed

OPERATION = "rejectOrders"


async def reject_orders(context: Context, command: BulkCommand) -> Outcome:
    async def work(session: AsyncSession, run: BulkRun, ids: list[UUID]) -> dict[UUID, Result]:
        return await _reject(context, session, run, ids, command)

    return await bulk_runs.run(context, command, OPERATION, OrderAction.REJECT, work, most=MAX_ORDERS, batch=BATCH)


async def _reject(
    context: Context, session: AsyncSession, run: BulkRun, ids: list[UUID], command: BulkCommand
) -> dict[UUID, Result]:
    ours = (OrderRejection.bulk_run_id == run.id, OrderRejection.order_id.in_(ids))
    done = select(OrderRejection.order_id).where(*ours)
    results, orders = await bulk_batches.judge(context, session, ids, OrderAction.REJECT, done)
    if orders:
        await _write(context, session, run.id, orders, command)
    return await bulk_batches.warn(context, session, results, MailKind.ORDER_REJECTED, command)


async def _write(
    context: Context, session: AsyncSession, run_id: UUID, orders: list[Order], command: BulkCommand
) -> None:
    actor, body, now = context.actor, typed(command.body), context.clock()
    messages = await bulk_batches.mails(session, orders, MailKind.ORDER_REJECTED, now, command)
    sent = {message.order_id: message.notice["body"] for message in messages}
    events = [
        order.reject(actor, now, notify=command.notify, notified=order.id in sent, body=sent.get(order.id, body))
        for order in orders
    ]
    await bulk_batches.save(session, orders, "status")
    records = [OrderRejection.of(event, actor, bulk_run_id=run_id) for event in events]
    session.add_all([*records, *messages])
    await audit.record(session, [audit.entry(event, actor, context.request_id) for event in events])
