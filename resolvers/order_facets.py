"""orderFacets: how many orders a filter matches, by status, delivery status, tag and reason."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.facts import DELIVERY_STATUS
from models.order import Order
from models.order_count import OrderCount
from models.policy import REJECTED, DeliveryStatus, OrderStatus
from models.rejection import OrderRejection
from models.rejection_reason import GROUNDS_OF_REJECTION, REASON_OF_GROUNDS, RejectionGrounds, RejectionReason
from models.tag import OrderTag, Tag
from resolvers.core.context import Context
from resolvers.order_filter import TAG_OF_ORDER, OrderFilter, conditions, kept_conditions, kept_sum
from resolvers.reading.rows import REASON_COLUMNS, TAG_COLUMNS, ReasonRow, TagRow
from resolvers.reading.search import FEW_OF_MANY

MAX_FACETS = 100  # of tags, and of reasons
Part = Literal["statuses", "deliveries", "tags", "reasons"]


@dataclass(slots=True)
class OrderFacets:
    """None among the tags: orders without a tag. None among the reasons: orders rejected without a reason.

    Tags and reasons are sorted by the number of their orders, largest first. A buyer sees neither.
    """

    order_count: int = 0
    statuses: dict[OrderStatus, int] = field(default_factory=lambda: dict.fromkeys(OrderStatus, 0))
    delivery_statuses: dict[DeliveryStatus, int] = field(default_factory=lambda: dict.fromkeys(DeliveryStatus, 0))
    tags: list[tuple[TagRow | None, int]] = field(default_factory=list)
    reasons: list[tuple[ReasonRow | None, int]] = field(default_factory=list)


async def order_facets(context: Context, filter: OrderFilter, parts: Collection[Part]) -> OrderFacets:
    """One statement for each of the parts, two for tags, and one for words to search for.

    Deliveries count the statuses, too.
    """
    found = OrderFacets()
    async with context.read() as session:
        where = await conditions(session, filter, context.actor) if parts else []
        if "deliveries" in parts:
            await _count_deliveries(session, where, found)
        elif "statuses" in parts:
            await _count_statuses(session, filter, where, found)
        if not context.actor.is_buyer:
            if "tags" in parts:
                found.tags = await _tags(session, where)
            if "reasons" in parts:
                found.reasons = await _reasons(session, where)
    return found


async def _count_statuses(session: AsyncSession, filter: OrderFilter, where: list[Any], found: OrderFacets) -> None:
    if filter.is_kept:
        counts = select(OrderCount.status, kept_sum()).where(*kept_conditions(filter)).group_by(OrderCount.status)
    else:
        counts = select(Order.status, func.count()).where(*where).group_by(Order.status)
    for status, count in await session.execute(counts.execution_options(**FEW_OF_MANY)):
        found.order_count += count
        found.statuses[status] += count


async def _count_deliveries(session: AsyncSession, where: list[Any], found: OrderFacets) -> None:
    orders = select(Order.status, DELIVERY_STATUS.label("delivery_status")).where(*where).subquery()
    columns = (orders.c.status, orders.c.delivery_status)
    counts = select(*columns, func.count()).group_by(*columns).execution_options(**FEW_OF_MANY)
    for status, delivery, count in await session.execute(counts):
        found.order_count += count
        found.statuses[status] += count
        found.delivery_statuses[DeliveryStatus(delivery)] += count


async def _tags(session: AsyncSession, where: list[Any]) -> list[tuple[TagRow | None, int]]:
    count = func.count()
    statement = (
        select(*TAG_COLUMNS, count)
        .join_from(Order, OrderTag, TAG_OF_ORDER)
        .join_from(OrderTag, Tag)
        .where(*where)
        .group_by(*TAG_COLUMNS)
        .order_by(count.desc(), Tag.code, Tag.id)
        .limit(MAX_FACETS)
        .execution_options(**FEW_OF_MANY)
    )
    tags: list[tuple[TagRow | None, int]] = [
        (TagRow(*row), number) for *row, number in await session.execute(statement)
    ]
    without = select(count).select_from(Order).where(~exists().where(TAG_OF_ORDER).correlate(Order), *where)
    return [*tags, (None, await session.scalar(without.execution_options(**FEW_OF_MANY)) or 0)]


async def _reasons(session: AsyncSession, where: list[Any]) -> list[tuple[ReasonRow | None, int]]:
    count = func.count()
    statement = (
        select(*REASON_COLUMNS, count)
        .join_from(Order, OrderRejection)
        .outerjoin(RejectionGrounds, GROUNDS_OF_REJECTION)
        .outerjoin(RejectionReason, REASON_OF_GROUNDS)
        .where(Order.status.in_(sorted(REJECTED)), *where)
        .group_by(*REASON_COLUMNS)
        .order_by(count.desc(), RejectionReason.code.nulls_last(), RejectionReason.id)
        .limit(MAX_FACETS)
        .execution_options(**FEW_OF_MANY)
    )
    rows = await session.execute(statement)
    return [(ReasonRow(*row) if row[0] else None, number) for *row, number in rows]
