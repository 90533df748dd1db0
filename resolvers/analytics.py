"""Figures over orders by month, buyer, catalog or product. The constants below define which orders count."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, func, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import Actor
from models.analytics import Figures, Group, Rejections, Report, merged
from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Catalog, Sku
from models.locale import Text
from models.order import Order, OrderLine
from models.policy import FINAL, REJECTED
from models.rejection import OrderRejection, rejected_by
from models.rejection_reason import GROUNDS_OF_REJECTION, REASON_OF_GROUNDS, RejectionGrounds, RejectionReason
from models.send_back import OrderSendBack
from resolvers.core.context import Context
from resolvers.inputs import InputError

# Rejected and sent-back orders do not count as business. Archived orders count like any other.
# Every order meets exactly one of the three conditions.
COUNTED: ColumnElement[bool] = Order.status.not_in(sorted(FINAL))
DECLINED: ColumnElement[bool] = Order.status.in_(sorted(REJECTED))
SENT_BACK: ColumnElement[bool] = Order.status.in_(sorted(FINAL - REJECTED))
MAX_GROUPS = 1_000
NO_REASON = Text("No reason given", "理由なし")

OF_ORDERS: tuple[Any, ...] = (func.count(), func.sum(Order.total_quantity), func.sum(Order.total_minor))


class AnalyticsDimension(StrEnum):
    MONTH = "MONTH"
    BUYER = "BUYER"
    CATALOG = "CATALOG"
    PRODUCT = "PRODUCT"


async def order_analytics(
    context: Context,
    placed_from: datetime | None,
    placed_to: datetime | None,
    dimension: AnalyticsDimension | None,
) -> tuple[Figures, list[Group]]:
    """One statement, two with a dimension."""
    placed = check_range(placed_from, placed_to)
    async with context.read() as session:
        await _use_one_snapshot(session)
        overall = await _figures(session, COUNTED, *placed)
        groups = await _groups(session, dimension, placed) if dimension else []
    return overall, groups[:MAX_GROUPS]


async def rejections(context: Context, placed_from: datetime | None, placed_to: datetime | None) -> Rejections:
    """The rejected and sent-back orders that the figures of the same range leave out. Two or three statements."""
    placed = check_range(placed_from, placed_to)
    async with context.read() as session:
        await _use_one_snapshot(session)
        return await _rejections(session, context.actor, placed)


async def report(
    session: AsyncSession, actor: Actor, placed_from: datetime | None, placed_to: datetime | None
) -> Report:
    """All figures and all groups, in nine statements. For an operator, who sees all brands, `time_zone` is UTC."""
    placed = check_range(placed_from, placed_to)
    await _use_one_snapshot(session)
    return Report(
        for_buyer=actor.is_buyer,
        placed_from=placed_from,
        placed_to=placed_to,
        time_zone=await session.scalar(select(Brand.time_zone).where(Brand.id == actor.brand_id)) or "UTC",
        counted=await _figures(session, COUNTED, *placed),
        months=await _groups(session, AnalyticsDimension.MONTH, placed),
        buyers=await _groups(session, AnalyticsDimension.BUYER, placed),
        catalogs=await _groups(session, AnalyticsDimension.CATALOG, placed),
        products=await _groups(session, AnalyticsDimension.PRODUCT, placed),
        rejections=await _rejections(session, actor, placed),
    )


def check_range(placed_from: datetime | None, placed_to: datetime | None) -> list[ColumnElement[bool]]:
    """The range as conditions on orders. Raises InputError when it ends before it begins."""
    if placed_from and placed_to and placed_from > placed_to:
        raise InputError("placedTo is before placedFrom.", "placedTo")
    placed = []
    if placed_from:
        placed.append(Order.placed_at >= placed_from)
    if placed_to:
        placed.append(Order.placed_at < placed_to)
    return placed


async def _use_one_snapshot(session: AsyncSession) -> None:
    """Makes all statements see the same orders, so that sums agree. A session on SQLite does so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


async def _figures(session: AsyncSession, *where: ColumnElement[bool]) -> Figures:
    rows = await session.execute(select(Order.currency, *OF_ORDERS).where(*where).group_by(Order.currency))
    return sum((_of(*row) for row in rows), Figures())


def _of(currency: str, orders: int, quantity: Any, minor: Any) -> Figures:
    # PostgreSQL returns the sum of whole numbers as a decimal.
    return Figures(orders, int(quantity), {currency: int(minor)})


async def _groups(
    session: AsyncSession, dimension: AnalyticsDimension, placed: list[ColumnElement[bool]]
) -> list[Group]:
    """Months in calendar order, other groups by quantity, largest first."""
    rows = await session.execute(_grouped(dimension).where(COUNTED, *placed))
    # An operator sees all brands, and two brands can use the same code.
    groups = merged(((brand_id, key), Group(key, label, _of(*figures))) for brand_id, key, label, *figures in rows)
    if dimension is AnalyticsDimension.MONTH:
        return sorted(groups, key=lambda group: group.key)
    return sorted(groups, key=lambda group: (-group.figures.quantity, group.key))


def _grouped(dimension: AnalyticsDimension) -> Any:
    """Selects brand, key, label, currency, orders, quantity and minor units."""
    match dimension:
        case AnalyticsDimension.MONTH:
            month = func.month_in_zone(Order.placed_at, Brand.time_zone, type_=String)
            return (
                select(null(), month, month, Order.currency, *OF_ORDERS)
                .join(Brand, Brand.id == Order.brand_id)
                .group_by(month, Order.currency)
            )
        case AnalyticsDimension.BUYER:
            return (
                select(Buyer.brand_id, Buyer.unique_code, Buyer.name, Order.currency, *OF_ORDERS)
                .join_from(Order, Buyer)
                .group_by(Buyer.brand_id, Buyer.id, Buyer.unique_code, Buyer.name, Order.currency)
            )
        case AnalyticsDimension.CATALOG:
            return (
                select(Catalog.brand_id, Catalog.code, Catalog.name, Order.currency, *OF_ORDERS)
                .join_from(Order, Catalog)
                .group_by(Catalog.brand_id, Catalog.id, Catalog.code, Catalog.name, Order.currency)
            )
        case AnalyticsDimension.PRODUCT:
            # A foreign key does not know which data set is the official one.
            of_order = and_(
                OrderLine.brand_id == Order.brand_id,
                OrderLine.order_id == Order.id,
                OrderLine.data_set == Order.official,
            )
            of_lines = (func.count(Order.id.distinct()), func.sum(OrderLine.quantity), func.sum(OrderLine.amount_minor))
            return (
                select(Sku.brand_id, Sku.model_number, func.min(Sku.name), Order.currency, *of_lines)
                .join_from(Order, OrderLine, of_order)
                .join_from(OrderLine, Sku)
                .group_by(Sku.brand_id, Sku.model_number, Order.currency)
            )


async def _rejections(session: AsyncSession, actor: Actor, placed: list[ColumnElement[bool]]) -> Rejections:
    month = func.month_in_zone(OrderRejection.rejected_at, Brand.time_zone, type_=String)
    rejection = OrderRejection
    member: list[Any] = [rejection.actor_kind, rejection.actor_id, rejection.actor_name]
    who = rejected_by(member, [Brand.code, Brand.name], to_buyer=actor.is_buyer)
    statement: Select[*tuple[Any, ...]] = (
        select(month, *who, Order.currency, *OF_ORDERS)
        .join(Brand, Brand.id == Order.brand_id)
        .join_from(Order, rejection)
        .where(DECLINED, *placed)
        .group_by(month, *who, Order.currency)
    )
    groups_of: dict[str, list[tuple[str, Group]]] = {}
    for rejected_in, *actor_id, name, currency, orders, quantity, minor in await session.execute(statement):
        key = ":".join(actor_id)
        group = Group(key, name, _of(currency, orders, quantity, minor))
        groups_of.setdefault(rejected_in, []).append((key, group))
    declined = {month: merged(groups) for month, groups in groups_of.items()}
    reasons = [] if actor.is_buyer else await _reasons(session, placed)
    return Rejections(declined, await _sent_back(session, placed), reasons)


async def _reasons(session: AsyncSession, placed: list[ColumnElement[bool]]) -> list[tuple[str, Text, Figures]]:
    """Labels as they are now. Reasons of several brands, which an operator sees, are the same if their codes are."""
    reason = RejectionReason
    labels = (reason.code, reason.label_en, reason.label_ja)
    statement: Select[*tuple[Any, ...]] = (
        select(*labels, Order.currency, *OF_ORDERS)
        .join_from(Order, OrderRejection)
        .outerjoin(RejectionGrounds, GROUNDS_OF_REJECTION)
        .outerjoin(reason, REASON_OF_GROUNDS)
        .where(DECLINED, *placed)
        .group_by(*labels, Order.currency)
    )
    found: dict[str, tuple[Text, Figures]] = {}
    for code, en, ja, *figures in await session.execute(statement):
        label = Text(en, ja) if code else NO_REASON
        known, so_far = found.get(code or "", (label, Figures()))
        found[code or ""] = (min(known, label, key=lambda each: each.en), so_far + _of(*figures))
    reasons = [(code, label, figures) for code, (label, figures) in found.items()]
    return sorted(reasons, key=lambda each: (-each[2].orders, each[0]))


async def _sent_back(session: AsyncSession, placed: list[ColumnElement[bool]]) -> list[Group]:
    """By the month in which the orders were sent back, in calendar order."""
    month = func.month_in_zone(OrderSendBack.sent_back_at, Brand.time_zone, type_=String)
    statement: Select[*tuple[Any, ...]] = (
        select(month, Order.currency, *OF_ORDERS)
        .join(Brand, Brand.id == Order.brand_id)
        .join_from(Order, OrderSendBack)
        .where(SENT_BACK, *placed)
        .group_by(month, Order.currency)
        .order_by(month)
    )
    rows = await session.execute(statement)
    return merged((sent_in, Group(sent_in, sent_in, _of(*figures))) for sent_in, *figures in rows)
