"""Backlog SKUs: a confirmed order's SKUs, laid out so that they can be delivered in parts."""

from typing import Unpack
from uuid import UUID

from sqlalchemy import func, insert, select

from models.backlog_sku import BacklogSku
from models.base import new_id
from models.messages.history import EventKind
from models.order import Order, OrderLine
from models.policy import OrderAction
from resolvers.core.actions import Terms, act, on_order
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome
from resolvers.core.work import Work


async def create_backlog_skus(context: Context, order_id: UUID | None, **terms: Unpack[Terms]) -> Outcome:
    async def change(work: Work) -> None:
        order = work.order
        rows = [
            {
                "brand_id": order.brand_id,
                "id": new_id(),
                "order_id": order.id,
                "sku_id": sku_id,
                "ordered_quantity": quantity,
                "remaining_quantity": quantity,
            }
            for sku_id, quantity in (await ordered_quantities(work, order)).items()
        ]
        await work.save(insert(BacklogSku), rows)
        work.record(order.touch(work.now, EventKind.BACKLOG_SKUS_CREATED))

    return await act(context, change, on=on_order(order_id), needs=OrderAction.CREATE_BACKLOG_SKUS, **terms)


async def ordered_quantities(work: Work, order: Order) -> dict[UUID, int]:
    """SKU → quantity in the official content; several lines of one SKU are added up."""
    of_order = (
        OrderLine.brand_id == order.brand_id,
        OrderLine.order_id == order.id,
        OrderLine.data_set == order.official,
    )
    statement = (
        select(OrderLine.sku_id, func.sum(OrderLine.quantity))
        .where(*of_order)
        .group_by(OrderLine.sku_id)
        .order_by(func.min(OrderLine.position))
    )
    return {row[0]: int(row[1]) for row in await work.read(statement)}
