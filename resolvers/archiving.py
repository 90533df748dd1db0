"""Archiving: a rejected or sent-back order leaves the list, for good; its status stays what it was."""

from uuid import UUID

from models import audit
from models.policy import OrderAction
from resolvers.actions import Outcome, begin
from resolvers.context import Context


async def archive_order(context: Context, order_id: UUID) -> Outcome:
    async with context.transaction() as session:
        order, outcome = await begin(context, session, order_id, OrderAction.ARCHIVE)
        if order is None or outcome.refusals:
            return outcome
        event = order.archive(context.clock())
        session.add(audit.entry(event, context.actor, context.request_id))
    context.refresh()
    return outcome
