"""totalCount of orders: kept by triggers, and always the number of rows in the viewer's scope."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update

from models.database.sessions import Database
from models.migrations import downgrade, upgrade
from models.order import Order
from models.order_count import WHOLE, OrderCount
from models.policy import OPEN, OrderStatus
from models.scope import EVERYTHING, Scope
from resolvers.summing import add_up_counts
from tests.support.client import Client, serving
from tests.support.clock import Clock
from tests.support.every_mutation import EveryMutation
from tests.support.factories import NOON, OPERATOR, Shop, make_buyer, make_order, make_shop
from tests.support.invariants import WRONG_ROWS

COUNT = "query ($filter: OrderFilter) { orders(filter: $filter) { totalCount } }"
STATUSES = "{ orderFacets(filter: {includeArchived: true}) { orderCount statuses { status count } } }"
NUMBERS = "a number of orders that is not theirs"
COUNT_OF_ALL = func.coalesce(func.sum(OrderCount.orders), 0)
FILTERS: list[tuple[dict[str, Any], list[Any]]] = [
    ({}, [Order.archived_at.is_(None)]),
    ({"includeArchived": True}, []),
    ({"onlyArchived": True}, [Order.archived_at.is_not(None)]),
    ({"status": ["OC_REQUIRED"]}, [Order.archived_at.is_(None), Order.status == "OC_REQUIRED"]),
    ({"status": []}, [Order.status == "none"]),
    ({"status": ["REJECTED", "REJECTED_BY_BRAND"], "includeArchived": True}, [Order.status.like("REJECTED%")]),
]


@pytest.fixture(params=[True, False], ids=["compiled", "graphql-core"])
async def api(request: pytest.FixtureRequest, database_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[Client]:
    async with serving(database_url, tmp_path, clock, compiled=request.param) as client:
        yield client


async def check(database: Database, api: Client, shop: Shop) -> None:
    """Every viewer's numbers are those of its rows."""
    for actor in (shop.member(), shop.buyer_user(), OPERATOR):
        client = api.as_(actor)
        scope = Scope(actor.brand_id, actor.buyer_id)
        for filter, where in FILTERS:
            async with database.read(scope) as session:
                rows = await session.scalar(select(func.count()).select_from(Order).where(*where))
            found = await client.data(COUNT, filter=filter)
            assert found["orders"]["totalCount"] == rows, (actor.role, filter)
        facets = (await client.data(STATUSES))["orderFacets"]
        async with database.read(scope) as session:
            of_status = select(Order.status, func.count()).select_from(Order).group_by(Order.status)
            rows_by_status = {status.value: number for status, number in await session.execute(of_status)}
        assert {each["status"]: each["count"] for each in facets["statuses"] if each["count"]} == rows_by_status
        assert facets["orderCount"] == sum(rows_by_status.values())


async def test_after_every_mutation(database: Database, database_url: str, tmp_path: Path, clock: Clock) -> None:
    shop = await make_shop(database)
    of_shop = select(func.count()).select_from(Order).where(Order.archived_at.is_(None))

    async def look() -> None:
        async with database.read(Scope(shop.brand.id)) as session:
            rows = await session.scalar(of_shop)
            assert (
                await session.execute(select(COUNT_OF_ALL).where(OrderCount.is_archived.is_(False)))
            ).scalar() == rows
        assert await wrong_numbers(database) == 0

    async with serving(database_url, tmp_path, clock) as client:
        done = await EveryMutation(database, client, shop, look).run()
        assert len(done) > 30
        await check(database, client, shop)


async def test_after_every_kind_of_statement(database: Database, api: Client) -> None:
    shop, other = await make_shop(database), await make_shop(database)
    rival = await make_buyer(database, shop.brand)
    orders = [
        await make_order(database, shop, status=status) for status in [*list(OrderStatus)[1:], OrderStatus.OC_REQUIRED]
    ]
    for each, buyer in ((shop, rival), (other, other.buyer)):
        await make_order(database, each, buyer_id=buyer.id)
    await check(database, api, shop)
    for statement in (
        update(Order).where(Order.id == orders[-1].id).values(buyer_id=rival.id),
        update(Order).where(Order.id == orders[-1].id).values(archived_at=NOON, comment="x"),
        update(Order).where(Order.brand_id == shop.brand.id, Order.status.in_(OPEN)).values(comment="y"),
    ):
        async with database.transaction(EVERYTHING) as session:
            await session.execute(statement.execution_options(synchronize_session=False))
        await check(database, api, shop)
    async with database.transaction(EVERYTHING) as session:
        lines = text("DELETE FROM order_lines WHERE order_id = :id")
        await session.execute(lines, {"id": orders[-1].id.hex if database.is_sqlite else orders[-1].id})
        gone: Any = delete(Order).where(Order.id == orders[-1].id)
        await session.execute(gone.execution_options(synchronize_session=False))
    await check(database, api, shop)
    await add_up_counts(database)
    await check(database, api, shop)


async def test_what_is_rolled_back_is_not_counted(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    await make_order(database, shop)
    archive: Any = update(Order).values(archived_at=NOON).execution_options(synchronize_session=False)
    with suppress(ZeroDivisionError):
        async with database.transaction(EVERYTHING) as session:
            await session.execute(archive)
            raise ZeroDivisionError
    await check(database, api, shop)


async def test_writers_do_not_wait_for_each_other(postgres_url: str) -> None:
    database = Database(postgres_url)
    shop = await make_shop(database)
    orders = [await make_order(database, shop) for _ in range(2)]
    reject = [
        update(Order)
        .where(Order.id == each.id)
        .values(status=OrderStatus.OC_CONFIRMED)
        .execution_options(synchronize_session=False)
        for each in orders
    ]
    async with database.transaction(EVERYTHING) as first:
        await first.execute(reject[0])
        async with database.transaction(EVERYTHING) as second:  # would wait for the first one's row for ever
            await second.execute(reject[1])
        await asyncio.gather(add_up_counts(database), add_up_counts(database))
    assert await wrong_numbers(database) == 0
    await add_up_counts(database)
    async with database.read(EVERYTHING) as session:
        kept = (await session.execute(select(OrderCount.status, OrderCount.part, OrderCount.orders))).all()
    assert sorted(kept) == [("OC_CONFIRMED", WHOLE, 2), ("OC_REQUIRED", WHOLE, 0)]
    assert await wrong_numbers(database) == 0
    await database.close()


async def wrong_numbers(database: Database) -> int:
    async with database.read(EVERYTHING) as session:
        return int((await session.execute(text(WRONG_ROWS[NUMBERS]))).scalar_one())


async def test_orders_from_before_the_upgrade_are_counted(database: Database) -> None:
    shop = await make_shop(database)
    for archived_at in (None, NOON):
        await make_order(database, shop, archived_at=archived_at)
    await downgrade(database, "0029")
    await upgrade(database)
    async with database.read(EVERYTHING) as session:
        kept = (await session.execute(select(OrderCount.is_archived, OrderCount.orders))).all()
    assert sorted(kept) == [(False, 1), (True, 1)]


async def test_the_count_alone_reads_no_page(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    await make_order(database, shop)
    member = api.as_(shop.member())
    for document in (
        "{ orders { totalCount } }",
        "{ orders(filter: {canReject: true}) { __typename number: totalCount } }",
        "{ buyers { totalCount } }",
        "{ history { totalCount } }",
        "{ invoices { ... on InvoiceConnection { totalCount } } }",
        "{ deliveryNotes { totalCount } }",
        "{ notifications { totalCount } }",
        "{ skus { totalCount } }",
        '{ orders(first: 1, filter: {search: "none"}) { totalCount } }',
    ):
        with member.statements() as seen:
            await member.data(document)
        assert all("count(" in each or "sum(" in each or "exists" in each.lower() for each in seen), (document, seen)
        assert len(seen) <= 2, (document, seen)
    # Invalid arguments are refused all the same.
    refused = await member.execute('{ orders(after: "nonsense") { totalCount } }')
    assert "not a cursor" in str(refused)
