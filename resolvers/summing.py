"""Brings the sums of the analytics up to date, in the background: the days with a mark, one transaction for each.

It adds up the numbers of orders (models/order_count.py), too, which are right without it.

A mark that is read here is deleted in the same transaction, after what it is about was read again. A change that
commits meanwhile has a mark of its own, which stays. So a sum without a mark is right, whoever writes at the same time.
"""

import asyncio
import logging
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from models.analytics_sum import AnalyticsMark, AnalyticsSum, Span, Summary
from models.base import new_id
from models.database.sessions import Database
from models.order import Order
from models.order_count import WHOLE, OrderCount
from models.scope import EVERYTHING
from resolvers.analytics_sums import SUMS, from_orders

INTERVAL_SECONDS = 15.0
MAX_PAUSE_SECONDS = 1.0  # after each day, for other writers
LOCK = 0x5355_4D53  # of PostgreSQL's advisory locks, with the brand's id: "SUMS"
AT_ONCE = 1_000  # rows of a statement
log = logging.getLogger("orders.analytics")


class Summing:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Until it is cancelled. Several workers may do so: one at a time works on a brand."""
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            try:
                await add_up_counts(self._database)
                await sum_up(self._database, gently=True)
            except Exception:
                log.exception("the sums of the analytics could not be brought up to date; trying again later")


async def sum_up(database: Database, *, gently: bool = False) -> int:
    """The number of days that were brought up to date. `gently`: pauses, so that other writers come between."""
    mark = AnalyticsMark
    count = 0
    async with database.read(EVERYTHING) as session:
        brands = list(await session.scalars(select(mark.brand_id).where(mark.day.is_(None)).distinct()))
    for brand_id in brands:
        async with database.transaction(EVERYTHING) as session:
            if await _lock(session, brand_id):
                await _mark_each_day(session, brand_id)
    async with database.read(EVERYTHING) as session:
        marked = select(mark.brand_id, mark.day).distinct()
        found = await session.execute(marked.order_by(mark.brand_id, mark.day.desc()))
        days = [(brand_id, day) for brand_id, day in found if day]
    for brand_id, day in days:
        started = time.monotonic()
        try:
            async with database.transaction(EVERYTHING) as session:
                if await _lock(session, brand_id):
                    await _sum_day(session, brand_id, day)
                    count += 1
        except Exception:  # a day that cannot be summed up does not hold up the others
            log.exception("the sums of %s could not be brought up to date; trying again later", day)
        if gently:
            await asyncio.sleep(min(time.monotonic() - started, MAX_PAUSE_SECONDS))
    return count


async def sum_up_at_once(database: Database, brand_id: UUID) -> None:
    """All days of a brand that nobody works with yet, in one transaction without a time limit."""
    async with database.transaction(EVERYTHING) as session:
        marks = await _marks(session, brand_id, None)
        if session.get_bind().dialect.name == "sqlite":
            day: Any = func.substr(Order.placed_at, 1, 10)
            month: Any = func.substr(AnalyticsSum.starts_on, 1, 8).concat("01")
        else:
            await session.execute(text("SET LOCAL statement_timeout = 0"))
            await session.execute(text("SET LOCAL work_mem = '256MB'"))  # a million orders are sorted by their lines
            day = cast(func.timezone("UTC", Order.placed_at), Date)
            month = cast(func.date_trunc("month", AnalyticsSum.starts_on), Date)
        for summary in Summary:
            orders = from_orders(summary).where(Order.brand_id == brand_id)
            await _add(session, summary, Span.DAY, day, orders.group_by(day))
            days = _sums_of_days(brand_id, summary)
            await _add(session, summary, Span.MONTH, month, days.group_by(month))
        await _delete(session, brand_id, marks)


async def add_up_counts(database: Database) -> None:
    """Adds the parts of the numbers of orders to one part each, in the order of their keys."""
    if database.is_sqlite:
        return
    count, key = OrderCount, (OrderCount.brand_id, OrderCount.buyer_id, OrderCount.status, OrderCount.is_archived)
    async with database.read(EVERYTHING) as session:
        brands = list(await session.scalars(select(count.brand_id).where(count.part != WHOLE).distinct()))
    for brand_id in brands:
        async with database.transaction(EVERYTHING) as session:
            if not await _lock(session, brand_id):
                continue
            parts = delete(count).where(count.brand_id == brand_id, count.part != WHOLE)
            gone = parts.returning(*key, count.orders).execution_options(synchronize_session=False)
            numbers: Counter[tuple[Any, ...]] = Counter()
            for *of, orders in await session.execute(gone):
                numbers[tuple(of)] += orders
            rows = [
                {column.key: value for column, value in zip(key, of, strict=True)} | {"part": WHOLE, "orders": number}
                for of, number in sorted(numbers.items())
            ]
            if rows:
                adding = postgresql.insert(count).values(rows)
                columns = [column.key for column in (*key, count.part)]
                more = {"orders": count.orders + adding.excluded.orders}
                await session.execute(adding.on_conflict_do_update(index_elements=columns, set_=more))


async def _lock(session: AsyncSession, brand_id: UUID) -> bool:
    """False while another process works on the brand. On SQLite the transaction is the only writer anyway."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    key = func.hashtextextended(str(brand_id), LOCK)
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(key))))


async def _mark_each_day(session: AsyncSession, brand_id: UUID) -> None:
    """Replaces the marks of all days by a mark for each day that has orders, or has had them."""
    marks = await _marks(session, brand_id, None)
    if session.get_bind().dialect.name == "sqlite":
        day: Any = func.substr(Order.placed_at, 1, 10)
    else:
        day = cast(func.timezone("UTC", Order.placed_at), Date)
    days = set(await session.scalars(select(cast(day, String)).where(Order.brand_id == brand_id).distinct()))
    summed = select(AnalyticsSum.starts_on).where(
        AnalyticsSum.brand_id == brand_id, AnalyticsSum.summary == Summary.TOTAL, AnalyticsSum.span == Span.DAY
    )
    found = {date.fromisoformat(each) for each in days} | set(await session.scalars(summed))
    if found:
        rows = [{"brand_id": brand_id, "id": new_id(), "day": each} for each in sorted(found)]
        await session.execute(insert(AnalyticsMark), rows)
    await _delete(session, brand_id, marks)


async def _sum_day(session: AsyncSession, brand_id: UUID, day: date) -> None:
    marks = await _marks(session, brand_id, day)
    month = day.replace(day=1)
    await _remove(session, brand_id, Span.DAY, day)
    await _remove(session, brand_id, Span.MONTH, month)
    begins = datetime.combine(day, datetime.min.time(), UTC)
    placed = (Order.brand_id == brand_id, Order.placed_at >= begins, Order.placed_at < begins + timedelta(days=1))
    for summary in Summary:
        await _add(session, summary, Span.DAY, day, from_orders(summary).where(*placed))
    await _delete(session, brand_id, marks)
    following = (month + timedelta(days=31)).replace(day=1)
    in_month = or_(AnalyticsMark.day.is_(None), and_(AnalyticsMark.day >= month, AnalyticsMark.day < following))
    # With the last marked day of the month.
    if await session.scalar(select(exists().where(AnalyticsMark.brand_id == brand_id, in_month))):
        return
    for summary in Summary:
        days = _sums_of_days(brand_id, summary).where(
            AnalyticsSum.starts_on >= month, AnalyticsSum.starts_on < following
        )
        await _add(session, summary, Span.MONTH, month, days)


def _sums_of_days(brand_id: UUID, summary: Summary) -> Select[Any]:
    """The columns of `read` of analytics_sums.py, of the sums of days added up."""
    group = (AnalyticsSum.brand_id, AnalyticsSum.month, AnalyticsSum.key)
    return (
        select(*group, func.min(AnalyticsSum.label), AnalyticsSum.currency, *SUMS)
        .where(AnalyticsSum.brand_id == brand_id, AnalyticsSum.summary == summary, AnalyticsSum.span == Span.DAY)
        .group_by(*group, AnalyticsSum.currency)
    )


async def _add(session: AsyncSession, summary: Summary, span: Span, starts_on: Any, rows: Select[Any]) -> None:
    """`rows`: as `read` of analytics_sums.py selects them. `starts_on`: a date, or an expression over them."""
    columns = ("brand_id", "month", "key", "label", "currency", "orders", "quantity", "minor")
    fixed = {"summary": summary, "span": span, "starts_on": starts_on}
    values = [
        value if isinstance(value, ColumnElement) else literal(value, AnalyticsSum.__table__.c[name].type)
        for name, value in fixed.items()
    ]
    await session.execute(insert(AnalyticsSum).from_select([*columns, *fixed], rows.add_columns(*values)))


async def _remove(session: AsyncSession, brand_id: UUID, span: Span, starts_on: date) -> None:
    these = (
        AnalyticsSum.brand_id == brand_id,
        AnalyticsSum.summary.in_(list(Summary)),  # for the primary key's index
        AnalyticsSum.span == span,
        AnalyticsSum.starts_on == starts_on,
    )
    await session.execute(delete(AnalyticsSum).where(*these), execution_options={"synchronize_session": False})


async def _marks(session: AsyncSession, brand_id: UUID, day: date | None) -> list[UUID]:
    found = select(AnalyticsMark.id).where(AnalyticsMark.brand_id == brand_id, AnalyticsMark.day == day)
    return list(await session.scalars(found))


async def _delete(session: AsyncSession, brand_id: UUID, marks: list[UUID]) -> None:
    for start in range(0, len(marks), AT_ONCE):
        these = (AnalyticsMark.brand_id == brand_id, AnalyticsMark.id.in_(marks[start : start + AT_ONCE]))
        await session.execute(delete(AnalyticsMark).where(*these), execution_options={"synchronize_session": False})
