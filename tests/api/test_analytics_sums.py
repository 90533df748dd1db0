"""The sums of the analytics: whatever changes, whoever writes it, they are right or their day is marked."""

import asyncio
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from models.analytics_sum import AnalyticsMark, AnalyticsSum, Span
from models.database.sessions import Database
from models.order import Order
from models.policy import OrderStatus
from models.scope import EVERYTHING
from resolvers.analytics_sums import covering
from resolvers.summing import sum_up
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_order, make_shop
from tests.support.invariants import wrong_sums

REJECT = "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false}) { userErrors { code } } }"
ARCHIVE = "mutation ($id: ID!) { archiveOrder(input: {orderId: $id}) { userErrors { code } } }"
DAYS = [datetime(2026, month, day, 15, 30, tzinfo=UTC) for month, day in ((3, 31), (4, 1), (4, 30), (11, 28))]


@pytest.fixture
async def shop(database: Database) -> Shop:
    """Orders on some days, all of them summed up."""
    shop = await make_shop(database, time_zone="Asia/Tokyo")
    for status in (
        OrderStatus.OC_REQUIRED,
        OrderStatus.OC_CONFIRMED,
        OrderStatus.REJECTED,
        OrderStatus.SENT_BACK_TO_CART,
    ):
        for placed_at in DAYS:
            await make_order(database, shop, placed_at=placed_at, status=status)
    await sum_up(database)
    assert not await marked(database, shop.brand.id)
    assert not await wrong_sums(database, shop.brand.id)
    return shop


async def marked(database: Database, brand_id: UUID) -> set[date | None]:
    async with database.read(EVERYTHING) as session:
        return set(await session.scalars(select(AnalyticsMark.day).where(AnalyticsMark.brand_id == brand_id)))


async def written(database: Database, *statements: Any) -> None:
    """As somebody does who knows nothing of sums: an older release, or a person with a console."""
    async with database.transaction(EVERYTHING) as session:
        for statement in statements:
            await session.execute(statement, execution_options={"synchronize_session": False})


FIRST_ORDER = "(SELECT o.id FROM orders o WHERE o.status = 'OC_REQUIRED' ORDER BY o.code LIMIT 1)"
CHANGES: dict[str, tuple[tuple[str, ...], set[date | None]]] = {
    "a status": (("UPDATE orders SET status = 'OC_CREATED' WHERE id = {o}",), {date(2026, 3, 31)}),
    "an amount": (("UPDATE orders SET total_minor = total_minor + 5 WHERE id = {o}",), {date(2026, 3, 31)}),
    "a line": (
        (
            "UPDATE order_lines SET quantity = quantity + 1, amount_minor = amount_minor + unit_price_minor"
            " WHERE order_id = {o}",
        ),
        {date(2026, 3, 31)},
    ),
    "lines that go": (("DELETE FROM order_lines WHERE order_id = {o}",), {date(2026, 3, 31)}),
    "an order that goes": (
        ("DELETE FROM order_lines WHERE order_id = {o}", "DELETE FROM orders WHERE id = {o}"),
        {date(2026, 3, 31)},
    ),
    "a model": (("UPDATE skus SET model_number = 'OTHER'",), {None}),
    "a time zone": (("UPDATE brands SET time_zone = 'America/New_York'",), {None}),
    "nothing that counts": (
        ("UPDATE orders SET version = version + 1, comment = 'x' WHERE id = {o}", "UPDATE brands SET name = 'B'"),
        set(),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_changes_is_marked_and_then_summed_up(database: Database, shop: Shop, change: str) -> None:
    statements, days = CHANGES[change]
    await written(database, *(text(each.format(o=FIRST_ORDER)) for each in statements))
    assert await marked(database, shop.brand.id) == days
    assert not await wrong_sums(database, shop.brand.id)
    await sum_up(database)
    assert not await marked(database, shop.brand.id)
    assert not await wrong_sums(database, shop.brand.id)


async def test_commands_mark_what_they_change(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, placed_at=DAYS[0] + timedelta(days=200))
    day = order.placed_at.date()
    assert await marked(database, shop.brand.id) == {day}
    await sum_up(database)
    client = api.as_(shop.member())
    assert not (await client.data(REJECT, id=id_of(order)))["rejectOrder"]["userErrors"]
    assert await marked(database, shop.brand.id) == {day}
    await sum_up(database)
    assert not (await client.data(ARCHIVE, id=id_of(order)))["archiveOrder"]["userErrors"]
    assert not await marked(database, shop.brand.id)
    assert not await wrong_sums(database, shop.brand.id)


async def test_a_whole_month_is_one_sum_until_a_day_of_it_changes(database: Database, shop: Shop) -> None:
    async with database.read(EVERYTHING) as session:
        found = set(await session.scalars(select(AnalyticsSum.starts_on).where(AnalyticsSum.span == Span.MONTH)))
    assert found == {date(2026, 3, 1), date(2026, 4, 1), date(2026, 11, 1)}


async def test_nobody_waits_for_a_mark_and_a_change_during_the_summing_stays_marked(
    database: Database, shop: Shop
) -> None:
    if database.is_sqlite:
        pytest.skip("one writer at a time")
    change = update(Order).values(total_minor=Order.total_minor + 1)
    codes = (await all_codes(database, shop))[:2]
    async with database.transaction(EVERYTHING) as one, database.transaction(EVERYTHING) as other:
        # Both change an order of the same day, and neither has committed.
        for session, code in ((one, codes[0]), (other, codes[1])):
            await session.execute(change.where(Order.code == code), execution_options={"synchronize_session": False})
        assert await sum_up(database) == 0
    assert await marked(database, shop.brand.id) == {DAYS[0].date()}
    assert not await wrong_sums(database, shop.brand.id)


async def all_codes(database: Database, shop: Shop) -> list[str]:
    of_day = (
        Order.brand_id == shop.brand.id,
        Order.placed_at == DAYS[0],
        Order.status.in_(["OC_REQUIRED", "OC_CONFIRMED"]),
    )
    async with database.read(EVERYTHING) as session:
        return list(await session.scalars(select(Order.code).where(*of_day).order_by(Order.code)))


async def test_the_sums_are_right_while_orders_are_rejected_and_placed(
    database: Database, api: Client, shop: Shop
) -> None:
    client = api.as_(shop.member())
    orders = [await make_order(database, shop, placed_at=DAYS[number % 4]) for number in range(8)]

    async def change(number: int) -> None:
        assert not (await client.data(REJECT, id=id_of(orders[number])))["rejectOrder"]["userErrors"]
        await make_order(database, shop, placed_at=DAYS[number % 4])

    async def summing() -> None:
        for _ in range(4):
            await asyncio.gather(sum_up(database), sum_up(database))
            assert not await wrong_sums(database, shop.brand.id)

    await asyncio.gather(summing(), *(change(number) for number in range(len(orders))))
    assert not await wrong_sums(database, shop.brand.id)
    await sum_up(database)
    assert not await marked(database, shop.brand.id)
    assert not await wrong_sums(database, shop.brand.id)


def test_a_range_is_covered_once_without_the_marked_days() -> None:
    choose = random.Random(1)  # noqa: S311 - not for secrets
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(300):
        marks = {begin.date() + timedelta(days=choose.randrange(150)) for _ in range(choose.choice([0, 1, 5, 40]))}
        ends: list[datetime | None] = sorted(
            begin + timedelta(hours=choose.choice([24, 1]) * choose.randrange(150)) for _ in range(2)
        )  # type: ignore[assignment]
        start, end = (each if choose.random() < 0.8 else None for each in ends)
        found = covering(marks, start, end)
        for hour in range(0, 24 * 150, 7):
            at = begin + timedelta(hours=hour)
            day = at.date()
            spans = [1 for _, first, last in found.spans if (first or day) <= day < (last or date.max)]
            rest = [1 for first, last in found.rest if (first or at) <= at and (not last or at < last)]
            is_within = (not start or start <= at) and (not end or at < end)
            assert len(spans) + len(rest) == is_within
            assert not (spans and day in marks)
        for span, *days in found.spans:
            assert span is Span.DAY or all(not day or day.day == 1 for day in days)


def test_the_end_of_the_calendar_and_many_marks() -> None:
    assert len(covering({date(2026, 1, 1) + timedelta(days=2 * n) for n in range(300)}, None, None).rest) == 1
    with pytest.raises((OverflowError, ValueError)):
        covering(set(), datetime(9999, 12, 31, 1, tzinfo=UTC), None)
