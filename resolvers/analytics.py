"""Figures over orders: how many, how much, by month, buyer or product. What is left out is defined here, once."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, and_, func, select

from models.catalog import Sku
from models.order import Order, OrderLine
from models.party import Brand, Buyer
from models.policy import FINAL
from resolvers.context import Context
from resolvers.inputs import InputError

# Rejected and sent-back orders are no business that was done; archived or not makes no difference.
COUNTED: ColumnElement[bool] = Order.status.not_in(sorted(FINAL))
MOST_GROUPS = 1_000


class AnalyticsDimension(StrEnum):
    MONTH = "MONTH"
    BUYER = "BUYER"
    PRODUCT = "PRODUCT"


@dataclass(slots=True)
class Figures:
    """`totals`: currency → minor units. By product they are of the lines alone, without tax and shipping."""

    orders: int = 0
    quantity: int = 0
    totals: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    label: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Analytics:
    figures: Figures
    groups: list[Group]


async def order_analytics(
    context: Context,
    placed_from: datetime | None,
    placed_to: datetime | None,
    dimension: AnalyticsDimension | None,
) -> Analytics:
    """Two statements; by month in the brand's time zone, by buyer or product the largest quantities first."""
    if placed_from and placed_to and placed_from > placed_to:
        raise InputError("placedTo is before placedFrom.", "placedTo")
    where = [COUNTED]
    if placed_from:
        where.append(Order.placed_at >= placed_from)
    if placed_to:
        where.append(Order.placed_at < placed_to)
    figures = (func.count(), func.sum(Order.total_quantity), func.sum(Order.total_minor))
    async with context.read() as session:
        total = select(Order.currency, *figures).where(*where).group_by(Order.currency)
        overall = Figures()
        for currency, orders, quantity, minor in await session.execute(total):
            _add(overall, currency, orders, quantity, minor)
        if dimension is None:
            return Analytics(overall, [])
        rows = (await session.execute(_grouped(dimension, where))).all()
    groups: dict[str, Group] = {}
    for key, label, currency, orders, quantity, minor in rows:
        group = groups.setdefault(str(key), Group(str(key), label, Figures()))
        _add(group.figures, currency, orders, quantity, minor)
    found = list(groups.values())
    if dimension is AnalyticsDimension.MONTH:
        found.sort(key=lambda group: group.key)
    else:
        found.sort(key=lambda group: (-group.figures.quantity, group.key))
    return Analytics(overall, found[:MOST_GROUPS])


def _add(figures: Figures, currency: str, orders: int, quantity: Any, minor: Any) -> None:
    figures.orders += orders
    figures.quantity += int(quantity)
    figures.totals[currency] = figures.totals.get(currency, 0) + int(minor)


def _grouped(dimension: AnalyticsDimension, where: list[ColumnElement[bool]]) -> Any:
    figures: tuple[Any, ...] = (func.count(), func.sum(Order.total_quantity), func.sum(Order.total_minor))
    if dimension is AnalyticsDimension.BUYER:
        of_order = and_(Buyer.brand_id == Order.brand_id, Buyer.id == Order.buyer_id)
        key: Any = Buyer.unique_code
        return (
            select(key, Buyer.name, Order.currency, *figures)
            .join(Buyer, of_order)
            .where(*where)
            .group_by(Buyer.brand_id, Buyer.id, Buyer.unique_code, Buyer.name, Order.currency)
        )
    if dimension is AnalyticsDimension.PRODUCT:
        of_order = and_(
            OrderLine.brand_id == Order.brand_id,
            OrderLine.order_id == Order.id,
            OrderLine.data_set == Order.official,
        )
        is_sku = and_(Sku.brand_id == OrderLine.brand_id, Sku.id == OrderLine.sku_id)
        lines = (func.count(Order.id.distinct()), func.sum(OrderLine.quantity), func.sum(OrderLine.amount_minor))
        return (
            select(Sku.model_number, func.min(Sku.name), Order.currency, *lines)
            .join(OrderLine, of_order)
            .join(Sku, is_sku)
            .where(*where)
            .group_by(Order.brand_id, Sku.model_number, Order.currency)
        )
    zone = select(Brand.time_zone).where(Brand.id == Order.brand_id).correlate(Order).scalar_subquery()
    month = func.month_in_zone(Order.placed_at, zone, type_=String)
    return select(month, month, Order.currency, *figures).where(*where).group_by(month, Order.currency)
