"""The order confirmation (OC): what the brand promises to deliver. The original order stays untouched beside it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from models.events import Event
from models.order import DataSet, Order, OrderLine
from models.policy import OrderAction
from resolvers.core.actions import Message, Outcome, act
from resolvers.core.context import Context
from resolvers.inputs import check_text
from resolvers.order_lines import NewLine, line_rows, lines_of, priced
from resolvers.tagging import set_tags

MAX_COMMENT_LENGTH = 2_000


async def create_confirmation(context: Context, order_id: UUID, *, ask_approval: bool, message: Message) -> Outcome:
    async def change(session: AsyncSession, order: Order) -> list[Event]:
        lines = await lines_of(session, order.brand_id, order.id, DataSet.ORIGINAL)
        rows = line_rows(order.brand_id, order.id, DataSet.CONFIRMATION, lines)
        await session.execute(insert(OrderLine), rows)
        return [order.create_confirmation(context.clock(), ask_approval=ask_approval)]

    return await act(context, order_id, OrderAction.CREATE_CONFIRMATION, change, message)


async def update_confirmation(
    context: Context, order_id: UUID, lines: Sequence[NewLine] | None, *, version: int | None = None
) -> Outcome:
    """Replaces the OC's lines; None leaves them as they are, after a refusal that was talked over."""

    async def change(session: AsyncSession, order: Order) -> list[Event]:
        if lines is None:
            now = await lines_of(session, order.brand_id, order.id, DataSet.CONFIRMATION)
        else:
            now = await priced(context, session, order.brand_id, order.currency, lines)
            confirmed = (
                OrderLine.brand_id == order.brand_id,
                OrderLine.order_id == order.id,
                OrderLine.data_set == DataSet.CONFIRMATION,
            )
            await session.execute(delete(OrderLine).where(*confirmed))
            rows = line_rows(order.brand_id, order.id, DataSet.CONFIRMATION, now)
            await session.execute(insert(OrderLine), rows)
        total = sum(line.amount_minor for line in now) + order.tax_minor + order.shipping_minor
        quantity = sum(line.quantity for line in now)
        return [order.update_confirmation(context.clock(), total_minor=total, total_quantity=quantity)]

    return await act(context, order_id, OrderAction.UPDATE_CONFIRMATION, change, version=version)


async def approve_confirmation(context: Context, order_id: UUID, *, version: int | None = None) -> Outcome:
    """`version`: of the OC that the buyer has read, so that none is approved unseen."""

    async def change(_: AsyncSession, order: Order) -> list[Event]:
        return [order.approve_confirmation(context.clock())]

    return await act(context, order_id, OrderAction.APPROVE_CONFIRMATION, change, version=version)


async def refuse_confirmation(
    context: Context, order_id: UUID, comment: str | None, *, version: int | None = None
) -> Outcome:
    check_text(comment, MAX_COMMENT_LENGTH, "input", "comment")

    async def change(_: AsyncSession, order: Order) -> list[Event]:
        return [order.refuse_confirmation(context.clock(), (comment or "").strip())]

    return await act(context, order_id, OrderAction.REFUSE_CONFIRMATION, change, version=version)


async def confirm_order(
    context: Context,
    order_id: UUID,
    tag_ids: Sequence[UUID | None] | None,
    message: Message,
    *,
    version: int | None = None,
) -> Outcome:
    """`tag_ids`, when given, replace the order's tags in the same step."""

    async def change(session: AsyncSession, order: Order) -> list[Event]:
        tagged = await set_tags(context, session, order, tag_ids) if tag_ids is not None else []
        return [order.confirm(context.clock()), *tagged]

    return await act(context, order_id, OrderAction.CONFIRM, change, message, version=version)


async def make_confirmation_editable(context: Context, order_id: UUID, message: Message) -> Outcome:
    async def change(_: AsyncSession, order: Order) -> list[Event]:
        return [order.make_confirmation_editable(context.clock())]

    return await act(context, order_id, OrderAction.MAKE_CONFIRMATION_EDITABLE, change, message)
