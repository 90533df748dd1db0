"""A lock that is held for too long is told as UNAVAILABLE with a 503, and nothing has happened; nothing waits for ever.

Three of the deadlocks below were real, each shown by its test before the order of the locks was mended: settings,
placing anew, and imports.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from graph import app as application
from models.actor import Actor
from models.audit import AuditHead
from models.base import Database, DatabaseBusyError
from models.party import Brand, Buyer
from models.policy import Role
from models.scope import EVERYTHING
from resolvers.import_writer import Summary
from resolvers.imports import import_file
from tests.client import Client, id_of, serving
from tests.clock import Clock
from tests.factories import Shop, make_order, make_shop, make_tag
from tests.invariants import violations
from tests.races.gate import shut, wait_for_waiters
from tests.servers import Answer, Callers
from tests.trace import trace

ERRORS = "{ userErrors { code message } }"
REJECT = f"rejectOrder {ERRORS}"
DOCUMENT = "mutation ($input: RejectOrderInput!) { rejectOrder(input: $input) { userErrors { code } } }"


@pytest.fixture
async def impatient(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """An application that waits a fifth of a second for a lock."""

    def open_database(url: str, replica_url: str | None) -> Database:
        return Database(url, replica_url, lock_wait=timedelta(seconds=0.2))

    monkeypatch.setattr(application, "Database", open_database)
    async with serving(database_url, tmp_path, Clock()) as client:
        yield client


@pytest.fixture
async def bystander(database_url: str) -> AsyncIterator[Database]:
    """Somebody else on the same database."""
    opened = Database(database_url)
    yield opened
    await opened.close()


async def test_who_waits_too_long_for_a_lock_is_told_to_try_again_and_nothing_has_happened(
    impatient: Client, bystander: Database
) -> None:
    shop = await make_shop(bystander)
    order = await make_order(bystander, shop)
    member = impatient.as_(shop.member())
    asked = {"query": DOCUMENT, "variables": {"input": {"orderId": id_of(order), "notify": True}}}
    before = await trace(bystander)
    async with shut(bystander, [order]):
        clicks = [impatient.http.post("/graphql", json=asked, headers=member.headers) for _ in range(3)]
        started = asyncio.get_running_loop().time()
        responses = await asyncio.gather(*clicks)
        waited = asyncio.get_running_loop().time() - started
    assert waited < 5
    for response in responses:
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "1"
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
        assert "Try again" in error["message"]
    assert await trace(bystander) == before
    response = await impatient.http.post("/graphql", json=asked, headers=member.headers)
    assert response.json()["data"] == {"rejectOrder": {"userErrors": []}}


async def test_what_could_be_answered_is_no_503(impatient: Client, bystander: Database) -> None:
    shop = await make_shop(bystander)
    order = await make_order(bystander, shop)
    member = impatient.as_(shop.member())
    reading = "{ viewer { name } order(id: $id) { code } }"
    response = await impatient.http.post(
        "/graphql",
        json={"query": f"query ($id: ID!) {reading}", "variables": {"id": id_of(order)}},
        headers=member.headers,
    )
    assert response.status_code == 200


async def test_a_command_waits_for_its_turn_in_its_own_process_for_a_bounded_time(sqlite_url: str) -> None:
    database = Database(sqlite_url, lock_wait=timedelta(seconds=0.1))
    async with database.transaction(EVERYTHING):
        with pytest.raises(DatabaseBusyError):
            async with database.transaction(EVERYTHING):
                pass
    async with database.transaction(EVERYTHING) as session:
        assert await session.scalar(text("SELECT 1")) == 1
    await database.close()


async def together(database: Database, *commands: Callable[[], Awaitable[Answer]], hold: Any) -> list[Answer]:
    """Sends the commands one by one while `hold` keeps them waiting, then lets go."""
    tasks = []
    async with hold:
        for count, command in enumerate(commands, 1):
            tasks.append(asyncio.ensure_future(command()))
            await wait_for_waiters(database, count)
    return await asyncio.gather(*tasks)


async def test_settings_of_a_brand_change_while_its_orders_are_rejected(
    database: Database, shop: Shop, callers: Callers
) -> None:
    """The rejection held the audit's head and waited for the brand's row; the settings the other way round."""
    member, admin = callers.of(shop.member()), callers.of(shop.member(Role.ADMIN))
    orders = [await make_order(database, shop) for _ in range(12)]
    calls = [member.call(number, REJECT, orderId=id_of(order), notify=False) for number, order in enumerate(orders)]
    calls += [
        admin.call(number, f"updateBrandSettings {ERRORS}", mailSenderName=f"Name {number}") for number in range(12)
    ]
    assert_done(await asyncio.gather(*calls))


async def test_an_order_is_placed_anew_while_the_one_sent_back_is_archived(
    database: Database, shop: Shop, callers: Callers
) -> None:
    """The new order held the audit's head and waited for the old order's row; archiving the other way round."""
    member = callers.of(shop.member())
    for number in range(6):
        order = await make_order(database, shop)
        back = await member.call(0, f"sendOrderBackToCart {ERRORS}", orderId=id_of(order), notify=False)
        assert back.is_done
        line = {"skuId": id_of(shop.skus[0]), "quantity": 1, "unitPrice": "1.00"}
        new = {"buyerId": id_of(shop.buyer), "catalogCode": "SS27", "currency": "GBP", "lines": [line]}
        answers = await together(
            database,
            partial(member.call, number, f"placeOrder {ERRORS}", **new),
            partial(member.call, number + 1, f"archiveOrder {ERRORS}", orderId=id_of(order)),
            hold=held(database, AuditHead, shop.brand.id),
        )
        assert_done(answers)


async def test_tags_are_deleted_while_they_are_taken_off_and_put_on(
    database: Database, shop: Shop, callers: Callers
) -> None:
    member = callers.of(shop.member())
    for number in range(3):
        one, other = [await make_tag(database, shop.brand.id, f"t{number}{n}") for n in (1, 2)]
        orders = [await make_order(database, shop) for _ in range(6)]
        apply = f"applyTags {ERRORS}"
        for place, order in enumerate(orders):
            await member.call(0, apply, orderId=id_of(order), tagIds=[id_of((one, other)[place % 2])])
        calls = [
            member.call(place, apply, orderId=id_of(order), tagIds=[id_of((other, one)[place % 2])])
            for place, order in enumerate(orders)
        ]
        ids = [id_of(order) for order in orders]
        calls += [member.call(0, f"applyTagsToOrders {ERRORS}", orderIds=ids, tagIds=[], mode="REPLACE")]
        calls += [
            member.call(place, f"deleteTag {ERRORS}", tagId=id_of(tag), removeFromOrders=True)
            for place, tag in enumerate((one, other))
        ]
        answers = await asyncio.gather(*calls)
        assert [answer.error for answer in answers] == [None] * len(answers)


async def test_two_imports_of_the_same_orders_in_opposite_order_and_their_rejection_get_along(
    database: Database, site: Any, shop: Shop, callers: Callers, tmp_path: Path
) -> None:
    heading = "Order Code,Buyer Unique Code,Catalog Code,Model Number,SKU Number,Quantity,Unit Price,Currency"
    buyer = shop.buyer
    rows = [f"IMP-{number},{buyer.unique_code},SS27,MODEL-1,SKU-1,{number + 1},5.00,GBP" for number in range(150)]
    files = [tmp_path / "up.csv", tmp_path / "down.csv"]
    for file, lines in zip(files, (rows, rows[::-1]), strict=True):
        file.write_text("\n".join((heading, *lines)), encoding="utf-8")
    other = Database(site.database_url)
    actor = Actor(role=Role.ADMIN, id="import", name="Import", brand_id=shop.brand.id)

    async def load(into: Database, file: Path) -> Summary:
        brand = await _brand(into, shop)
        return await import_file(into, brand, actor, file, clock=lambda: datetime.now(UTC))

    async def sweep(server: int) -> int:
        member, count = callers.of(shop.member()), 0
        for _ in range(8):
            mutation = "rejectOrders { rejectedCount userErrors { code } }"
            answer = await member.call(server, mutation, filter={"search": "IMP-", "canReject": True}, notify=True)
            assert answer.error is None
            count += (answer.payload or {})["rejectedCount"]
            await asyncio.sleep(0.05)
        return count

    async with held(database, Buyer, (shop.brand.id, buyer.id)):  # each has begun with its first order
        imports = [asyncio.create_task(load(*each)) for each in zip((database, other), files, strict=True)]
        await wait_for_waiters(database, 2)
    swept = await asyncio.gather(sweep(0), sweep(1))
    first, second = await asyncio.gather(*imports)
    await other.close()
    assert (first.imported + second.imported, first.unchanged + second.unchanged) == (150, 150)
    assert first.refused + second.refused == 0
    assert sum(swept) + await sweep(0) == 150
    assert await violations(database) == []


async def test_no_deadlock_was_ever_found_by_the_database(database: Database, shop: Shop) -> None:
    if database.is_sqlite:
        pytest.skip("one writer at a time: there is nothing to deadlock with")
    async with database.engine.connect() as connection:
        seen = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert (await connection.execute(text(seen))).scalar_one() == 0


def assert_done(answers: list[Answer]) -> None:
    assert [(answer.error, answer.refused) for answer in answers] == [(None, [])] * len(answers)


def url_of(database: Database) -> str:
    return database.url.set(drivername=database.url.get_backend_name()).render_as_string(hide_password=False)


@asynccontextmanager
async def held(database: Database, table: Any, key: Any) -> AsyncIterator[None]:
    """Holds a row, or on SQLite the write lock, in a connection of its own."""
    holder = Database(url_of(database))
    async with holder.transaction(EVERYTHING) as session:
        await session.get_one(table, key, with_for_update=True)
        yield
    await holder.close()


async def _brand(database: Database, shop: Shop) -> Brand:
    async with database.read(EVERYTHING) as session:
        return await session.get_one(Brand, shop.brand.id)
