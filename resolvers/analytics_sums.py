"""The figures of the analytics by summary: read from the sums where they are up to date, else from the orders.

The sums are of whole days and months in UTC. What a range cuts, and every day with a mark, is read from the orders
(models/analytics_sum.py says why that is never wrong).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, literal_column, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import Actor
from models.analytics_sum import AnalyticsMark, AnalyticsSum, Span, Summary
from models.brand import Brand
from models.catalog import Sku
from models.order import Order, OrderLine
from models.policy import FINAL, REJECTED
from models.rejection import OrderRejection, rejected_by
from models.rejection_reason import GROUNDS_OF_REJECTION, RejectionGrounds
from models.send_back import OrderSendBack

# Rejected and sent-back orders do not count as business. Archived orders count like any other.
# Every order meets exactly one of the three conditions.
COUNTED: ColumnElement[bool] = Order.status.not_in(sorted(FINAL))
DECLINED: ColumnElement[bool] = Order.status.in_(sorted(REJECTED))
SENT_BACK: ColumnElement[bool] = Order.status.in_(sorted(FINAL - REJECTED))

OF_ORDERS: tuple[Any, ...] = (func.count(), func.sum(Order.total_quantity), func.sum(Order.total_minor))
NOTHING: ColumnElement[str] = literal("", String)
MAX_STRETCHES = 100  # read from the orders; where there are more, everything between the first and the last is

# From an instant, or the beginning, to before an instant, or the end.
Stretch = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class Cover:
    """The parts that a range of instants consists of. `spans`: of whole days or months, to read from the sums.

    They go from a day to before a day; None: no limit. `rest`: to read from the orders.
    """

    spans: Sequence[tuple[Span, date | None, date | None]]
    rest: Sequence[Stretch]


async def cover(session: AsyncSession, actor: Actor, start: datetime | None, end: datetime | None) -> Cover:
    """One statement. A buyer's orders are few, and an operator sees those of all brands: they read the orders."""
    nothing_summed = Cover((), ((start, end),))
    if actor.is_buyer or actor.brand_id is None:
        return nothing_summed
    marks = select(AnalyticsMark.day).where(AnalyticsMark.brand_id == actor.brand_id).distinct()
    days = set(await session.scalars(marks))
    try:
        return nothing_summed if None in days else covering({day for day in days if day}, start, end)
    except (OverflowError, ValueError):  # at the end of the calendar
        return nothing_summed


def covering(marked: set[date], start: datetime | None, end: datetime | None) -> Cover:
    """As large spans as possible, without the marked days. Raises OverflowError or ValueError after the year 9999."""
    first, last = _day_from(start) if start else None, end.astimezone(UTC).date() if end else None
    if first and last and first >= last:
        return Cover((), ((start, end),))
    days = sorted(day for day in marked if (not first or first <= day) and (not last or day < last))
    months = {each.replace(day=1) for each in (*days, *(edge for edge in (first, last) if edge and edge.day > 1))}
    spans: list[tuple[Span, date | None, date | None]] = []
    rest: list[tuple[datetime, datetime]] = []
    if start and first and start < _midnight(first):
        rest.append((start, _midnight(first)))
    at = first
    for month in sorted(months):
        if at is None or at < month:
            spans.append((Span.MONTH, at, month))
        after = _month_after(month)
        day, until = max(month, first or month), min(after, last or after)
        for marked_day in days:
            if day <= marked_day < until:
                if day < marked_day:
                    spans.append((Span.DAY, day, marked_day))
                day = marked_day + timedelta(days=1)
                _append(rest, _midnight(marked_day), _midnight(day))
        if day < until:
            spans.append((Span.DAY, day, until))
        at = after
    if at is None or last is None or at < last:
        spans.append((Span.MONTH, at, last))
    if end and last and _midnight(last) < end:
        _append(rest, _midnight(last), end)
    if len(rest) > MAX_STRETCHES:
        length = (days[-1] - days[0]).days
        return covering({days[0] + timedelta(days=number) for number in range(length + 1)}, start, end)
    return Cover(spans, rest)


def _append(stretches: list[tuple[datetime, datetime]], start: datetime, end: datetime) -> None:
    if stretches and stretches[-1][1] == start:
        start = stretches.pop()[0]
    stretches.append((start, end))


def _day_from(instant: datetime) -> date:
    """The first day that begins at this instant or later."""
    instant = instant.astimezone(UTC)
    return instant.date() if instant.time() == time() else instant.date() + timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _month_after(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


async def read(session: AsyncSession, summary: Summary, of: Cover, *, to_buyer: bool = False) -> Sequence[Any]:
    """Rows of brand, month, key, label, currency, orders, quantity and minor units: several of a group, to add up.

    At most two statements. `to_buyer`: says only that the brand rejected an order.
    """
    rows: list[Any] = []
    if of.spans:
        rows += await session.execute(_from_sums(summary, of.spans))
    if of.rest:
        rows += await session.execute(from_orders(summary, to_buyer=to_buyer).where(or_(*map(_placed, of.rest))))
    return rows


def _placed(stretch: Stretch) -> ColumnElement[bool]:
    start, end = stretch
    bounds = [Order.placed_at >= start] if start else []
    bounds += [Order.placed_at < end] if end else []
    return and_(*bounds) if bounds else true()


def _from_sums(summary: Summary, spans: Iterable[tuple[Span, date | None, date | None]]) -> Any:
    def within(span: Span, start: date | None, end: date | None) -> ColumnElement[bool]:
        bounds = [AnalyticsSum.span == span]
        bounds += [AnalyticsSum.starts_on >= start] if start else []
        bounds += [AnalyticsSum.starts_on < end] if end else []
        return and_(*bounds)

    group = (AnalyticsSum.brand_id, AnalyticsSum.month, AnalyticsSum.key)
    return (
        select(*group, func.min(AnalyticsSum.label), AnalyticsSum.currency, *SUMS)
        .where(AnalyticsSum.summary == summary, or_(*(within(*each) for each in spans)))
        .group_by(*group, AnalyticsSum.currency)
    )


SUMS: tuple[Any, ...] = tuple(
    func.sum(column) for column in (AnalyticsSum.orders, AnalyticsSum.quantity, AnalyticsSum.minor)
)


def from_orders(summary: Summary, *, to_buyer: bool = False) -> Any:
    """The columns of `read`, of all orders of the summary.

    Buyers, catalogs and reasons have their ids as keys, and no labels.
    """
    match summary:
        case Summary.TOTAL:
            return _grouped(NOTHING, NOTHING, NOTHING).where(COUNTED)
        case Summary.MONTH:
            return _in_month(Order.placed_at, NOTHING, NOTHING).where(COUNTED)
        case Summary.BUYER:
            return _grouped(NOTHING, cast(Order.buyer_id, String), NOTHING).where(COUNTED)
        case Summary.CATALOG:
            return _grouped(NOTHING, cast(Order.catalog_id, String), NOTHING).where(COUNTED)
        case Summary.PRODUCT:
            # A foreign key does not know which data set is the official one.
            of_order = and_(
                OrderLine.brand_id == Order.brand_id,
                OrderLine.order_id == Order.id,
                OrderLine.data_set == Order.official,
            )
            of_lines = (func.count(Order.id.distinct()), func.sum(OrderLine.quantity), func.sum(OrderLine.amount_minor))
            return (
                select(Sku.brand_id, NOTHING, Sku.model_number, func.min(Sku.name), Order.currency, *of_lines)
                .join_from(Order, OrderLine, of_order)
                .join_from(OrderLine, Sku)
                .where(COUNTED)
                .group_by(Sku.brand_id, Sku.model_number, Order.currency)
            )
        case Summary.REJECTED:
            rejection = OrderRejection
            member: list[Any] = [
                cast(rejection.actor_kind, String).concat(":").concat(rejection.actor_id),
                rejection.actor_name,
            ]
            key, name = rejected_by(member, [Brand.code, Brand.name], to_buyer=to_buyer)
            return _in_month(rejection.rejected_at, key, name).join_from(Order, rejection).where(DECLINED)
        case Summary.REASON:
            key = func.coalesce(cast(RejectionGrounds.reason_id, String), literal_column("''"))
            return (
                _grouped(NOTHING, key, NOTHING)
                .join_from(Order, OrderRejection)
                .outerjoin(RejectionGrounds, GROUNDS_OF_REJECTION)
                .where(DECLINED)
            )
        case Summary.SENT_BACK:
            back = OrderSendBack
            return _in_month(back.sent_back_at, NOTHING, NOTHING).join_from(Order, back).where(SENT_BACK)


def _in_month(at: Any, key: Any, label: Any) -> Any:
    """By the month of an instant in the brand's time zone."""
    return _grouped(func.month_in_zone(at, Brand.time_zone, type_=String), key, label).join(
        Brand, Brand.id == Order.brand_id
    )


def _grouped(month: Any, key: Any, label: Any) -> Any:
    by = [each for each in (month, key) if each is not NOTHING]
    label = label if label is NOTHING else func.min(label)
    return (
        select(Order.brand_id, month, key, label, Order.currency, *OF_ORDERS)
        .select_from(Order)
        .group_by(Order.brand_id, *by, Order.currency)
    )
