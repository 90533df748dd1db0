"""Archiving: a rejected or sent-back order leaves the list, for good; its status stays what it was."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.events import Event
from models.order import Order
from models.policy import OrderAction
from resolvers.core.actions import Outcome, act
from resolvers.core.context import Context


async def archive_order(context: Context, order_id: UUID) -> Outcome:
    async def change(_: AsyncSession, order: Order) -> list[Event]:
        return [order.archive(context.clock())]

    return await act(context, order_id, OrderAction.ARCHIVE, change)
